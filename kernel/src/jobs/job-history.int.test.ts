import { defineJob, z } from '@sextant/sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobHistory } from './job-history.js';
import { JobSpy } from './job-spy.js';
import type { JobsService } from './jobs-service.js';
import { type JobsFixture, jobsFixture } from './test/jobs-fixture.js';

const payload = z.object({ n: z.number() });
const job = defineJob('worker.do-work', { payload });
const waiting = defineJob('worker.do-wait', { payload });

let fixture: JobsFixture;
let service: JobsService;
let spy: JobSpy;
beforeEach(async () => {
  fixture = await jobsFixture();
  service = fixture.service();
  spy = new JobSpy(service.runner, fixture.databases.pool('main'));
  await service.start({ work: true, schedule: false });
});
afterEach(() => fixture[Symbol.asyncDispose]());

const jobs = () => service.forPlugin('worker');

it('forgets finished jobs by age and by number, and all of a purged plugin', async () => {
  service.handle('worker', job, async () => undefined);
  await jobs().enqueueMany(
    job,
    Array.from({ length: 8 }, (_, n) => ({ payload: { n } })),
  );
  await spy.drain();
  const main = fixture.databases.pool('main');
  const history = new JobHistory(main, { instance: 'test', noHandlerGrace: 0 });
  const count = async () =>
    (await main.pool.query<{ n: number }>('select count(*)::int as n from kernel.job_history where finished_at is not null')).rows[0]!.n;
  expect(await count()).toBeGreaterThan(5);
  await history.sweep(3_600_000, 5);
  expect(await count()).toBe(5);
  await jobs().enqueue(waiting, { n: 1 });
  await service.purge('worker');
  expect(await count()).toBe(0);
  expect(await jobs().list({ job: waiting, limit: 1 })).toEqual([]);
  await jobs().enqueue(job, { n: 1 });
  await spy.drain();
  expect(await count()).toBe(1);
  await main.pool.query(`update kernel.job_history set finished_at = now() - interval '2 hours'`);
  await history.sweep(3_600_000, 5);
  expect(await count()).toBe(0);
});

it('lists newest first, page by page', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) ids.push(await jobs().enqueue(job, { n }));
  const first = await jobs().list({ job, limit: 2 });
  const second = await jobs().list({ job, limit: 10, before: first.at(-1)!.id });
  expect([...first, ...second].map((record) => record.id)).toEqual(ids.reverse());
});
