import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type ClientMetadata, type Configuration, type JWK } from 'oidc-provider';

export interface TestPerson {
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What a hostile or broken provider does to the ID token that it gives out. */
export interface TokenFault {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signed by another key than those that the provider publishes; or not at all. */
  readonly signed?: 'by-another' | 'not';
}

export const CLIENT = { id: 'sextant', secret: 'canary-client-secret-8f3a' };

/** An OpenID provider, the real one of npm, on a port of this machine. People are by their names; whatever password they type is right. */
export class TestOpenidProvider implements AsyncDisposable {
  readonly people = new Map<string, TestPerson>();
  /** Tokens that it gave out. */
  readonly given: string[] = [];
  /** Paths that it was asked for. */
  readonly asked: string[] = [];
  fault: TokenFault | undefined;
  /** Parameters that its answers by the browser have in place of the right ones. */
  misdirection: Readonly<Record<string, string>> = {};
  cacheControl: string | undefined;
  #key = newKey();
  #provider: Provider | undefined;
  #callback: ReturnType<Provider['callback']> | undefined;
  readonly #server: Server;

  private constructor(
    private readonly callbackUrls: string[],
    private readonly more: Configuration,
    private readonly client: Partial<ClientMetadata>,
  ) {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method} ${new URL(request.url ?? '/', this.issuer).pathname}`);
      void this.#callback?.(request, response);
    });
  }

  static async start(
    callbackUrls: readonly string[],
    more: Configuration = {},
    client: Partial<ClientMetadata> = {},
  ): Promise<TestOpenidProvider> {
    const made = new TestOpenidProvider([...callbackUrls], more, client);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    made.#restart();
    return made;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A token by which its server says that a session has ended; `claims` and the rest in place of what is right. */
  logoutToken({ header = {}, claims = {}, signed }: TokenFault): string {
    const right = {
      iss: this.issuer,
      aud: CLIENT.id,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', typ: 'logout+jwt', kid: this.#key.jwk.kid })}.${part(right)}.`;
    return this.#tampered(text, { header, claims, ...(signed === undefined ? {} : { signed }) });
  }

  /** The provider signs by a new key from now on, and publishes that alone. */
  rotate(): void {
    this.#key = newKey();
    this.#restart();
  }

  #restart(): void {
    const { people } = this;
    this.#provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: this.callbackUrls,
          grant_types: ['authorization_code', 'refresh_token'],
          ...this.client,
        },
      ],
      jwks: { keys: [this.#key.jwk] },
      claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'picture', 'groups'], email: ['email', 'email_verified'] },
      findAccount: (_context, id) => {
        const person = people.get(id);
        return person && { accountId: id, claims: () => ({ sub: id, ...person.claims }) };
      },
      cookies: { keys: ['test'] },
      // It calls no addresses of this machine by itself.
      fetch: (url, options) => {
        const { dispatcher: _guard, ...rest } = options as RequestInit & { readonly dispatcher?: unknown };
        return fetch(url, rest);
      },
      ...this.more,
    });
    this.#provider.use(async (context, next) => {
      await next();
      if (context.path === '/.well-known/openid-configuration' && this.cacheControl !== undefined)
        context.set('cache-control', this.cacheControl);
      const location: string | undefined = context.response.get('location');
      if (location !== undefined && this.callbackUrls.some((url) => location.startsWith(url))) {
        const to = new URL(location);
        for (const [name, value] of Object.entries(this.misdirection)) to.searchParams.set(name, value);
        context.set('location', to.href);
      }
      const body = context.body as Record<string, unknown> | undefined;
      if (context.path !== '/token' || typeof body?.['id_token'] !== 'string') return;
      if (this.fault) body['id_token'] = this.#tampered(body['id_token'], this.fault);
      for (const name of ['access_token', 'id_token', 'refresh_token']) if (typeof body[name] === 'string') this.given.push(body[name]);
    });
    this.#callback = this.#provider.callback();
  }

  #tampered(token: string, { header, claims, signed }: TokenFault): string {
    const [head = '', payload = ''] = token.split('.');
    const text = [
      { ...JSON.parse(Buffer.from(head, 'base64url').toString()), ...header },
      { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    if (signed === 'not') return `${text}.`;
    const key = signed === 'by-another' ? newKey().privateKey : this.#key.privateKey;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function newKey(): { readonly privateKey: KeyObject; readonly jwk: JWK } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, jwk: { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' } as JWK };
}
