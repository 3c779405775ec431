import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { components } from '@coderabbitai/bitbucket/server/openapi';
import {
  type FakeAnswer,
  type FakeDelivery,
  type FakeEntry,
  fakePage,
  ProtocolServer,
  signatureOf,
} from '@sextant/plugin-code-host/testing';

type Schemas = components['schemas'];
type Permission = 'PROJECT_READ' | 'REPO_READ' | 'REPO_ADMIN' | 'ADMIN';

/** Its name is `PROJECT/slug`; the project of a user is `~NAME`. */
export interface FakeServerRepository extends FakeEntry {
  readonly public?: boolean;
  readonly fork?: boolean;
  readonly archived?: boolean;
  /** Users that may read it, by name. */
  readonly readers?: readonly string[];
}

interface Caller {
  /** Undefined: a token of a project or repository, or nobody. */
  readonly user: string | undefined;
  readonly permissions: readonly Permission[];
}

const USERS = ['admin', 'ana', 'ben'] as const;
const NOBODY: Caller = { user: undefined, permissions: [] };

/**
 * A fake of a Bitbucket Server, for tests: the part of its API that is asked here, with tokens and passwords, permissions of users, pages by start, and
 * signed webhooks. As the server does, it shows what is public to whoever comes without a credential, and refuses what a credential may not see with the
 * status of a bad one. Its answers are typed by the published API.
 */
export class FakeBitbucketServer extends ProtocolServer<FakeServerRepository> {
  readonly token = 'fake-bitbucket-token';
  readonly callers = new Map<string, Caller>([
    ['Bearer fake-bitbucket-token', { user: 'admin', permissions: ['PROJECT_READ', 'REPO_READ', 'REPO_ADMIN', 'ADMIN'] }],
    [`Basic ${Buffer.from('ana:secret:word').toString('base64')}`, { user: 'ana', permissions: ['PROJECT_READ', 'REPO_READ'] }],
  ]);
  /** A proxy before it takes credentials away, so that everybody is nobody. */
  stripsCredentials = false;
  readonly groups = new Map<string, readonly string[]>([['builders', ['ben']]]);
  protected override readonly contentType = 'application/json;charset=UTF-8';

  static async start(repositories: readonly FakeServerRepository[]): Promise<FakeBitbucketServer> {
    return await new FakeBitbucketServer(repositories).listening();
  }

  override restore(): void {
    super.restore();
    this.stripsCredentials = false;
  }

  /** What the server sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): FakeDelivery {
    const body = JSON.stringify({ eventKey: event, date: '2026-01-02T03:04:05+0000', ...payload });
    return {
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-event-key': event,
        'x-request-id': randomUUID(),
        'x-hub-signature': `sha256=${signatureOf(body, secret)}`,
      },
    };
  }

  /** It says nothing of how long one has to wait. */
  protected override refusal(): FakeAnswer {
    return failure(429, 'You have been rate limited', null);
  }

  protected override letsGitIn(user: string, password: string): boolean {
    return (
      this.callers
        .get(user === 'x-token-auth' ? `Bearer ${password}` : `Basic ${btoa(`${user}:${password}`)}`)
        ?.permissions.includes('REPO_READ') ?? false
    );
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = url.pathname.replace(/^\/rest\/api\/latest\//, '');
    this.asked.push(`${request.method} ${path}`);
    const { authorization } = request.headers;
    const caller = authorization === undefined || this.stripsCredentials ? NOBODY : this.callers.get(authorization);
    if (!caller)
      return failure(
        401,
        'Authentication failed. Please check your credentials and try again.',
        'auth.IncorrectPasswordAuthenticationException',
      );
    const [area, key = '', below, slug = ''] = path.split('/').map(decodeURIComponent);
    if (path === 'repos')
      return this.#page(
        url,
        this.#searched(url, caller).map((one) => this.#shown(one)),
      );
    if (path === 'users') return this.#users(url, caller);
    if (path === 'admin/users/more-members') {
      if (!caller.permissions.includes('ADMIN')) return notPermitted;
      const of = url.searchParams.get('context') ?? '';
      const groups = [...this.groups].filter(([, members]) => members.includes(of));
      return this.#page(
        url,
        groups.map(([name]): Schemas['RestDetailedGroup'] => ({ name, deletable: true })),
      );
    }
    if (area !== 'projects' || below !== 'repos') return failure(404, 'null for uri', null);
    const ofProject = this.repositories.filter(({ name }) => sameName(projectOf(name), key));
    if (ofProject.length === 0) return failure(404, `Project ${key} does not exist.`, 'project.NoSuchProjectException');
    if (slug === '')
      return caller.permissions.includes('PROJECT_READ')
        ? this.#page(
            url,
            ofProject.map((one) => this.#shown(one)),
          )
        : notPermitted;
    const found = ofProject.find(({ name }) => sameName(slugOf(name), slug));
    if (!found) return failure(404, `Repository ${key}/${slug} does not exist.`, 'repository.NoSuchRepositoryException');
    return mayRead(found, caller) ? { body: this.#shown(found) } : notPermitted;
  }

  #searched(url: URL, caller: Caller): readonly FakeServerRepository[] {
    const archived = (url.searchParams.get('archived') ?? 'ACTIVE').toUpperCase();
    const name = url.searchParams.get('name')?.toLowerCase() ?? '';
    const visibility = url.searchParams.get('visibility');
    return this.repositories.filter(
      (one) =>
        (url.searchParams.has('permission') ? isReader(one, caller) : mayRead(one, caller)) &&
        (archived === 'ALL' || (one.archived ?? false) === (archived === 'ARCHIVED')) &&
        slugOf(one.name).includes(name) &&
        (visibility === null || (one.public ?? false) === (visibility === 'public')),
    );
  }

  /** Users alone are told of users. */
  #users(url: URL, caller: Caller): FakeAnswer {
    if (caller.user === undefined) return notPermitted;
    const id = url.searchParams.get('permission.repositoryId');
    if (url.searchParams.has('permission') && !caller.permissions.includes('REPO_ADMIN')) return notPermitted;
    const of = this.repositories.find((one) => String(one.id) === id);
    if (id !== null && !of) return failure(400, 'The repository does not exist.', null);
    const readers = USERS.filter(
      (name) => !of || name === 'admin' || of.readers?.includes(name) || sameName(projectOf(of.name), `~${name}`),
    );
    return this.#page(
      url,
      readers.map((name): Schemas['RestApplicationUser'] => ({
        id: USERS.indexOf(name) + 1,
        name,
        slug: name,
        displayName: name,
        emailAddress: `${name}@example.com`,
        active: true,
        type: 'NORMAL',
      })),
    );
  }

  /** Two at most. Where the next page begins need not be where this one ends: what may not be seen is passed over. */
  #page(url: URL, list: readonly unknown[]): FakeAnswer {
    const limit = Math.min(2, Number(url.searchParams.get('limit') ?? 25));
    const start = Number(url.searchParams.get('start') ?? 0);
    const { items, goesOn } = fakePage(this.faults.listing, list, Math.floor(start / limit) + 1, limit);
    return {
      body: {
        size: this.faults.listing === 'wrong-total' ? 1_000 : items.length,
        limit,
        start,
        isLastPage: !goesOn,
        values: items,
        nextPageStart: goesOn ? start + limit : null,
      },
    };
  }

  #shown({ id, name, public: isPublic = false, fork = false, archived = false }: FakeServerRepository): Schemas['RestRepository'] {
    const key = projectOf(name);
    const slug = slugOf(name);
    // As a server that calls itself otherwise than it is reached.
    const root = 'https://bitbucket.internal.example';
    const page = key.startsWith('~') ? `users/${key.slice(1).toLowerCase()}` : `projects/${key}`;
    return {
      id,
      slug,
      name: slug,
      description: `About ${slug}`,
      hierarchyId: 'e3c939f9ef4a7fae272e',
      scmId: 'git',
      state: 'AVAILABLE',
      statusMessage: 'Available',
      forkable: true,
      archived,
      public: isPublic,
      project: { key, id: 1, name: key, public: false, type: key.startsWith('~') ? 'PERSONAL' : 'NORMAL' },
      ...(fork ? { origin: { id: 900, slug, public: false } } : {}),
      links: {
        self: [{ href: `${root}/${page}/repos/${slug}/browse` }],
        clone: [
          { href: `${root}/scm/${key.toLowerCase()}/${slug}.git`, name: 'http' },
          { href: `ssh://git@bitbucket.internal.example:7999/${key.toLowerCase()}/${slug}.git`, name: 'ssh' },
        ],
      },
    };
  }
}

const projectOf = (name: string): string => name.split('/')[0] ?? '';
const slugOf = (name: string): string => name.split('/')[1] ?? '';
const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const isReader = ({ name, readers = [] }: FakeServerRepository, { user, permissions }: Caller): boolean =>
  permissions.includes('REPO_READ') &&
  (user === 'admin' || user === undefined || readers.includes(user) || sameName(projectOf(name), `~${user}`));
const mayRead = (repository: FakeServerRepository, caller: Caller): boolean => repository.public === true || isReader(repository, caller);

const failure = (status: number, message: string, exception: string | null): FakeAnswer => ({
  status,
  body: {
    errors: [{ context: null, message, exceptionName: exception === null ? null : `com.atlassian.bitbucket.${exception}` }],
  },
});

const notPermitted = failure(401, 'You are not permitted to access this resource', 'AuthorisationException');
