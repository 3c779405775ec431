import { type Clock, core, type Manifest, type Role } from '@sextant/sdk';
import { ContainerModule } from 'inversify';
import { Boundary } from '../boundary/boundary.js';
import { ErrorBudget } from '../boundary/error-budget.js';
import { identifierOf, KernelContainer } from '../container/kernel-container.js';
import { Logs } from '../observability/logs.js';
import { Metrics } from '../observability/metrics.js';
import { Lifecycle } from './lifecycle.js';
import { PluginRecord } from './plugin-record.js';
import { Points } from './points.js';
import { type RunawayPlugin, Runaways } from './runaways.js';
import { Switchboard } from './switchboard.js';
import type { Wiring } from './wiring.js';

/** A lifecycle over a wiring that only notes what it is asked: for tests of the lifecycle itself. */
export function aLifecycle(
  plugins: readonly Manifest[],
  options: { readonly roles?: readonly Role[]; readonly wiring?: Partial<Wiring>; readonly runaways?: readonly RunawayPlugin[] } = {},
) {
  const roles = options.roles ?? ['api', 'worker'];
  const logs = new Logs({ level: 'silent', format: 'json' });
  const metrics = new Metrics();
  const events: string[] = [];
  const records = plugins.map((manifest) => new PluginRecord(manifest, 'test', () => undefined));
  const budget = new ErrorBudget(
    realClock,
    { errors: 20, window: 60_000, rest: 30_000 },
    { error: () => undefined, opened: (id, reason) => records.find((r) => r.id === id)?.degrade(reason) as Disposable },
  );
  const boundary = new Boundary(budget);
  const container = new KernelContainer(
    [],
    (plugin) =>
      new ContainerModule(({ bind }) => {
        bind(identifierOf(core.log.key)).toConstantValue(logs.of(plugin));
        bind(identifierOf(core.meter.key)).toConstantValue(metrics.of(plugin));
      }),
  );
  const noted = (what: string) => ({
    [Symbol.dispose]: () => void events.push(`close ${what}`),
    [Symbol.asyncDispose]: async () => void events.push(`close ${what}`),
  });
  const wiring: Wiring = {
    kernelServices: new Map<string, readonly Role[] | undefined>([
      [core.log.key, undefined],
      [core.meter.key, undefined],
      [core.storage.key, ['api', 'worker']],
      [core.events.key, ['api', 'worker']],
      [core.jobs.key, ['api', 'worker']],
    ]),
    remoteKeys: new Set(),
    remoteClient: () => undefined,
    configure: () => ({ get: () => ({}), onChange: () => noted('config') }),
    migrate: async (record) => {
      events.push(`migrate ${record.id}`);
      return undefined;
    },
    composeGraphQL: (parts) => {
      events.push(`compose ${[...new Set(parts.map((p) => p.plugin))].join(',')}`);
      return { rejected: new Map(), drained: Promise.resolve() };
    },
    mountRoutes: (plugin) => noted(`routes of ${plugin}`),
    handleJob: (plugin, job) => noted(`job ${job.name} of ${plugin}`),
    subscribe: (plugin, { key }) => {
      events.push(`subscribe ${plugin} to ${key}`);
      return noted(`subscription of ${plugin} to ${key}`);
    },
    enqueue: async (plugin, job) => void events.push(`enqueue ${job.name} of ${plugin}`),
    schedule: (plugin) => noted(`schedule of ${plugin}`),
    probe: (plugin) => noted(`probe of ${plugin}`),
    expose: (token) => noted(`service ${token.key}`),
    ...options.wiring,
  };
  const points = new Points();
  const runaways = new Runaways(options.runaways ?? [], () => undefined);
  const lifecycle = new Lifecycle({ records, roles, container, points, boundary, wiring, log: logs.of('kernel'), runaways });
  const switchboard = new Switchboard(records, lifecycle, { save: async () => undefined }, () => false, runaways);
  return {
    lifecycle,
    switchboard,
    container,
    points,
    events,
    boundary,
    start: () => lifecycle.reconcile(new Set(plugins.map((p) => p.id))),
    state: (id: string) => switchboard.find(id).state,
    status: (id: string) => lifecycle.status(switchboard.find(id)),
  };
}

const realClock: Clock = { now: () => new Date(), monotonic: () => performance.now(), sleep: () => Promise.resolve() };
