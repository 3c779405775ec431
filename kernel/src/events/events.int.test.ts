import type { Logger } from '@sextant/sdk';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { Databases } from '../storage/databases.js';
import { PluginStorage } from '../storage/plugin-storage.js';
import { createTestDatabase, type TestDatabase } from '../storage/test-database.js';
import { EventBus } from './event-bus.js';
import type { EventTransport } from './event-transport.js';
import { Notifications } from './notifications.js';
import { PostgresTransport } from './postgres-transport.js';
import { RedisTransport } from './redis-transport.js';
import { describeEventsContract } from './test/events-contract.js';

const log: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => log };
const boundary = new Boundary({ failed: () => undefined, allows: () => true });
const redisUrl = process.env['SEXTANT_TEST_REDIS_URL'];

let databases: Databases;
let made: TestDatabase[];
beforeAll(async () => {
  made = [await createTestDatabase(), await createTestDatabase()];
  databases = new Databases({ main: made[0]!.config, codeintel: made[1]!.config, log });
  for (const { pool } of databases.distinct()) await pool.pool.query('create schema plugin_tester');
});
afterAll(async () => {
  await databases.end();
  for (const database of made) await database.drop();
});

const subjectOf = async (transport: () => EventTransport) => {
  const buses = [new EventBus({ transport: transport(), boundary, log }), new EventBus({ transport: transport(), boundary, log })];
  for (const bus of buses) await bus.start();
  const storages = await Promise.all(
    (['main', 'codeintel'] as const).map((name) => PluginStorage.open({ plugin: 'tester', pool: databases.pool(name), log })),
  );
  return {
    here: buses[0]!.forPlugin('tester'),
    besides: buses[0]!.forPlugin('neighbour'),
    there: buses[1]!.forPlugin('tester'),
    transactions: storages.map((storage) => storage.transaction.bind(storage)),
    close: async () => {
      for (const bus of buses) await bus.close();
    },
  };
};

describeEventsContract('PostgreSQL', () => subjectOf(() => new PostgresTransport(databases.pool('main'), log)));

describe.skipIf(redisUrl === undefined)('with SEXTANT_TEST_REDIS_URL set', () => {
  describeEventsContract('Redis', async () => {
    const redis = new Redis(redisUrl!);
    const channel = `test:${process.pid}:${Math.random()}`;
    const subject = await subjectOf(() => new RedisTransport(redis, log, channel));
    return {
      ...subject,
      close: async () => {
        await subject.close();
        redis.disconnect();
      },
    };
  });
});

it('notices arrive again after the listening connection was lost (hostile row 47)', async () => {
  const main = databases.pool('main');
  const notifications = new Notifications(main, log);
  const heard: string[] = [];
  let wake = (): void => undefined;
  await notifications.listen('test_channel', (payload) => {
    heard.push(payload);
    wake();
  });
  const back = new Promise<void>((resolve) => notifications.onReconnect(resolve));
  await main.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'sextant notifications'",
  );
  await back;
  await main.pool.query("select pg_notify('test_channel', 'again')");
  while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
  expect(heard).toEqual(['again']);
  await notifications.close();
});
