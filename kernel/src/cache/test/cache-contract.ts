import type { Logger } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import type { CacheStore } from '../cache-store.js';
import type { LimitStore } from '../limit-store.js';
import { PluginCache } from '../plugin-cache.js';
import { PluginLimits } from '../plugin-limits.js';

const log: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => log };

/** Waits until the backend's clock has gone on by `milliseconds`. */
export type Elapse = (milliseconds: number) => Promise<void>;

/** What every backend of the cache must do. `store` gives an empty one. */
export function describeCacheContract(backend: string, make: () => { readonly store: CacheStore; readonly elapse: Elapse }): void {
  describe(`cache in ${backend}`, () => {
    it('gives back what was set, also null and empty values, until it is deleted', async () => {
      const cache = new PluginCache('tester', make().store, log);
      for (const value of [{ a: [1, 'ü\u0000'.slice(0, 1)] }, null, 0, '', false]) {
        await cache.set('k', value, { ttl: 60_000 });
        expect(await cache.get('k')).toEqual(value);
      }
      await cache.delete('k');
      expect(await cache.get('k')).toBeUndefined();
    });

    it('refuses what would come back otherwise, or never', async () => {
      const cache = new PluginCache('tester', make().store, log);
      for (const [value, options, why] of [
        [new Map([[1, 2]]), { ttl: 60_000 }, 'Its value is an object of the class Map'],
        [{ at: new Date(0) }, { ttl: 60_000 }, 'Its value.at is an object of the class Date'],
        [1, { ttl: '5m' }, 'Its ttl is "5m", not a number of milliseconds'],
        [1, undefined, 'Its ttl is missing'],
      ] as const) {
        const refusal = { code: 'SEXTANT_CACHE_INVALID', what: 'Plugin "tester" cannot cache "k".', why: expect.stringContaining(why) };
        await expect(cache.set('k', value, options as never)).rejects.toMatchObject(refusal);
        await expect(cache.getOrCompute('k', options as never, async () => value)).rejects.toMatchObject(refusal);
      }
      expect(await cache.get('k')).toBeUndefined();
    });

    it('forgets after the time to live, which each set renews', async () => {
      const { store, elapse } = make();
      const cache = new PluginCache('tester', store, log);
      await cache.set('k', 1, { ttl: 60_000 });
      await cache.set('k', 2, { ttl: 30 });
      expect(await cache.get('k')).toBe(2);
      await elapse(45);
      expect(await cache.get('k')).toBeUndefined();
    });

    it('keeps plugins apart, and takes keys of any length', async () => {
      const { store } = make();
      const [one, two] = [new PluginCache('one', store, log), new PluginCache('two', store, log)];
      const long = 'k'.repeat(10_000);
      await one.set(long, 1, { ttl: 60_000 });
      expect(await one.get(long)).toBe(1);
      expect(await one.get(`${long}k`)).toBeUndefined();
      expect(await two.get(long)).toBeUndefined();
    });

    it('computes once for all who ask at a time, and keeps no failure', async () => {
      const cache = new PluginCache('tester', make().store, log);
      let calls = 0;
      const failing = () => {
        calls += 1;
        return Promise.reject(new Error('no'));
      };
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => cache.getOrCompute('k', { ttl: 60_000 }, failing)));
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
      expect(calls).toBe(1);
      expect(await Promise.all([1, 2, 3].map(() => cache.getOrCompute('k', { ttl: 60_000 }, async () => (calls += 1))))).toEqual([2, 2, 2]);
      expect(await cache.getOrCompute('k', { ttl: 60_000 }, async () => 99)).toBe(2);
    });
  });
}

/** What every backend of limits must do. */
export function describeLimitsContract(backend: string, make: () => { readonly store: LimitStore; readonly elapse: Elapse }): void {
  describe(`limits in ${backend}`, () => {
    it('let as many through as the bucket holds, then say when the next may', async () => {
      const { store, elapse } = make();
      const limits = new PluginLimits('tester', store);
      const bucket = { capacity: 2, per: 200 };
      expect(await limits.take('k', bucket)).toEqual({ allowed: true, remaining: 1, retryAfter: 0 });
      expect((await limits.take('k', bucket)).allowed).toBe(true);
      const refused = await limits.take('k', bucket);
      expect(refused).toMatchObject({ allowed: false, remaining: 0 });
      expect(refused.retryAfter).toBeGreaterThan(0);
      expect(refused.retryAfter).toBeLessThanOrEqual(100);
      await elapse(refused.retryAfter + 5);
      expect((await limits.take('k', bucket)).allowed).toBe(true);
    });

    it('never hold more than the capacity', async () => {
      const { store, elapse } = make();
      const limits = new PluginLimits('tester', store);
      await limits.take('k', { capacity: 3, per: 30 });
      await elapse(90);
      expect(await limits.take('k', { capacity: 3, per: 30 })).toMatchObject({ allowed: true, remaining: 2 });
    });

    it('give a token to one of many who take at once', async () => {
      const { store } = make();
      const limits = new PluginLimits('tester', store);
      const taken = await Promise.all(Array.from({ length: 30 }, () => limits.take('k', { capacity: 10, per: 3_600_000 })));
      expect(taken.filter((decision) => decision.allowed)).toHaveLength(10);
    });

    it('keep keys and plugins apart, and refuse buckets that make no sense', async () => {
      const { store } = make();
      const bucket = { capacity: 1, per: 3_600_000 };
      const decisions = [
        await new PluginLimits('one', store).take('k', bucket),
        await new PluginLimits('two', store).take('k', bucket),
        await new PluginLimits('one', store).take('l', bucket),
      ];
      expect(decisions.map((decision) => decision.allowed)).toEqual([true, true, true]);
      for (const wrong of [
        { capacity: 0, per: 1 },
        { capacity: 1, per: 0 },
        { capacity: 1, per: 1, cost: 2 },
        { capacity: 1, per: 1, cost: -1 },
        { capacity: Number.NaN, per: 1 },
      ]) {
        await expect(new PluginLimits('one', store).take('k', wrong)).rejects.toMatchObject({ code: 'SEXTANT_LIMIT_INVALID' });
      }
    });
  });
}
