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
}

/**
 * A fake of a GitLab server, for tests: the part of its API that is asked here, with scopes, pages of two by number and by the last id, redirects of renamed
 * projects and webhooks. Its answers are typed by the API as @gitbeaker/core has it.
 */
export class FakeGitlab extends ProtocolServer<FakeProject> {
  readonly token = 'fake-gitlab-token';
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly string[]>([['fake-gitlab-token', ['read_api', 'read_repository']]]);

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
    const scopes = this.tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
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
        this.repositories.filter((project) => project.name.includes(search)),
      );
    if (area === 'groups' && below === 'projects') {
      const found = this.repositories.filter((project) => project.name.startsWith(`${name}/`));
      return found.length > 0 ? this.#page(url, found.map(shown)) : absent('Group');
    }
    if (area !== 'projects') return absent('Path');
    const found = this.repositories.find((project) => String(project.id) === name || project.name === name);
    const moved = this.movedFrom(name);
    if (!found)
      return moved ? { status: 301, body: {}, headers: { location: `${this.url}/api/v4/projects/${moved.id}` } } : absent('Project');
    if (below !== 'members') return { body: shown(found) };
    const members = Object.entries(found.members ?? {}).map(
      ([username, access_level], at) => ({ id: at + 1, username, access_level, state: 'active' }) satisfies Partial<MemberSchema>,
    );
    return this.#page(url, members);
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
    return {
      body: items,
      headers: {
        'x-total': String(this.faults.listing === 'wrong-total' ? 1_000 : list.length),
        ...(goesOn ? { link: `<${next.href}>; rel="next"` } : {}),
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

const absent = (what: string): FakeAnswer => ({ status: 404, body: { message: `404 ${what} Not Found` } });
