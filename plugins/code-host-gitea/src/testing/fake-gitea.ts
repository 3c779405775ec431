import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type FakeAnswer,
  type FakeDelivery,
  type FakeEntry,
  fakePage,
  ProtocolServer,
  signatureOf,
} from '@sextant/plugin-code-host/testing';
import type { APIError, Repository, SearchResults, Team, User } from 'gitea-js';

export interface FakeRepository extends FakeEntry {
  readonly private?: boolean;
  readonly fork?: boolean;
  readonly archived?: boolean;
  readonly stars?: number;
  readonly topics?: readonly string[];
  readonly collaborators?: readonly string[];
}

type Scope = 'repository' | 'organization' | 'user';

const OWNERS: readonly User[] = [
  { id: 1, login: 'admin', is_admin: true },
  { id: 2, login: 'ana' },
  { id: 3, login: 'ben' },
];

/**
 * A fake of a Gitea server, for tests: the part of its API that is asked here, with scoped tokens, pages of two, redirects of renamed repositories,
 * requests in another user's name, and signed webhooks. Its answers are typed by the server's published API.
 */
export class FakeGitea extends ProtocolServer<FakeRepository> {
  readonly token = 'fake-gitea-token';
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly Scope[]>([['fake-gitea-token', ['repository', 'organization', 'user']]]);
  /** Whose a token is, where it is an account's own. */
  readonly accounts = new Map<string, string>();
  /** Members by organization, in one team each. */
  readonly organizations = new Map<string, readonly string[]>([['team', ['ben']]]);
  protected override readonly contentType = 'application/json;charset=utf-8';

  static async start(repositories: readonly FakeRepository[]): Promise<FakeGitea> {
    return await new FakeGitea(repositories).listening();
  }

  /** What the server sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): FakeDelivery {
    const body = JSON.stringify(payload, null, 2);
    const signature = signatureOf(body, secret);
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

  /** A token goes for a password, whoever the user is. */
  protected override letsGitIn(_user: string, password: string): boolean {
    return this.tokens.get(password)?.includes('repository') ?? false;
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
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
    const login = this.accounts.get(token) ?? String(request.headers['sudo']);
    const all = this.repositories;
    if (path === 'repos/search') return this.#search(url);
    if (area === 'orgs' && second === 'repos')
      return this.organizations.has(first) ? this.#page(url, this.#of(first)) : failure(404, 'not found');
    if (area === 'users' && second === 'repos')
      return OWNERS.some(({ login }) => login === first) ? this.#page(url, this.#of(first)) : failure(404, 'not found');
    if (path === 'user/repos')
      return this.#page(
        url,
        all.filter(({ name, collaborators = [] }) => this.#mayRead(name, collaborators, login)).map((one) => this.#shown(one)),
      );
    if (area === 'teams' && second === 'members')
      return this.#page(url, (this.organizations.get([...this.organizations.keys()][Number(first) - 1] ?? '') ?? []).map(userOf));
    if (area === 'repositories') {
      const found = all.find(({ id }) => String(id) === first);
      return found ? { body: this.#shown(found) } : failure(404, 'not found');
    }
    if (area !== 'repos') return failure(404, 'not found');
    const found = all.find(({ name }) => name === `${first}/${second}`);
    const moved = this.movedFrom(`${first}/${second}`);
    if (!found) return moved ? { status: 301, body: {}, headers: { location: `/api/v1/repos/${moved.name}` } } : failure(404, 'not found');
    if (third === 'collaborators') return this.#page(url, (found.collaborators ?? []).map(userOf));
    if (third === 'teams')
      return this.organizations.has(first)
        ? { body: [{ id: [...this.organizations.keys()].indexOf(first) + 1, name: 'Owners' } satisfies Team] }
        : failure(405, 'repo is not owned by an organization');
    return { body: this.#shown(found) };
  }

  #search(url: URL): FakeAnswer {
    const q = url.searchParams.get('q') ?? '';
    const found = this.repositories.filter(({ name }) => name.includes(q)).map((one) => this.#shown(one));
    if (url.searchParams.get('sort') === 'id') found.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
    const { body, ...answer } = this.#page(url, found);
    return { ...answer, body: { ok: true, data: body as Repository[] } satisfies SearchResults };
  }

  /** A page as the server gives it: two at most, with the links and the total of the list. */
  #page(url: URL, list: readonly unknown[]): FakeAnswer {
    const limit = Math.min(2, Number(url.searchParams.get('limit') ?? 2));
    const number = Number(url.searchParams.get('page') ?? 1);
    const { items, goesOn } = fakePage(this.faults.listing, list, number, limit);
    const link = new URL(url);
    link.searchParams.set('page', String(number + 1));
    return {
      body: items,
      headers: {
        'x-total-count': String(this.faults.listing === 'wrong-total' ? list.length + 1_000 : list.length),
        ...(goesOn ? { link: `<${link.href}>; rel="next",<${link.href}>; rel="last"` } : {}),
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

const failure = (status: number, message: string): FakeAnswer => ({
  status,
  body: { message, url: 'https://gitea.internal.example/api/swagger' } satisfies APIError,
});
