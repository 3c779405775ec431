/** A browser without script: it keeps cookies by path, follows redirects within Sextant, and sends forms. */
export class ABrowser {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>();
  /** Where it is. */
  url = '';
  html = '';
  status = 0;
  headers = new Headers();

  readonly #origin: string;

  /** @param userId who is signed in; undefined: nobody */
  constructor(url: string, userId?: number) {
    this.#origin = new URL(url).origin;
    if (userId !== undefined) this.signIn(userId);
  }

  /** Another page of the same browser. */
  copy(): ABrowser {
    const other = new ABrowser(this.#origin);
    for (const [name, cookie] of this.#cookies) other.#cookies.set(name, cookie);
    return other;
  }

  signIn(userId: number): void {
    this.#cookies.set('test-person', { value: String(userId), path: '/' });
  }

  signOut(): void {
    this.#cookies.delete('test-person');
  }

  /** Goes there, until a page is shown or another site begins. */
  async open(url: string, init: RequestInit = {}): Promise<this> {
    let [next, request] = [new URL(url, this.#origin), init];
    for (let hops = 0; hops < 12; hops++) {
      this.url = next.href;
      if (next.origin !== this.#origin) return this;
      const response = await fetch(next, { ...request, redirect: 'manual', headers: { ...this.#headers(next), ...request.headers } });
      for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
      this.status = response.status;
      const location = response.headers.get('location');
      if (location === null) {
        this.headers = response.headers;
        this.html = await response.text();
        return this;
      }
      [next, request] = [new URL(location, next), {}];
    }
    throw new Error(`It goes round in circles at ${this.url}.`);
  }

  /** Sends the form that the page has, as if its button of this name and value was pressed. */
  submit(
    button: readonly [name: string, value: string] | undefined,
    typed: Readonly<Record<string, string>> = {},
    init: RequestInit = {},
  ): Promise<this> {
    const fields = new URLSearchParams();
    for (const [, attributes = ''] of this.html.matchAll(/<input ([^>]*)>/g)) {
      const name = /name="([^"]*)"/.exec(attributes)?.[1];
      if (name !== undefined) fields.set(name, /value="([^"]*)"/.exec(attributes)?.[1] ?? '');
    }
    for (const [name, value] of Object.entries(typed)) fields.set(name, value);
    if (button) fields.set(...button);
    const action = /<form [^>]*action="([^"]*)"/.exec(this.html)?.[1] ?? this.url;
    return this.open(new URL(action, this.url).href, {
      method: 'POST',
      body: fields.toString(),
      ...init,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: this.#origin,
        'sec-fetch-site': 'same-origin',
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  }

  #headers(to: URL): Record<string, string> {
    const cookie = [...this.#cookies]
      .filter(([, { path }]) => to.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    // Through a proxy: whoever is not signed in is nobody then, and not the local admin.
    return { accept: 'text/html', 'x-forwarded-for': '198.51.100.7', ...(cookie === '' ? {} : { cookie }) };
  }

  #keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(/; */);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
    if (value === '' || attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one))) this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path });
  }
}
