import { createPublicKey, randomUUID, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { components } from '@octokit/openapi-types';
import {
  type FakeAnswer,
  type FakeDelivery,
  type FakeEntry,
  fakePage,
  ProtocolServer,
  RequestWindow,
  signatureOf,
} from '@sextant/plugin-code-host/testing';

type Repository = Partial<components['schemas']['repository']>;
type User = Partial<components['schemas']['collaborator']>;
type Search = { total_count: number; incomplete_results: boolean; items: readonly Repository[] };

type Organization = Partial<components['schemas']['organization-full']>;
type Membership = Partial<Omit<components['schemas']['org-membership'], 'organization'>> & { organization: object };
type Team = Partial<components['schemas']['team']>;

/** People by login. */
export interface FakeOrganization {
  readonly id: number;
  /** What each member may do in each repository; undefined: nobody is told. */
  permission?: 'read' | 'none' | undefined;
  readonly members: Set<string>;
  readonly owners?: readonly string[];
  readonly teams: Map<
    string,
    { readonly id: number; readonly parent?: string; readonly members: Set<string>; readonly repositories: Set<string> }
  >;
}

export interface FakeRepository extends FakeEntry {
  readonly private?: boolean;
  readonly fork?: boolean;
  readonly archived?: boolean;
  /** Day, as `2020-01-31`. */
  readonly created?: string;
  readonly collaborators?: readonly string[];
}

const HOUR = 3_600_000;

/**
 * A fake of a GitHub Enterprise Server, for tests: the part of its API that is asked here, with tokens and scopes, GitHub Apps, pages of two, answers that
 * have not changed, redirects of renamed repositories and signed webhooks. It counts requests as GitHub does and refuses those beyond the limit. Its
 * answers are typed by the published API.
 */
export class FakeGithub extends ProtocolServer<FakeRepository> {
  readonly token = 'fake-github-token';
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly string[]>([['fake-github-token', ['repo']]]);
  /** Whose a token is, by login: it sees what they may read. One that is nobody's sees all. */
  readonly accounts = new Map<string, string>();
  readonly organizations = new Map<string, FakeOrganization>();
  /** Paths that every token is refused. */
  readonly forbidden = new Set<string>();
  readonly #ids = new Map<string, number>();
  /** Public keys in PEM form by the id of the app. */
  readonly apps = new Map<string, string>();
  override readonly window: RequestWindow;
  /** Entries of a page, whatever is asked for. */
  pageSize = 2;
  /** A search finds no more than this. */
  mostFound = 1_000;
  protected override readonly contentType = 'application/json; charset=utf-8';
  protected override readonly etags = true;

  private constructor(
    repositories: readonly FakeRepository[],
    private readonly now: () => number,
  ) {
    super(repositories);
    this.window = new RequestWindow(5_000, now);
  }

  /** `now`: milliseconds since 1970, default the time; a test that hurries gives its own. */
  static async start(repositories: readonly FakeRepository[], now: () => number = Date.now): Promise<FakeGithub> {
    return await new FakeGithub(repositories, now).listening();
  }

  /** What GitHub sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): FakeDelivery {
    const body = JSON.stringify(payload);
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-delivery': randomUUID(),
        'x-github-event': event,
        'x-hub-signature': `sha1=${signatureOf(body, secret, 'sha1')}`,
        'x-hub-signature-256': `sha256=${signatureOf(body, secret)}`,
      },
    };
  }

  protected override refusal(): FakeAnswer {
    return failure(403, 'API rate limit exceeded');
  }

  protected override limitHeaders({ limit, remaining, end }: RequestWindow): Readonly<Record<string, string>> {
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.ceil(end / 1_000)),
      'x-ratelimit-resource': 'core',
    };
  }

  protected override letsGitIn(user: string, password: string): boolean {
    return user === 'x-access-token' && (this.tokens.get(password)?.includes('repo') ?? false);
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = url.pathname.replace(/^\/api\/v3\//, '');
    this.asked.push(`${request.method} ${path}`);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const [area, first = '', second = '', third] = path.split('/');
    if (area === 'app') return this.#installationToken(token, second);
    const scopes = this.tokens.get(token);
    if (!scopes) return failure(401, 'Bad credentials');
    if (this.forbidden.has(path)) return failure(403, 'Resource not accessible');
    const ofOrganization = area === 'orgs';
    if (ofOrganization && !scopes.includes('repo') && !scopes.includes('read:org'))
      return failure(403, 'Resource not accessible', { 'x-oauth-scopes': scopes.join(', '), 'x-accepted-oauth-scopes': 'read:org, repo' });
    if (path === 'user/repos') {
      const login = this.accounts.get(token);
      const direct = url.searchParams.get('affiliation') === 'owner,collaborator';
      const visible = this.repositories.filter(
        (one) =>
          (url.searchParams.get('visibility') !== 'private' || one.private) &&
          (login === undefined || (direct ? this.#isDirect(one, login) : this.mayRead(one, login))),
      );
      return this.#page(url, visible.map(shown), (items) => items);
    }
    if (path === 'repositories') return this.#page(url, this.repositories.filter((one) => !one.private).map(shown), (items) => items);
    if (path === 'installation/repositories')
      return this.#page(url, this.repositories.map(shown), (repositories) => ({ total_count: this.repositories.length, repositories }));
    if (path === 'search/repositories') return this.#search(url);
    const own = this.#ofAccount(path, url, this.accounts.get(token) ?? '');
    if (own) return own;
    const organization = ofOrganization ? this.#ofOrganization(path, url) : undefined;
    if (organization) return organization;
    if (ofOrganization) {
      const found = this.repositories.filter(({ name }) => name.startsWith(`${first}/`)).map(shown);
      return found.length > 0 ? this.#page(url, found, (items) => items) : failure(404, 'Not Found');
    }
    if (area !== 'repos') return failure(404, 'Not Found');
    const found = this.repositories.find(({ name }) => name === `${first}/${second}`);
    const moved = this.movedFrom(`${first}/${second}`);
    if (!found)
      return moved ? { status: 301, body: {}, headers: { location: `${this.url}/api/v3/repos/${moved.name}` } } : failure(404, 'Not Found');
    if (third === 'collaborators') {
      const direct = url.searchParams.get('affiliation') === 'direct';
      const logins = [...new Set([...(found.collaborators ?? []), ...this.#people()])];
      return this.#page(
        url,
        logins.filter((login) => (direct ? this.#isDirect(found, login) : this.mayRead(found, login))).map(this.#user),
        (items) => items,
      );
    }
    if (third === 'teams')
      return this.#page(
        url,
        [...(this.organizations.get(first)?.teams ?? [])]
          .filter(([, team]) => team.repositories.has(found.name))
          .map(([slug, { id }]): Team => ({ id, slug })),
        (items) => items,
      );
    return { body: shown(found) };
  }

  /** By itself, by its teams, or as a member of its organization. */
  mayRead(repository: FakeRepository, login: string): boolean {
    const { permission, members, owners = [], teams } = this.organizations.get(repository.name.split('/')[0] ?? '') ?? {};
    return (
      this.#isDirect(repository, login) ||
      owners.includes(login) ||
      (permission === 'read' && (members?.has(login) ?? false)) ||
      [...(teams?.values() ?? [])].some((team) => team.repositories.has(repository.name) && team.members.has(login))
    );
  }

  /** The id of an account. */
  idOf(login: string): number {
    const id = this.#ids.get(login) ?? this.#ids.size + 1;
    this.#ids.set(login, id);
    return id;
  }

  readonly #user = (login: string): User => ({ id: this.idOf(login), login });

  #isDirect({ name, collaborators = [] }: FakeRepository, login: string): boolean {
    return collaborators.includes(login) || name.startsWith(`${login}/`);
  }

  #people(): readonly string[] {
    return [...this.organizations.values()].flatMap(({ members, owners = [], teams }) => [
      ...members,
      ...owners,
      ...[...teams.values()].flatMap((team) => [...team.members]),
    ]);
  }

  #ofAccount(path: string, url: URL, login: string): FakeAnswer | undefined {
    const mine = [...this.organizations].filter(([, { members, owners = [] }]) => members.has(login) || owners.includes(login));
    if (path === 'user/memberships/orgs')
      return this.#page(
        url,
        mine.map(
          ([name, { id, owners = [] }]): Membership => ({
            state: 'active',
            role: owners.includes(login) ? 'admin' : 'member',
            organization: { id, login: name },
          }),
        ),
        (items) => items,
      );
    if (path !== 'user/teams') return undefined;
    const teams = mine.flatMap(([name, { teams: all }]) =>
      [...all]
        .filter(([, { members }]) => members.has(login))
        .map(([slug, { id, parent }]) => ({
          id,
          slug,
          organization: { login: name },
          parent: parent === undefined ? null : { id: all.get(parent)?.id, slug: parent },
        })),
    );
    return this.#page(url, teams, (items) => items);
  }

  #ofOrganization(path: string, url: URL): FakeAnswer | undefined {
    const [, name = '', below, slug = '', side] = path.split('/');
    const organization = this.organizations.get(name);
    if (!organization) return undefined;
    const { id, permission, members, owners = [], teams } = organization;
    if (below === undefined)
      return { body: { id, login: name, ...(permission ? { default_repository_permission: permission } : {}) } satisfies Organization };
    const users = (logins: Iterable<string>) => this.#page(url, [...new Set(logins)].map(this.#user), (items) => items);
    if (below === 'members') return users([...members, ...owners]);
    if (below !== 'teams') return undefined;
    const team = teams.get(slug);
    if (!team) return failure(404, 'Not Found');
    if (side === 'members') return users(team.members);
    return this.#page(url, this.repositories.filter((one) => team.repositories.has(one.name)).map(shown), (items) => items);
  }

  #installationToken(proof: string, installation: string): FakeAnswer {
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

  #search(url: URL): FakeAnswer {
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
  #page(url: URL, list: readonly unknown[], wrap: (items: readonly unknown[]) => unknown): FakeAnswer {
    const limit = Math.min(this.pageSize, Number(url.searchParams.get('per_page') ?? 30));
    const number = Number(url.searchParams.get('page') ?? 1);
    const { items, goesOn } = fakePage(this.faults.listing, list, number, limit);
    const next = new URL(url);
    next.searchParams.set('page', String(number + 1));
    const last = new URL(url);
    last.searchParams.set('page', String(Math.ceil(list.length / limit)));
    return { body: wrap(items), headers: goesOn ? { link: `<${next.href}>; rel="next", <${last.href}>; rel="last"` } : {} };
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

const failure = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): FakeAnswer => ({
  status,
  body: { message, documentation_url: 'https://docs.example' },
  headers,
});
