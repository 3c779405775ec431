import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { components } from '@coderabbitai/bitbucket/cloud/openapi';
import {
  type FakeAnswer,
  type FakeDelivery,
  type FakeEntry,
  fakePage,
  ProtocolServer,
  RequestWindow,
  signatureOf,
} from '@sextant/plugin-code-host/testing';

type Schemas = components['schemas'];
/** Without the index signature that lets any field pass. */
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** Its name is `workspace/slug`. */
export interface FakeCloudRepository extends FakeEntry {
  readonly public?: boolean;
  readonly fork?: boolean;
  /** Users that may read it, and how. */
  readonly readers?: Readonly<Record<string, 'read' | 'write' | 'admin' | 'none'>>;
}

interface Caller {
  readonly user: string | undefined;
  readonly scopes: readonly string[];
}

const USERS = ['admin', 'ana', 'ben'];
const ALL = ['account', 'repository', 'repository:admin'];

/** `{…}` of a repository. */
export const uuidOf = (id: number): string => `{00000000-0000-4000-8000-${String(id).padStart(12, '0')}}`;

/**
 * A fake of Bitbucket Cloud, for tests: the part of its API that is asked here, with access tokens, passwords and scopes, pages by links, its limit, which
 * it tells to access tokens alone and never how much of it is left, and signed webhooks. Its answers are typed by the published API.
 */
export class FakeBitbucketCloud extends ProtocolServer<FakeCloudRepository> {
  readonly token = 'fake-bitbucket-token';
  readonly callers = new Map<string, Caller>([
    ['Bearer fake-bitbucket-token', { user: undefined, scopes: ALL }],
    [`Basic ${Buffer.from('ana@example.com:secret:word').toString('base64')}`, { user: 'ana', scopes: ['repository'] }],
  ]);
  /** Members by workspace; a workspace without a repository is there too. */
  readonly workspaces = new Map<string, readonly string[]>([
    ['team', ['ana', 'ben']],
    ['ben', ['ben']],
  ]);

  static async start(repositories: readonly FakeCloudRepository[]): Promise<FakeBitbucketCloud> {
    return await new FakeBitbucketCloud(repositories).listening();
  }

  /** What the host sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): FakeDelivery {
    const body = JSON.stringify(payload);
    return {
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Bitbucket-Webhooks/2.0',
        'x-attempt-number': '1',
        'x-event-key': event,
        'x-hook-uuid': randomUUID(),
        'x-request-uuid': randomUUID(),
        'x-hub-signature': `sha256=${signatureOf(body, secret)}`,
      },
    };
  }

  protected override refusal(): FakeAnswer {
    return failure(429, 'Rate limit for this resource has been exceeded');
  }

  protected override limitHeaders({ limit, remaining }: RequestWindow): Readonly<Record<string, string>> {
    return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-resource': 'api', 'x-ratelimit-nearlimit': String(remaining < limit / 5) };
  }

  protected override letsGitIn(user: string, password: string): boolean {
    return user === 'x-token-auth' && (this.callers.get(`Bearer ${password}`)?.scopes.includes('repository') ?? false);
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = url.pathname.replace(/^\/2\.0\//, '');
    this.asked.push(`${request.method} ${path}`);
    const caller = this.callers.get(request.headers.authorization ?? '');
    if (!caller) return failure(401, 'Token is invalid or not supported for this endpoint.');
    const [area, workspace = '', below, name = '', last = ''] = path.split('/').map(decodeURIComponent);
    const members = this.workspaces.get(workspace.toLowerCase());
    if (area === 'repositories') {
      if (!caller.scopes.includes('repository')) return lacking(caller, 'repository');
      if (!members) return failure(404, `No workspace with identifier '${workspace}'.`);
      if (below === undefined) return this.#page(url, this.#of(workspace, url, caller).map(shown));
      const found = this.#find(workspace, below);
      return found && mayRead(found, caller) ? { body: shown(found) } : failure(404, `Repository ${workspace}/${below} not found`);
    }
    if (area !== 'workspaces' || !members) return failure(404, 'Resource not found');
    if (!caller.scopes.includes('account')) return lacking(caller, 'account');
    if (below === 'members') {
      const user = USERS.find((one) => accountOf(one).uuid === name);
      if (!user || !members.includes(user)) return failure(404, 'No membership');
      return { body: { type: 'workspace_membership', user: accountOf(user), workspace: workspaceOf(workspace) } };
    }
    if (below !== 'permissions' || name !== 'repositories') return failure(404, 'Resource not found');
    if (!caller.scopes.includes('repository:admin')) return lacking(caller, 'repository:admin');
    const found = this.#find(workspace, last);
    if (!found) return failure(404, 'Repository not found');
    const permissions = Object.entries(found.readers ?? {}).map(([user, permission]) => ({
      type: 'repository_permission',
      permission,
      user: accountOf(user),
      repository: { type: 'repository', uuid: uuidOf(found.id), full_name: found.name },
    }));
    return this.#page(url, permissions);
  }

  #of(workspace: string, url: URL, caller: Caller): readonly FakeCloudRepository[] {
    const isMember = url.searchParams.get('role') === 'member';
    return this.repositories.filter(
      (one) => one.name.startsWith(`${workspace.toLowerCase()}/`) && (isMember ? isReader(one, caller) : mayRead(one, caller)),
    );
  }

  /** By slug, or by its id in the place of the slug. */
  #find(workspace: string, slugOrId: string): FakeCloudRepository | undefined {
    return this.repositories.find(
      ({ id, name }) =>
        name.toLowerCase() === `${workspace}/${slugOrId}`.toLowerCase() ||
        (name.startsWith(`${workspace.toLowerCase()}/`) && uuidOf(id) === slugOrId),
    );
  }

  /** Two at most, with the address of the next page as a host writes it that calls itself otherwise than it is reached. */
  #page(url: URL, list: readonly unknown[]): FakeAnswer {
    const pagelen = Math.min(2, Number(url.searchParams.get('pagelen') ?? 10));
    const page = Number(url.searchParams.get('page') ?? 1);
    const { items, goesOn } = fakePage(this.faults.listing, list, page, pagelen);
    const next = new URL(url.pathname + url.search, 'https://api.bitbucket.internal.example');
    next.searchParams.set('page', String(page + 1));
    return {
      body: {
        values: items,
        pagelen,
        page,
        size: this.faults.listing === 'wrong-total' ? 1_000 : list.length,
        ...(goesOn ? { next: next.href } : {}),
      },
    };
  }
}

const isReader = ({ readers = {} }: FakeCloudRepository, { user }: Caller): boolean =>
  user === undefined || (Object.hasOwn(readers, user) && readers[user] !== 'none');
const mayRead = (repository: FakeCloudRepository, caller: Caller): boolean => repository.public === true || isReader(repository, caller);

const ROOT = 'https://bitbucket.internal.example';

const shown = ({ id, name, public: isPublic = false, fork = false }: FakeCloudRepository): Partial<Known<Schemas['repository']>> => ({
  type: 'repository',
  uuid: uuidOf(id),
  full_name: name,
  name: name.split('/')[1] ?? '',
  description: `About ${name}`,
  is_private: !isPublic,
  scm: 'git',
  size: 24_000,
  fork_policy: 'allow_forks',
  ...(fork ? { parent: { type: 'repository', uuid: uuidOf(900) } as Schemas['repository'] } : {}),
  links: {
    html: { href: `${ROOT}/${name}` },
    clone: [
      { href: `${ROOT}/${name}.git`, name: 'https' },
      { href: `git@bitbucket.internal.example:${name}.git`, name: 'ssh' },
    ],
  },
});

const accountOf = (user: string) =>
  ({
    type: 'user',
    uuid: uuidOf(500 + USERS.indexOf(user)),
    nickname: user,
    display_name: user,
    account_status: 'active',
  }) satisfies Partial<Known<Schemas['user']> & Omit<Known<Schemas['account']>, 'type'>>;
const workspaceOf = (slug: string) =>
  ({ type: 'workspace', uuid: uuidOf(700), slug, name: slug }) satisfies Partial<Known<Schemas['workspace']>>;

const failure = (status: number, message: string, detail?: object): FakeAnswer => ({
  status,
  body: { type: 'error', error: { message, ...(detail ? { detail } : {}) } },
});

const lacking = ({ scopes }: Caller, scope: string): FakeAnswer =>
  failure(403, 'Your credentials lack one or more required privilege scopes.', { granted: scopes, required: [scope] });
