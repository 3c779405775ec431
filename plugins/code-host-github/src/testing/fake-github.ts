import { createHash, createHmac, createPublicKey, randomUUID, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { components } from '@octokit/openapi-types';
import { HostFaults } from '@sextant/plugin-code-host/testing';

type Repository = Partial<components['schemas']['repository']>;
type User = Partial<components['schemas']['collaborator']>;
type Search = { total_count: number; incomplete_results: boolean; items: readonly Repository[] };

export interface FakeRepository {
  readonly id: number;
  /** `owner/name`. */
  readonly name: string;
  readonly private?: boolean;
  readonly fork?: boolean;
  readonly archived?: boolean;
  /** Day, as `2020-01-31`. */
  readonly created?: string;
  readonly collaborators?: readonly string[];
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;

/**
 * A fake of a GitHub Enterprise Server, for tests: the part of its API that is asked here, with tokens and scopes, GitHub Apps, pages of two, answers that
 * have not changed, redirects of renamed repositories and signed webhooks. It counts requests as GitHub does and refuses those beyond the limit. Its
 * answers are typed by the published API. It serves no git.
 */
export class FakeGithub implements AsyncDisposable {
  readonly faults = new HostFaults();
  readonly token = 'fake-github-token';
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly string[]>([['fake-github-token', ['repo']]]);
  /** Public keys in PEM form by the id of the app. */
  readonly apps = new Map<string, string>();
  repositories: FakeRepository[];
  readonly renamed = new Map<string, number>();
  readonly asked: string[] = [];
  /** Requests in an hour, and how many of them were refused. */
  limit = 5_000;
  refused = 0;
  /** Entries of a page, whatever is asked for. */
  pageSize = 2;
  /** A search finds no more than this. */
  mostFound = 1_000;
  #used = 0;
  #windowEnd = 0;
  readonly #server: Server;

  private constructor(
    repositories: readonly FakeRepository[],
    private readonly now: () => number,
  ) {
    this.repositories = [...repositories];
    this.#server = createServer(this.faults.wrap((request, response) => this.#answer(request, response)));
  }

  /** `now`: milliseconds since 1970, default the time; a test that hurries gives its own. */
  static async start(repositories: readonly FakeRepository[], now: () => number = Date.now): Promise<FakeGithub> {
    const fake = new FakeGithub(repositories, now);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  rename(id: number, name: string): void {
    const before = this.repositories.find((repository) => repository.id === id);
    if (!before) throw new Error(`no repository ${id}`);
    this.renamed.set(before.name, id);
    this.repositories = this.repositories.map((repository) => (repository.id === id ? { ...repository, name } : repository));
  }

  /** What GitHub sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
    const body = JSON.stringify(payload);
    const sign = (algorithm: string): string => `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-delivery': randomUUID(),
        'x-github-event': event,
        'x-hub-signature': sign('sha1'),
        'x-hub-signature-256': sign('sha256'),
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const { status = 200, body, headers = {} } = this.#route(request, url);
    const text = JSON.stringify(body);
    const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
    const unchanged = status === 200 && request.method === 'GET' && request.headers['if-none-match'] === etag;
    const counted = this.#count(!unchanged);
    const common = {
      'content-type': 'application/json; charset=utf-8',
      date: new Date(this.now()).toUTCString(),
      ...counted.headers,
      ...headers,
    };
    if (!counted.allowed) response.writeHead(403, common).end('{"message":"API rate limit exceeded"}');
    else if (unchanged) response.writeHead(304, { ...common, etag }).end();
    else response.writeHead(status, { ...common, ...(status === 200 ? { etag } : {}) }).end(text);
  }

  /** Answers that have not changed are free. */
  #count(costs: boolean): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
    if (this.now() >= this.#windowEnd) {
      this.#windowEnd = this.now() + HOUR;
      this.#used = 0;
    }
    const allowed = !costs || this.#used < this.limit;
    if (costs && allowed) this.#used++;
    if (!allowed) this.refused++;
    return {
      allowed,
      headers: {
        'x-ratelimit-limit': String(this.limit),
        'x-ratelimit-remaining': String(this.limit - this.#used),
        'x-ratelimit-reset': String(Math.ceil(this.#windowEnd / 1_000)),
        'x-ratelimit-resource': 'core',
      },
    };
  }

  #route(request: IncomingMessage, url: URL): Answer {
    const path = url.pathname.replace(/^\/api\/v3\//, '');
    this.asked.push(`${request.method} ${path}`);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const [area, first = '', second = '', third] = path.split('/');
    if (area === 'app') return this.#installationToken(token, second);
    const scopes = this.tokens.get(token);
    if (!scopes) return failure(401, 'Bad credentials');
    const ofOrganization = area === 'orgs';
    if (ofOrganization && !scopes.includes('repo') && !scopes.includes('read:org'))
      return failure(403, 'Resource not accessible', { 'x-oauth-scopes': scopes.join(', '), 'x-accepted-oauth-scopes': 'read:org, repo' });
    if (path === 'user/repos') {
      const visible = this.repositories.filter((one) => url.searchParams.get('visibility') !== 'private' || one.private);
      return this.#page(url, visible.map(shown), (items) => items);
    }
    if (path === 'repositories') return this.#page(url, this.repositories.filter((one) => !one.private).map(shown), (items) => items);
    if (path === 'installation/repositories')
      return this.#page(url, this.repositories.map(shown), (repositories) => ({ total_count: this.repositories.length, repositories }));
    if (path === 'search/repositories') return this.#search(url);
    if (ofOrganization) {
      const found = this.repositories.filter(({ name }) => name.startsWith(`${first}/`)).map(shown);
      return found.length > 0 ? this.#page(url, found, (items) => items) : failure(404, 'Not Found');
    }
    if (area !== 'repos') return failure(404, 'Not Found');
    const found = this.repositories.find(({ name }) => name === `${first}/${second}`);
    const moved = this.repositories.find(({ id }) => id === this.renamed.get(`${first}/${second}`));
    if (!found)
      return moved ? { status: 301, body: {}, headers: { location: `${this.url}/api/v3/repos/${moved.name}` } } : failure(404, 'Not Found');
    if (third === 'collaborators')
      return this.#page(
        url,
        (found.collaborators ?? []).map((login, at): User => ({ id: at + 1, login })),
        (items) => items,
      );
    return { body: shown(found) };
  }

  #installationToken(proof: string, installation: string): Answer {
    const [header = '', claims = '', signature = ''] = proof.split('.');
    const { iss, exp, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as {
      iss?: string;
      exp?: number;
      iat?: number;
    };
    const key = this.apps.get(iss ?? '');
    const now = this.now() / 1_000;
    const isFresh = (exp ?? 0) > now && (exp ?? 0) <= now + 600 && (iat ?? now) <= now;
    if (
      !key ||
      !isFresh ||
      !verify('sha256', Buffer.from(`${header}.${claims}`), createPublicKey(key), Buffer.from(signature, 'base64url'))
    )
      return failure(401, 'A JSON web token could not be decoded');
    const token = `ghs-${installation}-${randomUUID()}`;
    this.tokens.set(token, ['repo']);
    return { status: 201, body: { token, expires_at: new Date(this.now() + HOUR).toISOString(), permissions: { contents: 'read' } } };
  }

  #search(url: URL): Answer {
    const q = url.searchParams.get('q') ?? '';
    const [, from = '', to = ''] = /created:(\S+)\.\.(\S+)/.exec(q) ?? [];
    const word = q.replace(/\s*created:\S+/, '');
    const found = this.repositories.filter(
      ({ name, created = '2020-01-01' }) => name.includes(word) && (from === '' || (created >= from && created <= to)),
    );
    const counted = found.slice(0, this.mostFound).map(shown);
    return this.#page(
      url,
      counted,
      (items): Search => ({ total_count: found.length, incomplete_results: false, items: items as Repository[] }),
    );
  }

  /** A page as GitHub gives it: two at most, with the links of the list. */
  #page(url: URL, list: readonly unknown[], wrap: (items: readonly unknown[]) => unknown): Answer {
    const limit = Math.min(this.pageSize, Number(url.searchParams.get('per_page') ?? 30));
    const number = Number(url.searchParams.get('page') ?? 1);
    const fault = this.faults.listing;
    const last = Math.max(1, Math.ceil(list.length / limit));
    // An empty page comes second, and all that is after it a page later.
    const late = fault === 'empty-page-between' && number > 1 ? 1 : 0;
    const at = fault === 'endless-pages' ? (number - 1) % last : fault === 'same-page-again' ? 0 : number - 1 - late;
    const overlap = fault === 'repeated-repositories' && number > 1 ? 1 : 0;
    const items = late === 1 && number === 2 ? [] : list.slice(at * limit - overlap, (at + 1) * limit);
    const goesOn = fault === 'endless-pages' || fault === 'same-page-again' || number - late < last;
    const next = new URL(url);
    next.searchParams.set('page', String(number + 1));
    return { body: wrap(items), headers: goesOn ? { link: `<${next.href}>; rel="next"` } : {} };
  }
}

const shown = ({ id, name, private: isPrivate = false, fork = false, archived = false }: FakeRepository): Repository => ({
  id,
  node_id: `R_${id}`,
  name: name.split('/')[1] ?? '',
  full_name: name,
  description: null,
  private: isPrivate,
  fork,
  archived,
  stargazers_count: id,
  size: 24,
  topics: ['tools'],
  html_url: `https://github.internal.example/${name}`,
  clone_url: `https://github.internal.example/${name}.git`,
});

const failure = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.example' },
  headers,
});
