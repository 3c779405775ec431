import type { LookupFunction } from 'node:net';
import { MemoryCacheStore, MemoryLimitStore, Outbound, PluginCache, PluginLimits } from '@sextant/kernel';
import type { Cache, Clock, Limits, OutboundHttp } from '@sextant/sdk';
import { silentLog } from './silent-log.js';
import { TestClock } from './test-clock.js';

export interface InMemoryServices {
  readonly clock: Clock;
  readonly cache: Cache;
  readonly limits: Limits;
  /** The kernel's own, so that what it refuses is refused. */
  readonly http: OutboundHttp;
}

/** The kernel's services that need no database, for tests of what a plugin builds on them. `clock`: default a {@link TestClock}. */
export function inMemoryServices(
  options: {
    readonly clock?: Clock;
    /** As the configuration's `outbound.allow`. */
    readonly allow?: readonly string[];
    /** How names of other servers are resolved; default: as the system does. */
    readonly lookup?: LookupFunction;
  } = {},
): InMemoryServices {
  const clock = options.clock ?? new TestClock();
  const now = (): number => clock.monotonic();
  return {
    clock,
    cache: new PluginCache('test', new MemoryCacheStore({ now }), silentLog),
    limits: new PluginLimits('test', new MemoryLimitStore(now)),
    http: new Outbound({ allow: options.allow ?? [], lookup: options.lookup, proxy: { noProxy: '*' } }).of('test'),
  };
}
