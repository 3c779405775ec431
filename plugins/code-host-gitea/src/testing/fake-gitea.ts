import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gitBackend, HostFaults } from '@sextant/plugin-code-host/testing';
import type { APIError, Organization, Repository, SearchResults, Team, User } from 'gitea-js';

export interface FakeRepository {
  readonly id: number;
  /** `owner/name`. */
  readonly name: string;
  readonly private?: boolean;
  readonly fork?: boolean;
  readonly archived?: boolean;
  readonly stars?: number;
  readonly topics?: readonly string[];
  readonly collaborators?: readonly string[];
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Scope = 'repository' | 'organization' | 'user';

const OWNERS: readonly User[] = [
  { id: 1, login: 'admin', is_admin: true },
  { id: 2, login: 'ana' },
  { id: 3, login: 'ben' },
];

/**
 * A fake of a Gitea server, for tests: the part of its API that is asked here, with scoped tokens, pages of two, redirects of renamed repositories,
 * requests in another user's name, and signed webhooks. Its answers are typed by the server's published API. It serves git from the folder it is given.
 */
export class FakeGitea implements AsyncDisposable {
  readonly faults = new HostFaults();
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly Scope[]>([['fake-gitea-token', ['repository', 'organization', 'user']]]);
  repositories: FakeRepository[];
  /** Former names, and the repositories that had them. */
  readonly renamed = new Map<string, number>();
  /** Where `owner/name.git` are, as bare repositories. */
  gitFolder: string | undefined;
  /** Members by organization, in one team each. */
  readonly organizations = new Map<string, readonly string[]>([['team', ['ben']]]);
  /** Methods and paths that were asked for, without the base. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(repositories: readonly FakeRepository[]) {
    this.repositories = [...repositories];
    this.#server = createServer(this.faults.wrap((request, response) => this.#serve(request, response)));
  }

  static async start(repositories: readonly FakeRepository[]): Promise<FakeGitea> {
    const fake = new FakeGitea(repositories);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  readonly token = 'fake-gitea-token';

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  rename(id: number, name: string): void {
    const before = this.repositories.find((repository) => repository.id === id);
    if (!before) throw new Error(`no repository ${id}`);
    this.renamed.set(before.name, id);
    this.repositories = this.repositories.map((repository) => (repository.id === id ? { ...repository, name } : repository));
  }

  /** What the server sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
    const body = JSON.stringify(payload, null, 2);
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-gitea-delivery': randomUUID(),
        'x-gitea-event': event,
        'x-gitea-event-type': event,
        'x-gitea-signature': signature,
        'x-hub-signature-256': `sha256=${signature}`,
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { gitFolder } = this;
    if (gitFolder === undefined || request.url?.startsWith('/api/')) this.#answer(request, response);
    // A token goes for a password, whoever the user is.
    else gitBackend(gitFolder, (_user, password) => this.tokens.get(password)?.includes('repository') ?? false)(request, response);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { status = 200, body, headers = {} } = this.#route(request, new URL(request.url ?? '/', this.url));
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers }).end(JSON.stringify(body));
  }

  #route(request: IncomingMessage, url: URL): Answer {
    const path = url.pathname.replace(/^\/api\/v1\//, '');
    this.asked.push(`${request.method} ${path}`);
    const token = /^token (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const scopes = this.tokens.get(token);
    if (!scopes) return failure(401, 'invalid username, password or token');
    const [area, first = '', second = '', third] = path.split('/');
    const scope: Scope = area === 'orgs' || area === 'teams' ? 'organization' : area === 'users' || area === 'user' ? 'user' : 'repository';
    if (!scopes.includes(scope))
      return failure(
        403,
        `token does not have at least one of required scope(s), required=[read:${scope}], token scope=${scopes.map((one) => `read:${one}`).join(',')}`,
      );
    const sudo = request.headers['sudo'];
    const all = this.repositories;
    if (path === 'repos/search') return this.#search(url);
    if (area === 'orgs' && second === 'repos')
      return this.organizations.has(first) ? this.#page(url, this.#of(first)) : failure(404, 'not found');
    if (area === 'users' && second === 'repos')
      return OWNERS.some(({ login }) => login === first) ? this.#page(url, this.#of(first)) : failure(404, 'not found');
    if (area === 'users' && second === 'orgs')
      return this.#page(
        url,
        [...this.organizations]
          .filter(([, members]) => members.includes(first))
          .map(([name], at): Organization => ({ id: 100 + at, name, username: name })),
      );
    if (path === 'user/repos')
      return this.#page(
        url,
        all.filter(({ name, collaborators = [] }) => this.#mayRead(name, collaborators, String(sudo))).map((one) => this.#shown(one)),
      );
    if (area === 'teams' && second === 'members')
      return this.#page(url, (this.organizations.get([...this.organizations.keys()][Number(first) - 1] ?? '') ?? []).map(userOf));
    if (area === 'repositories') {
      const found = all.find(({ id }) => String(id) === first);
      return found ? { body: this.#shown(found) } : failure(404, 'not found');
    }
    if (area !== 'repos') return failure(404, 'not found');
    const found = all.find(({ name }) => name === `${first}/${second}`);
    const moved = all.find(({ id }) => id === this.renamed.get(`${first}/${second}`));
    if (!found) return moved ? { status: 307, body: {}, headers: { location: `/api/v1/repos/${moved.name}` } } : failure(404, 'not found');
    if (third === 'collaborators') return this.#page(url, (found.collaborators ?? []).map(userOf));
    if (third === 'teams')
      return this.organizations.has(first)
        ? { body: [{ id: [...this.organizations.keys()].indexOf(first) + 1, name: 'Owners' } satisfies Team] }
        : failure(405, 'repo is not owned by an organization');
    return { body: this.#shown(found) };
  }

  #search(url: URL): Answer {
    const q = url.searchParams.get('q') ?? '';
    const found = this.repositories.filter(({ name }) => name.includes(q)).map((one) => this.#shown(one));
    if (url.searchParams.get('sort') === 'id') found.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
    const { body, ...answer } = this.#page(url, found);
    return { ...answer, body: { ok: true, data: body as Repository[] } satisfies SearchResults };
  }

  /** A page as the server gives it: two at most, with the links and the total of the list. */
  #page(url: URL, list: readonly unknown[]): Answer {
    const limit = Math.min(2, Number(url.searchParams.get('limit') ?? 2));
    const number = Number(url.searchParams.get('page') ?? 1);
    const fault = this.faults.listing;
    const last = Math.max(1, Math.ceil(list.length / limit));
    // An empty page comes second, and all that is after it a page later.
    const shift = fault === 'empty-page-between' && number > 1 ? 1 : 0;
    const from = fault === 'endless-pages' ? ((number - 1) % last) * limit : fault === 'same-page-again' ? 0 : (number - 1 - shift) * limit;
    const overlap = fault === 'repeated-repositories' && number > 1 ? 1 : 0;
    const shown = fault === 'empty-page-between' && number === 2 ? [] : list.slice(from - overlap, from + limit);
    const next = fault === 'endless-pages' || fault === 'same-page-again' || number < last + (fault === 'empty-page-between' ? 1 : 0);
    const link = new URL(url);
    link.searchParams.set('page', String(number + 1));
    return {
      body: shown,
      headers: {
        'x-total-count': String(fault === 'wrong-total' ? list.length + 1_000 : list.length),
        ...(next ? { link: `<${link.href}>; rel="next",<${link.href}>; rel="last"` } : {}),
      },
    };
  }

  #of(owner: string): readonly Repository[] {
    return this.repositories.filter(({ name }) => name.startsWith(`${owner}/`)).map((one) => this.#shown(one));
  }

  #mayRead(name: string, collaborators: readonly string[], login: string): boolean {
    const [owner = ''] = name.split('/');
    return owner === login || collaborators.includes(login) || (this.organizations.get(owner)?.includes(login) ?? false);
  }

  #shown({ id, name, private: isPrivate = false, fork = false, archived = false, stars = 0, topics = [] }: FakeRepository): Repository {
    const [owner = '', bare = ''] = name.split('/');
    // As a server that calls itself otherwise than it is reached.
    const root = 'https://gitea.internal.example';
    return {
      id,
      owner: OWNERS.find(({ login }) => login === owner) ?? { id: 50, login: owner },
      name: bare,
      full_name: name,
      description: `About ${bare}`,
      private: isPrivate,
      internal: false,
      fork,
      archived,
      stars_count: stars,
      size: 24,
      topics: [...topics],
      html_url: `${root}/${name}`,
      clone_url: `${root}/${name}.git`,
      ssh_url: `git@gitea.internal.example:${name}.git`,
      default_branch: 'main',
      empty: false,
    };
  }
}

const userOf = (login: string): User => OWNERS.find((user) => user.login === login) ?? { id: 60, login };

const failure = (status: number, message: string): Answer => ({
  status,
  body: { message, url: 'https://gitea.internal.example/api/swagger' } satisfies APIError,
});
