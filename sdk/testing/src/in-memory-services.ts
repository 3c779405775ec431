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
export function inMemoryServices(options: { readonly clock?: Clock; readonly allow?: readonly string[] } = {}): InMemoryServices {
  const clock = options.clock ?? new TestClock();
  const now = (): number => clock.monotonic();
  return {
    clock,
    cache: new PluginCache('test', new MemoryCacheStore({ now }), silentLog),
    limits: new PluginLimits('test', new MemoryLimitStore(now)),
    http: new Outbound({ allow: options.allow ?? [], proxy: { noProxy: '*' } }).of('test'),
  };
}
