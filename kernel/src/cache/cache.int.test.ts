import type { Logger } from '@sextant/sdk';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareKernel } from '../jobs/test/jobs-fixture.js';
import { Databases } from '../storage/databases.js';
import { createTestDatabase, type TestDatabase } from '../storage/test-database.js';
import { MemoryCacheStore } from './memory-cache-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import { PluginCache } from './plugin-cache.js';
import { PostgresCacheStore } from './postgres-cache-store.js';
import { PostgresLimitStore } from './postgres-limit-store.js';
import { RedisCacheStore } from './redis-cache-store.js';
import { RedisLimitStore } from './redis-limit-store.js';
import { describeCacheContract, describeLimitsContract } from './test/cache-contract.js';

const log: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => log };
const redisUrl = process.env['SEXTANT_TEST_REDIS_URL'];
/** Servers have clocks of their own, which a test cannot set: it reads them until they have gone on. */
const onClock = (now: () => Promise<number>) => async (milliseconds: number) => {
  const end = (await now()) + milliseconds;
  await expect.poll(now, { interval: 1 }).toBeGreaterThan(end);
};

const ownClock = () => {
  let now = 1_000;
  return { now: () => now, elapse: async (milliseconds: number) => void (now += milliseconds) };
};

describeCacheContract('memory', () => {
  const { now, elapse } = ownClock();
  return { store: new MemoryCacheStore({ now }), elapse };
});
describeLimitsContract('memory', () => {
  const { now, elapse } = ownClock();
  return { store: new MemoryLimitStore(now), elapse };
});

describe('PostgreSQL', () => {
  let database: TestDatabase;
  let databases: Databases;
  let round = 0;
  beforeAll(async () => {
    database = await createTestDatabase();
    databases = new Databases({ main: database.config, log });
    await prepareKernel(databases);
  });
  afterAll(async () => {
    await databases.end();
    await database.drop();
  });
  const prefixed = <S extends { [K in keyof S]: (key: string, ...rest: never[]) => unknown }>(store: S): S => {
    const prefix = `${(round += 1)}:`;
    return new Proxy(store, {
      get:
        (target, name) =>
        (key: string, ...rest: never[]) =>
          target[name as keyof S](prefix + key, ...rest),
    });
  };
  const elapse = onClock(async () => {
    const { rows } = await databases.pool('main').pool.query<{ now: string }>('select extract(epoch from clock_timestamp()) * 1000 as now');
    return Number(rows[0]!.now);
  });
  describeCacheContract('an unlogged table', () => ({ store: prefixed(new PostgresCacheStore(databases.pool('main'))), elapse }));
  describeLimitsContract('an unlogged table', () => ({ store: prefixed(new PostgresLimitStore(databases.pool('main'))), elapse }));
});

describe.skipIf(redisUrl === undefined)('with SEXTANT_TEST_REDIS_URL set', () => {
  let redis: Redis;
  let round = 0;
  beforeAll(() => {
    redis = new Redis(redisUrl!);
  });
  afterAll(() => redis.disconnect());
  const prefix = () => `test:${process.pid}:${(round += 1)}:`;
  const elapse = onClock(async () => {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  });
  describeCacheContract('Redis', () => ({ store: new RedisCacheStore(redis, prefix()), elapse }));
  describeLimitsContract('Redis', () => ({ store: new RedisLimitStore(redis, prefix()), elapse }));
});

it('memory stays within its bytes and drops what was not used for longest', async () => {
  const store = new MemoryCacheStore({ maxBytes: 10_000 });
  for (let i = 0; i < 100; i += 1) {
    await store.set(`k${i}`, 'x'.repeat(400), 60_000);
    await store.get('k0');
  }
  expect(await store.get('k0')).toBeDefined();
  expect(await store.get('k99')).toBeDefined();
  expect(await store.get('k50')).toBeUndefined();
  await store.set('huge', 'x'.repeat(100_000), 60_000);
  expect(await store.get('huge')).toBeUndefined();
});

it('a cache whose store fails forgets, and its users do not notice', async () => {
  const fail = () => Promise.reject(new Error('away'));
  const cache = new PluginCache('tester', { get: fail, set: fail, delete: fail }, log);
  await cache.set('k', 1, { ttl: 1_000 });
  expect(await cache.get('k')).toBeUndefined();
  expect(await cache.getOrCompute('k', { ttl: 1_000 }, async () => 7)).toBe(7);
});
