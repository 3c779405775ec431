import { defineJob, z } from '@sextant/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { JobSpy } from './job-spy.js';
import type { JobsService } from './jobs-service.js';
import { type JobsFixture, jobsFixture } from './test/jobs-fixture.js';

const count = defineJob('worker.count-things', { payload: z.object({ n: z.number() }), maxAttempts: 1 });
const flaky = defineJob('worker.try-things', { payload: z.object({}), maxAttempts: 1 });
let fixture: JobsFixture;
let service: JobsService;
beforeAll(async () => {
  fixture = await jobsFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());
beforeEach(async () => {
  service = fixture.service();
  await service.start({ work: true, schedule: false });
});
afterEach(() => service.stop());

it('tells how many jobs of a type come before one, by priority and then by age, and not those for later', async () => {
  const jobs = service.forPlugin('worker');
  await jobs.enqueue(count, { n: 1 }, { key: 'first' });
  await jobs.enqueue(count, { n: 2 }, { key: 'second' });
  await jobs.enqueue(count, { n: 3 }, { key: 'urgent', priority: -5 });
  await jobs.enqueue(count, { n: 4 }, { key: 'later', runAt: new Date(Date.now() + 3_600_000) });
  const ahead = Object.fromEntries(
    await Promise.all(['urgent', 'first', 'second', 'later', 'none'].map(async (key) => [key, await jobs.ahead(count, key)])),
  );
  expect(ahead).toEqual({ urgent: 0, first: 1, second: 2, later: 3, none: undefined });
  expect(await jobs.overview()).toMatchObject({ ready: 3, running: 0, failed: 0, oldestReady: expect.any(Date) });
});

it('tells which work nobody does, and who works', async () => {
  const idle = fixture.service({ noHandlerGrace: 0 });
  const { unhandled, workers } = await idle.forPlugin('worker').overview();
  expect(unhandled).toEqual(['worker.count-things']);
  expect(workers).toMatchObject([{ isAlive: true, seenAt: expect.any(Date) }]);
});

it('runs what failed for good once more', async () => {
  const spy = new JobSpy(service.runner, fixture.databases.pool('main'));
  let fails = true;
  service.handle('worker', flaky, async () => {
    if (fails) throw new Error('not today');
  });
  const jobs = service.forPlugin('worker');
  const id = await jobs.enqueue(flaky, {});
  await spy.waitFor(flaky.name, 'failed');
  // It has ended, and the queue hears of it a moment later.
  await spy.drain();
  expect((await jobs.overview()).failed).toBe(1);
  fails = false;
  expect(await jobs.retry([id, 'nonsense', '999999'])).toBe(1);
  await spy.waitFor(flaky.name, 'completed');
  await spy.drain();
  expect((await jobs.overview()).failed).toBe(0);
});
