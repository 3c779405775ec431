import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MemberSchema, ProjectSchema } from '@gitbeaker/core';
import { HostFaults } from '@sextant/plugin-code-host/testing';

export interface FakeProject {
  readonly id: number;
  /** With namespace. */
  readonly path: string;
  readonly visibility?: 'private' | 'internal' | 'public';
  readonly fork?: boolean;
  readonly archived?: boolean;
  /** Access levels by user. */
  readonly members?: Readonly<Record<string, number>>;
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A fake of a GitLab server, for tests: the part of its API that is asked here, with scopes, pages of two by number and by the last id, redirects of renamed
 * projects and webhooks. Its answers are typed by the API as @gitbeaker/core has it. It serves no git.
 */
export class FakeGitlab implements AsyncDisposable {
  readonly faults = new HostFaults();
  readonly token = 'fake-gitlab-token';
  /** Scopes by token. */
  readonly tokens = new Map<string, readonly string[]>([['fake-gitlab-token', ['read_api', 'read_repository']]]);
  projects: FakeProject[];
  readonly renamed = new Map<string, number>();
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(projects: readonly FakeProject[]) {
    this.projects = [...projects];
    this.#server = createServer(this.faults.wrap((request, response) => this.#answer(request, response)));
  }

  static async start(projects: readonly FakeProject[]): Promise<FakeGitlab> {
    const fake = new FakeGitlab(projects);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  rename(id: number, path: string): void {
    const before = this.projects.find((project) => project.id === id);
    if (!before) throw new Error(`no project ${id}`);
    this.renamed.set(before.path, id);
    this.projects = this.projects.map((project) => (project.id === id ? { ...project, path } : project));
  }

  /** What the server sends to a webhook with this secret. */
  delivery(event: string, payload: object, secret: string): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
    return {
      body: JSON.stringify(payload),
      headers: { 'content-type': 'application/json', 'x-gitlab-event': event, 'x-gitlab-token': secret, 'idempotency-key': randomUUID() },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { status = 200, body, headers = {} } = this.#route(request, new URL(request.url ?? '/', this.url));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }

  #route(request: IncomingMessage, url: URL): Answer {
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
        this.projects.filter((project) => project.path.includes(search)),
      );
    if (area === 'groups' && below === 'projects') {
      const found = this.projects.filter((project) => project.path.startsWith(`${name}/`));
      return found.length > 0 ? this.#page(url, found.map(shown)) : absent('Group');
    }
    if (area !== 'projects') return absent('Path');
    const found = this.projects.find((project) => String(project.id) === name || project.path === name);
    const moved = this.renamed.get(name);
    if (!found)
      return moved === undefined
        ? absent('Project')
        : { status: 301, body: {}, headers: { location: `${this.url}/api/v4/projects/${moved}` } };
    if (below !== 'members') return { body: shown(found) };
    const members = Object.entries(found.members ?? {}).map(
      ([username, access_level], at) => ({ id: at + 1, username, access_level, state: 'active' }) satisfies Partial<MemberSchema>,
    );
    return this.#page(url, members);
  }

  /** By the last id seen, where asked for. */
  #keyset(url: URL, projects: readonly FakeProject[]): Answer {
    if (url.searchParams.get('pagination') !== 'keyset' || this.faults.listing) return this.#page(url, projects.map(shown));
    const after = Number(url.searchParams.get('id_after') ?? 0);
    const rest = projects.filter(({ id }) => id > after);
    const items = rest.slice(0, 2);
    const next = new URL(url);
    next.searchParams.set('id_after', String(items.at(-1)?.id ?? after));
    return { body: items.map(shown), headers: rest.length > 2 ? { link: `<${next.href}>; rel="next"` } : {} };
  }

  #page(url: URL, list: readonly unknown[]): Answer {
    const number = Number(url.searchParams.get('page') ?? 1);
    const fault = this.faults.listing;
    const last = Math.max(1, Math.ceil(list.length / 2));
    // An empty page comes second, and all that is after it a page later.
    const late = fault === 'empty-page-between' && number > 1 ? 1 : 0;
    const at = fault === 'endless-pages' ? (number - 1) % last : fault === 'same-page-again' ? 0 : number - 1 - late;
    const overlap = fault === 'repeated-repositories' && number > 1 ? 1 : 0;
    const items = late === 1 && number === 2 ? [] : list.slice(at * 2 - overlap, (at + 1) * 2);
    const goesOn = fault === 'endless-pages' || fault === 'same-page-again' || number - late < last;
    const next = new URL(url);
    next.searchParams.set('page', String(number + 1));
    return {
      body: items,
      headers: {
        'x-total': String(fault === 'wrong-total' ? 1_000 : list.length),
        ...(goesOn ? { link: `<${next.href}>; rel="next"` } : {}),
      },
    };
  }
}

const shown = ({ id, path, visibility = 'public', fork = false, archived = false }: FakeProject): Partial<ProjectSchema> => ({
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

const absent = (what: string): Answer => ({ status: 404, body: { message: `404 ${what} Not Found` } });
