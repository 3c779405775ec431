import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import { codeHostKinds, type HostClients, permissionSources } from './api.js';
import type { config } from './config.js';
import { ConnectionStore } from './connections/connection-store.js';
import { KindRegistry } from './connections/kind-registry.js';
import { HttpHostClient } from './host-clients/http-host-client.js';
import { KnownAnswers } from './host-clients/known-answers.js';
import { HostRateLimits } from './rate-limits/host-rate-limits.js';
import { SyncHistory } from './sync/sync-history.js';
import { degradedWhileFailing } from './wall/degraded-while-failing.js';
import { RestrictionCache } from './wall/restriction-cache.js';
import { Wall } from './wall/visibility.js';
import { WallState } from './wall/wall-state.js';
import { WebhookReceiver } from './webhooks/receive-webhook.js';
import { WebhookLog } from './webhooks/webhook-log.js';
import { WebhookStore } from './webhooks/webhook-store.js';

/** What every part of the plugin is built on. */
export const serviceDeps = {
  db: core.storage,
  secrets: core.secrets,
  events: core.events,
  clock: core.clock,
  jobs: core.jobs,
  http: core.http,
  process: core.process,
  cache: core.cache,
  limits: core.limits,
  kinds: codeHostKinds,
  sources: permissionSources,
} as const;

export type ServiceDeps = Resolved<typeof serviceDeps>;
export type Context = PluginContext<typeof config>;

export interface Records {
  readonly kinds: KindRegistry;
  readonly connections: ConnectionStore;
  readonly history: SyncHistory;
}

/** The stored connections and their syncs. Holds no state of its own: made where it is needed. */
export function recordsOf(deps: ServiceDeps): Records {
  const kinds = new KindRegistry(deps.kinds);
  return { kinds, connections: new ConnectionStore(deps.db, deps.secrets, kinds, deps.events), history: new SyncHistory(deps.db) };
}

/** Webhooks, their deliveries, and what is done with one that comes in. */
export function webhooksOf(deps: ServiceDeps) {
  const { kinds, connections } = recordsOf(deps);
  const { db, events, jobs, limits } = deps;
  const webhooks = new WebhookStore(db, deps.secrets, kinds, connections);
  return { webhooks, deliveries: new WebhookLog(db), receiver: new WebhookReceiver({ db, webhooks, kinds, events, jobs, limits }) };
}

const walls = new WeakMap<Context, ReturnType<typeof makeWall>>();

/** The wall of this life of the plugin; one, because it remembers what it last knew of the others. */
export const wallOf = (deps: ServiceDeps, ctx: Context): Wall => wallPartsOf(deps, ctx).wall;

export function wallPartsOf(deps: ServiceDeps, ctx: Context): ReturnType<typeof makeWall> {
  const made = walls.get(ctx) ?? makeWall(deps, ctx);
  walls.set(ctx, made);
  return made;
}

function makeWall(deps: ServiceDeps, ctx: Context) {
  const state = new WallState(deps.db, deps.clock);
  const wall = new Wall({
    sources: () => deps.sources,
    config: ctx.config,
    state,
    clock: deps.clock,
    sourceState: degradedWhileFailing(ctx, deps.clock),
  });
  const kinds = new KindRegistry(deps.kinds);
  const closed = (): boolean => ctx.config.get().openToAllUsers === false;
  return { wall, restrictions: new RestrictionCache(deps.db, state, { closed, telling: () => kinds.telling() }) };
}

const hosts = new WeakMap<Context, ReturnType<typeof makeHosts>>();

/** The ways to code hosts of this life of the plugin; one, because budgets and queues are in it. */
export function hostsOf(deps: ServiceDeps, ctx: Context): ReturnType<typeof makeHosts> {
  const made = hosts.get(ctx) ?? makeHosts(deps);
  hosts.set(ctx, made);
  return made;
}

function makeHosts({ http, cache, limits: buckets, clock }: ServiceDeps) {
  const limits = new HostRateLimits({ clock, cache, limits: buckets });
  const known = new KnownAnswers(cache);
  const clients: HostClients = { client: (options) => new HttpHostClient(options, { http, limits, known, clock }) };
  return { limits, clients };
}
