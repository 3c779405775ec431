import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { MemberSchema, ProjectSchema } from '@gitbeaker/core';
import { type FakeAnswer, type FakeDelivery, type FakeEntry, fakePage, ProtocolServer } from '@sextant/plugin-code-host/testing';

/** Its name is its path with namespace. */
export interface FakeProject extends FakeEntry {
  readonly visibility?: 'private' | 'internal' | 'public';
  readonly fork?: boolean;
  readonly archived?: boolean;
  /** Access levels by user. */
  readonly members?: Readonly<Record<string, number>>;
  /** Whether another group was invited to it. */
  readonly invited?: boolean;
}

/**
 * A fake of a GitLab server, for tests: the part of its API that is asked here, with scopes, pages of two by number and by the last id, redirects of renamed
 * projects and webhooks. Its answers are typed by the API as @gitbeaker/core has it.
 */
export class FakeGitlab extends ProtocolServer<FakeProject> {
  readonly token = 'fake-gitlab-token';
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly string[]>([['fake-gitlab-token', ['read_api', 'read_repository']]]);

  /** Access levels by user, by the path of a group whose members its projects have besides their own. */
  readonly groups = new Map<string, Readonly<Record<string, number>>>();
  /** Whose a token is, where it is an account's own. */
  readonly accounts = new Map<string, string>();
  /** Identities, as `provider uid`, by user. */
  readonly identities = new Map<string, string>();
  /** Tokens of administrators, who are told identities, and may ask in others' names. */
  readonly administrators = new Set<string>();
  /** In whose name a request was, one after another. */
  readonly sudos: string[] = [];

  static async start(projects: readonly FakeProject[]): Promise<FakeGitlab> {
    return await new FakeGitlab(projects).listening();
  }

  /** What the server sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): FakeDelivery {
    return {
      body: JSON.stringify(payload),
      headers: { 'content-type': 'application/json', 'x-gitlab-event': event, 'x-gitlab-token': secret, 'idempotency-key': randomUUID() },
    };
  }

  protected override letsGitIn(user: string, password: string): boolean {
    return user !== '' && (this.tokens.get(password)?.includes('read_repository') ?? false);
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = url.pathname.replace(/^\/api\/v4\//, '');
    this.asked.push(`${request.method} ${path}`);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const scopes = this.tokens.get(token);
    if (request.headers['sudo'] !== undefined) this.sudos.push(String(request.headers['sudo']));
    if (!scopes) return { status: 401, body: { message: '401 Unauthorized' } };
    if (!scopes.includes('read_api') && !scopes.includes('api'))
      return {
        status: 403,
        body: {
          error: 'insufficient_scope',
          error_description: 'The request requires higher privileges than provided by the access token.',
          scope: 'api read_api',
        },
      };
    const [area, name = '', below] = path.split('/').map(decodeURIComponent);
    const search = url.searchParams.get('search') ?? '';
    if (path === 'projects')
      return this.#keyset(
        url,
        this.repositories.filter(
          (project) => project.name.includes(search) && this.#isOf(project, this.accounts.get(token) ?? request.headers['sudo'], url),
        ),
      );
    if (area === 'groups' && below === 'projects') {
      const found = this.repositories.filter((project) => project.name.startsWith(`${name}/`));
      return found.length > 0 ? this.#page(url, found.map(shown)) : absent('Group');
    }
    if (path === 'users') return this.#users(url, this.administrators.has(token));
    if (area === 'groups' && below === 'members') {
      const [, members] = [...this.groups].find((_, at) => String(groupIdOf(at)) === name) ?? [];
      return members ? this.#page(url, membersOf(members)) : absent('Group');
    }
    if (area !== 'projects') return absent('Path');
    const found = this.repositories.find((project) => String(project.id) === name || project.name === name);
    const moved = this.movedFrom(name);
    if (!found)
      return moved ? { status: 301, body: {}, headers: { location: `${this.url}/api/v4/projects/${moved.id}` } } : absent('Project');
    const [group] = [...this.groups].flatMap(([name, members], at) =>
      found.name.startsWith(`${name}/`) ? [{ id: groupIdOf(at), name, members }] : [],
    );
    if (below !== 'members') return { body: { ...shown(found), ...parentOf(found, group) } };
    const all = path.endsWith('/all') ? { ...group?.members, ...found.members } : found.members;
    return this.#page(url, membersOf(all ?? {}));
  }

  /** Whether the account, where one asks, has the level in it that is asked for. */
  #isOf({ name, members }: FakeProject, login: string | readonly string[] | undefined, url: URL): boolean {
    const least = Number(url.searchParams.get('min_access_level') ?? 0);
    if (typeof login !== 'string' || least === 0) return true;
    const [group] = [...this.groups].flatMap(([group, of]) => (name.startsWith(`${group}/`) ? [of] : []));
    return Math.max(members?.[login] ?? 0, group?.[login] ?? 0) >= least;
  }

  /** To others than administrators it lists everybody, and no identities. */
  #users(url: URL, administrator: boolean): FakeAnswer {
    const wanted = `${url.searchParams.get('provider')} ${url.searchParams.get('extern_uid')}`;
    const users = [...this.identities].map(([username, identity], at) => ({ id: at + 101, username, identity }));
    if (!administrator)
      return this.#page(
        url,
        users.map(({ id, username }) => ({ id, username })),
      );
    return this.#page(
      url,
      users
        .filter(({ identity }) => identity === wanted)
        .map(({ id, username, identity }) => {
          const [provider = '', extern_uid = ''] = identity.split(' ');
          return { id, username, identities: [{ provider, extern_uid }] };
        }),
    );
  }

  /** By the last id seen, where asked for. */
  #keyset(url: URL, projects: readonly FakeProject[]): FakeAnswer {
    if (url.searchParams.get('pagination') !== 'keyset' || this.faults.listing) return this.#page(url, projects.map(shown));
    const after = Number(url.searchParams.get('id_after') ?? 0);
    const rest = projects.filter(({ id }) => id > after);
    const items = rest.slice(0, 2);
    const next = new URL(url);
    next.searchParams.set('id_after', String(items.at(-1)?.id ?? after));
    return { body: items.map(shown), headers: rest.length > 2 ? { link: `<${next.href}>; rel="next"` } : {} };
  }

  #page(url: URL, list: readonly unknown[]): FakeAnswer {
    const number = Number(url.searchParams.get('page') ?? 1);
    const { items, goesOn } = fakePage(this.faults.listing, list, number, 2);
    const next = new URL(url);
    next.searchParams.set('page', String(number + 1));
    const last = new URL(url);
    last.searchParams.set('page', String(Math.ceil(list.length / 2)));
    return {
      body: items,
      headers: {
        'x-total': String(this.faults.listing === 'wrong-total' ? 1_000 : list.length),
        ...(goesOn ? { link: `<${next.href}>; rel="next", <${last.href}>; rel="last"` } : {}),
      },
    };
  }
}

const shown = ({ id, name: path, visibility = 'public', fork = false, archived = false }: FakeProject): Partial<ProjectSchema> => ({
  id,
  path_with_namespace: path,
  description: `About ${path}`,
  visibility,
  archived,
  star_count: id,
  topics: ['tools'],
  web_url: `https://gitlab.internal.example/${path}`,
  http_url_to_repo: `https://gitlab.internal.example/${path}.git`,
  ssh_url_to_repo: `git@gitlab.internal.example:${path}.git`,
  ...(fork ? { forked_from_project: { id: 99 } as ProjectSchema['forked_from_project'] } : {}),
});

const groupIdOf = (at: number): number => 500 + at;

const membersOf = (members: Readonly<Record<string, number>>): readonly object[] =>
  Object.entries(members).map(
    ([username, access_level], at) => ({ id: at + 1, username, access_level, state: 'active' }) satisfies Partial<MemberSchema>,
  );

const parentOf = ({ invited = false }: FakeProject, group: { readonly id: number; readonly name: string } | undefined) => ({
  namespace: group ? { id: group.id, kind: 'group', full_path: group.name } : { id: 1, kind: 'user', full_path: 'somebody' },
  shared_with_groups: invited ? [{ group_id: 900 }] : [],
});

const absent = (what: string): FakeAnswer => ({ status: 404, body: { message: `404 ${what} Not Found` } });
