import type { TestKernel } from '@sextant/sdk/testing';

export interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
  readonly headers: Headers;
  /** Whole `Set-Cookie` values. */
  readonly set: readonly string[];
}

/** What a browser does as far as sign-in goes: it keeps cookies, posts forms from Sextant's own page, and follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly kernel: Pick<TestKernel, 'url'>) {}

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#ask(path, { headers });
  }

  post(path: string, fields: Readonly<Record<string, string>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#ask(path, {
      method: 'POST',
      headers: { origin: new URL(this.kernel.url).origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  signIn(username: string, password: string): Promise<Answer> {
    return this.post('/-/sign-in', { username, password });
  }

  /** Who the browser's requests are from; undefined for nobody. */
  async whoAmI(): Promise<string | undefined> {
    const answer = await this.#ask('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ currentUser { username } }' }),
    });
    return (JSON.parse(answer.body) as { data: { currentUser: { username: string } | null } }).data.currentUser?.username;
  }

  async graphql(query: string, variables: object = {}): Promise<{ data: unknown; codes: readonly unknown[] }> {
    const { data, errors } = await this.answer(query, variables);
    return { data, codes: errors.map(({ extensions }) => extensions['code']) };
  }

  async answer(
    query: string,
    variables: object = {},
  ): Promise<{
    readonly data: unknown;
    readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
  }> {
    const { body } = await this.#ask('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = JSON.parse(body) as {
      data: unknown;
      errors?: { message: string; extensions: Readonly<Record<string, unknown>> }[];
    };
    return { data, errors };
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = path.startsWith('http') ? path : `${this.kernel.url}${path}`;
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...(init.headers as Record<string, string>) },
    });
    const set = response.headers.getSetCookie();
    for (const text of set) this.#keep(text);
    return {
      status: response.status,
      location: response.headers.get('location'),
      body: await response.text(),
      headers: response.headers,
      set,
    };
  }

  #keep(text: string): void {
    const [pair = ''] = text.split(';');
    const name = pair.slice(0, pair.indexOf('='));
    if (/;\s*max-age=0\b/i.test(text)) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(name.length + 1));
  }
}
