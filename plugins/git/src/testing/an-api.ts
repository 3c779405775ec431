import type { Repository, Visibility } from '@sextant/plugin-code-host/api';
import type { Actor, Clock, Jobs, RepoName, RouteRequest } from '@sextant/sdk';
import type { Git } from '../api.js';
import { recordedJobs } from './recorded-jobs.js';

export const aPerson = (more: Partial<Actor> = {}): Actor => ({
  kind: 'user',
  id: 'user:1',
  userId: 1,
  siteAdmin: false,
  via: 'session',
  ...more,
});

export const aKnownRepository = (id: number, name: RepoName, more: Partial<Repository> = {}): Repository => ({
  id,
  name,
  description: '',
  fork: false,
  archived: false,
  private: false,
  stars: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  deletedAt: undefined,
  external: { id: String(id), serviceType: 'local', serviceId: '/' },
  webUrl: undefined,
  topics: [],
  ...more,
});

/** What the api part asks of others: repositories behind a wall whose holes a test names, jobs that are only written down. */
export interface WallPlan {
  readonly hidden?: readonly number[];
  readonly hiddenFrom?: (actor: Actor, id: number) => boolean;
  readonly hiddenPaths?: ReadonlyMap<number, readonly string[]>;
}

export function anApi(git: Git, known: readonly Repository[], wall: WallPlan = {}) {
  const { jobs: recorded, enqueued } = recordedJobs();
  const lookups: string[] = [];
  const hidden = (actor: Actor, id: number) => (wall.hidden?.includes(id) ?? false) || (wall.hiddenFrom?.(actor, id) ?? false);
  const seen = (actor: Actor, repository: Repository | undefined) => (repository && !hidden(actor, repository.id) ? repository : undefined);
  const visibilityOf = (actor: Actor): Visibility => {
    const canSee = (id: number, path?: string) => !hidden(actor, id) && !(path !== undefined && wall.hiddenPaths?.get(id)?.includes(path));
    const paths = [...(wall.hiddenPaths?.keys() ?? [])].map((id) => [id, { allows: (path: string) => canSee(id, path) }] as const);
    return { epoch: '1', unrestricted: false, canSee, paths: new Map(paths) } as unknown as Visibility;
  };
  const jobs: Jobs = {
    ...recorded,
    cancel: async () => false,
    list: async () => [],
    ahead: async () => undefined,
    overview: async () => {
      throw new Error('No queue stands behind this.');
    },
    retry: async () => 0,
  };
  const clock: Clock = { now: () => new Date('2026-01-02T03:04:05Z'), monotonic: () => 0, sleep: async () => {} };
  return {
    enqueued,
    /** Names that were looked up. */
    lookups,
    deps: {
      git,
      jobs,
      clock,
      db: { schema: 'plugin_git', query: async () => [], transaction: async (work: (tx: unknown) => unknown) => work({}) } as never,
      repositories: {
        byName: async (actor: Actor, name: RepoName) => {
          lookups.push(name);
          return seen(
            actor,
            known.find((r) => r.name === name),
          );
        },
        byId: async (actor: Actor, id: number) =>
          seen(
            actor,
            known.find((r) => r.id === id),
          ),
      } as never,
      visibility: { of: async (actor: Actor) => visibilityOf(actor), epoch: async () => '1' },
      audit: undefined,
      accounts: undefined,
    },
  };
}

/** A request as the kernel hands it to a route. */
export function aRequest(
  method: string,
  path: string,
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): RouteRequest {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const url = new URL(`http://host${path}`);
  return {
    method,
    path: url.pathname,
    params,
    query: url.searchParams,
    headers,
    actor: aPerson(),
    remoteAddress: '127.0.0.1',
    peerAccount: async () => 'owner',
    clientAddress: '127.0.0.1',
    trace: 'trace-1',
    signal: new AbortController().signal,
    log,
    bytes: async () => Buffer.alloc(0),
    json: async () => ({}),
    async *stream() {},
  };
}
