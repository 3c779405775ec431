import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of the application that is registered at each fake. */
export const CLIENT = { id: 'sextant-client', secret: 'canary-client-secret-71c2' };

export interface FakePerson {
  readonly id: number;
  readonly login: string;
  readonly name?: string;
  readonly emails?: readonly { readonly address: string; readonly verified: boolean; readonly primary: boolean }[];
  /** `org`, and `org/team`. */
  readonly groups?: readonly string[];
  /** Organizations whose single sign-on the application is not authorized for. */
  readonly withoutSso?: readonly string[];
}

export interface Granted {
  readonly person: FakePerson;
  readonly scopes: readonly string[];
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How one kind of host does what OAuth leaves open. */
export interface Dialect {
  readonly authorizePath: string;
  readonly tokenPath: string;
  readonly authentication: 'basic' | 'post';
  /** Whether a code that was asked for with a challenge is given for its answer alone. */
  readonly challenge: boolean;
  /** Of a refusal by the token endpoint. */
  readonly refusalStatus: number;
  /** Seconds; undefined: tokens do not end, and there is nothing to renew them with. */
  readonly lifetime?: number;
  /** What separates scopes in its answers. */
  readonly separator?: string;
  readonly refreshError?: string;
  api(path: string, url: URL, granted: Granted, request: IncomingMessage): FakeAnswer;
}

/** The server of a code host, for tests: its page, its tokens, and the part of its API that a sign-in asks. */
export class OAuthServer implements AsyncDisposable {
  readonly people = new Map<string, FakePerson>();
  readonly redirects: string[] = [];
  /** Tokens that it gave out. */
  readonly given: string[] = [];
  /** What was asked: method, path, and how it was proven. */
  readonly asked: string[] = [];
  /** Scopes that were asked for. */
  scopes: readonly string[] = [];
  /** In the place of whatever the API would answer. */
  fault: FakeAnswer | undefined;
  readonly #codes = new Map<string, Granted & { readonly redirect: string; readonly challenge: string | undefined }>();
  readonly #tokens = new Map<string, Granted>();
  readonly #refreshers = new Map<string, Granted>();
  readonly #server: Server;

  private constructor(private readonly dialect: Dialect) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(dialect: Dialect): Promise<OAuthServer> {
    const made = new OAuthServer(dialect);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  /** With a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Takes a token back, as its person may at the host. */
  revoke(refreshToken: string): void {
    this.#refreshers.delete(refreshToken);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.asked.push(`${request.method} ${url.pathname}`);
    if (url.pathname === this.dialect.authorizePath) return this.#page(url, response);
    if (url.pathname === this.dialect.tokenPath) return send(response, this.#token(await formOf(request), request.headers.authorization));
    const granted = this.#tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (!granted) return send(response, { status: 401, body: { message: 'Bad credentials' } });
    send(response, this.fault ?? this.dialect.api(url.pathname, url, granted, request));
  }

  #page(url: URL, response: ServerResponse): void {
    const query = Object.fromEntries(url.searchParams);
    const {
      client_id,
      redirect_uri = '',
      response_type,
      state = '',
      login,
      deny,
      scope = '',
      code_challenge,
      code_challenge_method,
    } = query;
    if (client_id !== CLIENT.id || !this.redirects.includes(redirect_uri) || response_type !== 'code')
      return void response.writeHead(400).end('unknown client or address');
    if (login === undefined) {
      const hidden = Object.entries(query).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end(`<form method="get">${hidden.join('')}<input name="login"></form>`);
    }
    const back = new URL(redirect_uri);
    back.searchParams.set('state', state);
    const person = this.people.get(login);
    this.scopes = scope.split(' ');
    if (!person || deny !== undefined) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomUUID();
      const challenge = code_challenge_method === 'S256' ? code_challenge : undefined;
      this.#codes.set(code, { person, scopes: this.scopes, redirect: redirect_uri, challenge });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  #token(form: URLSearchParams, authorization: string | undefined): FakeAnswer {
    const { authentication, challenge, refreshError = 'invalid_grant' } = this.dialect;
    // Both parts are encoded as in a form (RFC 6749).
    const proof = decodeURIComponent(Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString());
    const isClient =
      authentication === 'basic'
        ? proof === `${CLIENT.id}:${CLIENT.secret}`
        : form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret && authorization === undefined;
    if (!isClient) return this.#refusal('invalid_client', 401);
    const key = form.get('grant_type') === 'refresh_token' ? form.get('refresh_token') : form.get('code');
    if (form.get('grant_type') === 'refresh_token') {
      const granted = this.#refreshers.get(key ?? '');
      // Each is used once.
      this.#refreshers.delete(key ?? '');
      return granted ? this.#grant(granted) : this.#refusal(refreshError);
    }
    const code = this.#codes.get(key ?? '');
    this.#codes.delete(key ?? '');
    const answer = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isTheirs = code && code.redirect === form.get('redirect_uri') && (!challenge || code.challenge === answer);
    return isTheirs ? this.#grant(code) : this.#refusal('invalid_grant');
  }

  #grant({ person, scopes }: Granted): FakeAnswer {
    const { lifetime, separator = ' ' } = this.dialect;
    const [access, refresh] = [`access-${randomUUID()}`, `refresh-${randomUUID()}`];
    this.#tokens.set(access, { person, scopes });
    this.given.push(access);
    if (lifetime !== undefined) {
      this.#refreshers.set(refresh, { person, scopes });
      this.given.push(refresh);
    }
    return {
      body: {
        access_token: access,
        token_type: 'bearer',
        scope: scopes.join(separator),
        ...(lifetime === undefined ? {} : { expires_in: lifetime, refresh_token: refresh }),
      },
    };
  }

  #refusal(error: string, status = this.dialect.refusalStatus): FakeAnswer {
    return { status: this.dialect.refusalStatus === 200 ? 200 : status, body: { error, error_description: 'No.' } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: FakeAnswer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

/** Two entries of a list, with the link to the next. */
export function linkedPage(url: URL, list: readonly unknown[]): FakeAnswer {
  const page = Number(url.searchParams.get('page') ?? 1);
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  return { body: list.slice(2 * page - 2, 2 * page), headers: list.length > 2 * page ? { link: `<${next.href}>; rel="next"` } : {} };
}

export const orgsOf = ({ groups = [] }: FakePerson): readonly string[] => groups.filter((group) => !group.includes('/'));
export const teamsOf = ({ groups = [] }: FakePerson): readonly (readonly [org: string, team: string])[] =>
  groups.filter((group) => group.includes('/')).map((group) => group.split('/') as [string, string]);
