import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEvent, defineJob, z } from '@sextant/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { EventBus } from '../events/event-bus.js';
import { PostgresTransport } from '../events/postgres-transport.js';
import { JobSpy } from '../jobs/job-spy.js';
import { JobsService } from '../jobs/jobs-service.js';
import { prepareKernel, silent } from '../jobs/test/jobs-fixture.js';
import { Databases } from './databases.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { PluginStorage } from './plugin-storage.js';

const dataDir = mkdtempSync(join(tmpdir(), 'sextant-outage-'));
chmodSync(dataDir, 0o711);
let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await EmbeddedPostgres.start({ dataDir, log: silent, settings: { fsync: 'off' } });
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('statements, jobs and events go on after the database was away (hostile row 47)', async () => {
  const databases = new Databases({ main: server.poolConfig, log: silent, acquireTimeout: 1_000 });
  await prepareKernel(databases);
  const main = databases.pool('main');
  await main.pool.query('create schema plugin_tester');
  const storage = await PluginStorage.open({ plugin: 'tester', pool: main, log: silent });
  const boundary = new Boundary({ failed: () => undefined, allows: () => true });
  const job = defineJob('tester.do-work', { payload: z.object({ n: z.number() }) });
  const done: number[] = [];
  const service = new JobsService({
    databases,
    boundary,
    log: silent,
    instance: 'tester',
    pollInterval: 200,
    heartbeat: 100,
    silence: 1_000,
    tick: 100,
    grace: 500,
  });
  let finish!: () => void;
  const outlives = new Promise<void>((resolve) => (finish = resolve));
  service.handle('tester', job, async ({ n }) => {
    if (n === 0) await outlives;
    done.push(n);
  });
  await service.start({ work: true, schedule: true });
  const spy = new JobSpy(service.runner, main);
  const buses = [1, 2].map(() => new EventBus({ transport: new PostgresTransport(main, silent), boundary, log: silent }));
  for (const bus of buses) await bus.start();
  const moved = defineEvent('tester.moved@1', z.number());
  const heard: number[] = [];
  buses[1]!.forPlugin('tester').subscribe(moved, (n) => void heard.push(n));

  await service.forPlugin('tester').enqueue(job, { n: 1 });
  await spy.waitFor(job.name, 'completed');
  await service.forPlugin('tester').enqueue(job, { n: 0 });
  await spy.waitFor(job.name, 'running');
  await server.stop();
  finish(); // its end cannot be written now, and must be neither lost nor repeated
  await expect(storage.query('select 1')).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_UNAVAILABLE', status: 503 });
  await expect(service.forPlugin('tester').enqueue(job, { n: 2 })).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_UNAVAILABLE' });
  // Asked while it starts: waits instead of failing.
  const [asked] = await Promise.all([
    storage.query('select 1 as one'),
    EmbeddedPostgres.start({ dataDir, log: silent, settings: { fsync: 'off' } }).then((again) => (server = again)),
  ]);
  expect(asked).toEqual([{ one: 1 }]);
  await service.forPlugin('tester').enqueue(job, { n: 3 });
  await expect.poll(() => done, { timeout: 30_000 }).toEqual([1, 0, 3]);
  await expect
    .poll(async () => (await service.forPlugin('tester').list({ limit: 5 })).map((record) => record.state), { timeout: 30_000 })
    .toEqual(['completed', 'completed', 'completed']);
  expect(done).toEqual([1, 0, 3]);
  await expect
    .poll(
      async () => {
        await buses[0]!.forPlugin('tester').publish(moved, 1);
        return heard.length;
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThan(0);
  await service.stop();
  for (const bus of buses) await bus.close();
  await databases.end();
});
