import { defineJob, z } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobRun } from './job-attempt.js';
import { JobSpy } from './job-spy.js';
import type { JobsService } from './jobs-service.js';
import { type JobsFixture, jobsFixture } from './test/jobs-fixture.js';

/** Generous: other tests use the machine too. */
const eventually = <R>(look: () => R | Promise<R>) => expect.poll(look, { timeout: 30_000 });

const waiting = defineJob('worker.do-ask', { payload: z.object({ n: z.number() }), waits: true, maxAttempts: 2 });
const working = defineJob('worker.do-work', { payload: z.object({}) });

let fixture: JobsFixture;
let service: JobsService;
let spy: JobSpy;
beforeEach(async () => {
  fixture = await jobsFixture();
  service = fixture.service({ concurrency: 1, waiting: 2 });
  spy = new JobSpy(service.runner, fixture.databases.pool('main'));
  await service.start({ work: true, schedule: false });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
});

const jobs = () => service.forPlugin('worker');
const query = async (sql: string, parameters: readonly unknown[] = []) =>
  (await fixture.databases.pool('main').pool.query(sql, [...parameters])).rows;
const states = async () => (await jobs().list({ job: waiting, limit: 10 })).map(({ state }) => state).reverse();

/** Handles the waiting jobs: each goes on until it is answered, or aborted. */
function asked(by: JobsService = service) {
  const open = new Map<number, { answer(): void; fail(error: Error): void }>();
  by.handle('worker', waiting, ({ n }, run: JobRun) => {
    const answered = new Promise<void>((resolve, reject) => {
      open.set(n, { answer: resolve, fail: reject });
      run.signal.addEventListener('abort', () => reject(run.signal.reason), { once: true });
    });
    return answered.finally(() => open.delete(n));
  });
  return { running: () => [...open.keys()].sort(), of: (n: number) => open.get(n)! };
}
const enqueue = (numbers: readonly number[], options: { queue?: string } = {}) =>
  jobs().enqueueMany(
    waiting,
    numbers.map((n) => ({ payload: { n }, options: { key: `${n}`, priority: n, ...options } })),
  );

describe('jobs that wait for servers of others', () => {
  it('hold up no other job, and are so many at once', async () => {
    const hosts = asked();
    let worked = 0;
    service.handle('worker', working, async () => void worked++);
    await enqueue([1, 2, 3]);
    await eventually(hosts.running).toEqual([1, 2]);
    await jobs().enqueue(working, {});
    await eventually(() => worked).toBe(1);
    expect(await states()).toEqual(['running', 'running', 'waiting']);
    hosts.of(1).answer();
    await eventually(hosts.running).toEqual([2, 3]);
    await eventually(states).toEqual(['completed', 'running', 'running']);
    hosts.of(2).answer();
    hosts.of(3).answer();
    await eventually(states).toEqual(['completed', 'completed', 'completed']);
  });

  it('of one queue still run one after another', async () => {
    const hosts = asked();
    await enqueue([1, 2], { queue: 'one' });
    await enqueue([3]);
    await eventually(hosts.running).toEqual([1, 3]);
    hosts.of(3).answer();
    await eventually(states).toEqual(['running', 'waiting', 'completed']);
    expect(hosts.running()).toEqual([1]);
    hosts.of(1).answer();
    await eventually(hosts.running).toEqual([2]);
  });

  it('are tried again when they fail, and fail for good after the last attempt', async () => {
    const hosts = asked();
    await enqueue([1], { queue: 'one' });
    await eventually(hosts.running).toEqual([1]);
    hosts.of(1).fail(new Error('no route'));
    await eventually(states).toEqual(['retrying']);
    expect(await query('select locked_by from graphile_worker._private_job_queues')).toEqual([{ locked_by: null }]);
    await query('select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs), run_at => now())');
    await eventually(hosts.running).toEqual([1]);
    hosts.of(1).fail(new Error('no route again'));
    await eventually(async () => (await jobs().list({ job: waiting, limit: 1 }))[0]).toMatchObject({
      state: 'failed',
      attempt: 2,
      error: 'no route again',
    });
  });

  it('end as canceled when they are', async () => {
    const hosts = asked();
    await enqueue([1]);
    await eventually(hosts.running).toEqual([1]);
    await jobs().cancel(waiting, '1');
    await eventually(states).toEqual(['canceled']);
    expect(await query('select id from graphile_worker.jobs')).toEqual([]);
  });

  it('are put back uncounted when their process stops', async () => {
    const hosts = asked();
    await enqueue([1], { queue: 'one' });
    await eventually(hosts.running).toEqual([1]);
    await service.stop();
    expect(await jobs().list({ job: waiting, limit: 1 })).toMatchObject([{ attempt: 0, startedAt: undefined }]);
    expect(await query('select locked_by from graphile_worker._private_job_queues')).toEqual([{ locked_by: null }]);
  });

  it('are given to another process when theirs is held for dead', async () => {
    await service.stop();
    // Silent until it is given something to handle, and with no place for a third job: it cannot take one of its own back.
    const silent = fixture.service({ waiting: 2, heartbeat: 3_600_000 });
    const hosts = asked(silent);
    await silent.start({ work: true, schedule: false });
    await enqueue([1], { queue: 'one' });
    await enqueue([2], { queue: 'two' });
    await eventually(hosts.running).toEqual([1, 2]);
    const attempts: number[] = [];
    const other = fixture.service();
    other.handle('worker', waiting, async (_, run) => void attempts.push(run.attempt));
    await other.start({ work: true, schedule: true });
    await eventually(() => attempts).toEqual([2, 2]);
    await eventually(states).toEqual(['completed', 'completed']);
    expect(hosts.running()).toEqual([1, 2]);
    silent.handle('worker', working, async () => undefined);
    await eventually(hosts.running).toEqual([]);
  });
});

it('keeps a job that runs for many hours from being run by another beside it', async () => {
  const long = fixture.service({ heartbeat: 20, silence: 20 });
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  long.handle('worker', working, async (_, run) => {
    run.progress('begun');
    await ended;
  });
  await long.start({ work: true, schedule: false });
  await jobs().enqueue(working, {}, { queue: 'one' });
  await eventually(async () => (await jobs().list({ job: working, limit: 1 }))[0]?.progress).toBe('begun');
  const [before] = await jobs().list({ job: working, limit: 1 });
  // Both at once, as they are locked: a beat between the two would renew the job, and not look at its queue for an hour.
  await query(
    `with jobs as (update graphile_worker._private_jobs set locked_at = now() - interval '3 hours')
     update graphile_worker._private_job_queues set locked_at = now() - interval '3 hours'`,
  );
  for (const table of ['_private_jobs', '_private_job_queues'])
    await eventually(() => query(`select locked_at > now() - interval '1 minute' as recent from graphile_worker.${table}`)).toEqual([
      { recent: true },
    ]);
  expect((await jobs().list({ job: working, limit: 1 }))[0]?.startedAt).toEqual(before?.startedAt);
  end();
  await spy.waitFor(working.name, 'completed');
});
