import { defineJob, z } from '@sextant/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PluginStorage } from '../storage/plugin-storage.js';
import type { JobsService } from './jobs-service.js';
import { type JobsFixture, jobsFixture, silent } from './test/jobs-fixture.js';

const job = defineJob('worker.do-things', { payload: z.object({ n: z.number() }) });
let fixture: JobsFixture;
let service: JobsService;
let storage: PluginStorage;
beforeAll(async () => {
  fixture = await jobsFixture();
  const pool = fixture.databases.pool('main');
  await pool.pool.query('create schema plugin_worker');
  storage = await PluginStorage.open({ plugin: 'worker', pool, log: silent });
  service = fixture.service();
});
afterAll(() => fixture[Symbol.asyncDispose]());

it('what is enqueued together gets through, whatever the order in which others enqueue the same keys', async () => {
  const jobs = service.forPlugin('worker');
  const { pool } = fixture.databases.pool('main');
  const waits = async () =>
    (await pool.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount;
  // The type is known already: who brings a new one has the others wait before they hold anything.
  await jobs.enqueue(job, { n: 0 }, { key: 'd' });
  let many: Promise<void> | undefined;
  await storage.transaction(async (tx) => {
    await jobs.enqueue(job, { n: 1 }, { key: 'b', tx });
    many ??= jobs.enqueueMany(
      job,
      ['a', 'b', 'c'].map((key) => ({ payload: { n: 2 }, options: { key } })),
    );
    await expect.poll(waits, { timeout: 30_000 }).toBe(1);
    // Whichever it took first, it holds one of them.
    for (const key of ['a', 'c']) await jobs.enqueue(job, { n: 1 }, { key, tx });
  });
  await many;
  expect(await jobs.list({ job, limit: 10 })).toHaveLength(4);
});
