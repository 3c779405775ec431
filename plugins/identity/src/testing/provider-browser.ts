/** A form of a page, as a person meets it. */
export interface PageForm {
  readonly action: string;
  readonly method: 'GET' | 'POST';
  /** What stands in it already. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What a person writes into a form; undefined: what stands in it. */
export type Fill = (form: PageForm) => Readonly<Record<string, string>> | undefined;

/** What the browser would have sent to an address of ours. */
export interface BrowserAnswer {
  readonly method: 'GET' | 'POST';
  readonly parameters: URLSearchParams;
}

const MOST_PAGES = 20;

/** A browser without a screen, for the pages of a provider under test: it follows redirects, keeps cookies by origin, and sends off forms. */
export class ProviderBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();
  /** Addresses that it was at. */
  readonly visited: string[] = [];

  /** From `url` on until it would be sent to `home`, which it does not ask. @throws when a page leads nowhere. */
  async travel(url: string, home: string, fill: Fill = () => undefined): Promise<BrowserAnswer> {
    let at = new URL(url);
    let form: URLSearchParams | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      if (isAt(at, home)) return { method: form ? 'POST' : 'GET', parameters: form ?? at.searchParams };
      this.visited.push(at.href);
      const response = await fetch(at, {
        redirect: 'manual',
        headers: { accept: 'text/html', cookie: this.#cookiesFor(at) },
        ...(form ? { method: 'POST', body: form } : {}),
      });
      this.#keep(at, response.headers.getSetCookie());
      const html = await response.text();
      const location = response.headers.get('location');
      form = undefined;
      if (location !== null && response.status >= 300 && response.status < 400) {
        at = new URL(location, at);
        continue;
      }
      const found = formOf(html, at);
      if (!found) throw new Error(`${at.origin}${at.pathname} leads nowhere: ${response.status} ${wordsOf(html)}`);
      const values = new URLSearchParams({ ...found.fields, ...fill(found) });
      at = new URL(found.action);
      if (found.method === 'POST') form = values;
      else at.search = values.toString();
    }
    throw new Error(`more than ${MOST_PAGES} pages after ${new URL(url).origin}`);
  }

  /** Asks one thing with the cookies of its origin, and follows nothing. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const at = new URL(url);
    const headers = { cookie: this.#cookiesFor(at), ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(at, { ...init, redirect: 'manual', headers });
    this.#keep(at, response.headers.getSetCookie());
    return response;
  }

  #cookiesFor({ origin }: URL): string {
    return [...(this.#cookies.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep({ origin }: URL, lines: readonly string[]): void {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const expires = attributes.map((one) => /^\s*expires=(.+)$/i.exec(one)?.[1]).find((one) => one !== undefined);
      if (value.join('=') === '' || (expires !== undefined && Date.parse(expires) < Date.now())) jar.delete(name.trim());
      else jar.set(name.trim(), value.join('=').trim());
    }
  }
}

function isAt(url: URL, home: string): boolean {
  const { origin, pathname } = new URL(home);
  return url.origin === origin && url.pathname === pathname;
}

/** What a person reads on a page, or its beginning. */
const wordsOf = (html: string): string =>
  html
    .replaceAll(/<(head|style|script)\b[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 500);

/** The first form of a page. */
function formOf(html: string, base: URL): PageForm | undefined {
  const [, head, body] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? [];
  if (head === undefined || body === undefined) return undefined;
  const fields = [...body.matchAll(/<input\b([^>]*)>/gi)].map(([, input = '']) => [attribute(input, 'name'), attribute(input, 'value')]);
  return {
    action: new URL(attribute(head, 'action') ?? '', base).href,
    method: attribute(head, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    fields: Object.fromEntries(fields.filter(([name]) => name !== undefined).map(([name, value]) => [name, value ?? ''])),
  };
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag);
  return (found?.[1] ?? found?.[2])
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#x3D;', '=')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
