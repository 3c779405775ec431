import { type AnyJob, defineJob, type RetryLater, z } from '@sextant/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { PluginStorage } from '../storage/plugin-storage.js';
import type { JobRun } from './job-attempt.js';
import { JobSpy } from './job-spy.js';
import type { JobsService } from './jobs-service.js';
import { type JobsFixture, jobsFixture, silent } from './test/jobs-fixture.js';

/** Generous: other tests use the machine too. */
const eventually = <R>(look: () => R | Promise<R>) => expect.poll(look, { timeout: 30_000 });

let fixture: JobsFixture;
let service: JobsService;
let spy: JobSpy;
let storage: PluginStorage;
let counter = 0;

beforeAll(async () => {
  fixture = await jobsFixture();
  await fixture.databases.pool('main').pool.query('create schema plugin_worker; create table plugin_worker.log (n int)');
  storage = await PluginStorage.open({ plugin: 'worker', pool: fixture.databases.pool('main'), log: silent });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});
beforeEach(async () => {
  service = fixture.service();
  spy = new JobSpy(service.runner, fixture.databases.pool('main'));
  await service.start({ work: true, schedule: false });
});
afterEach(async () => {
  await service.stop();
});

/** A job type of the test's own. */
const aJob = (options: { maxAttempts?: number; timeout?: number; concurrency?: number } = {}) => {
  counter += 1;
  return defineJob(`worker.do-${String.fromCharCode(96 + (counter % 26 || 26))}${counter}`, {
    payload: z.object({ n: z.number() }),
    ...options,
  });
};
const jobs = () => service.forPlugin('worker');
const gate = () => {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};
const untilAborted = (run: JobRun) =>
  new Promise<never>((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason), { once: true }));

describe('enqueue', () => {
  it('runs the job with its payload and records it', async () => {
    const job = aJob();
    const seen: unknown[] = [];
    service.handle('worker', job, async (payload, run) => void seen.push([payload, run.attempt]));
    const id = await jobs().enqueue(job, { n: 1 });
    await spy.waitFor(job.name, 'completed');
    expect(seen).toEqual([[{ n: 1 }, 1]]);
    const [record] = await jobs().list({ job, limit: 10 });
    expect(record).toMatchObject({ id, name: job.name, state: 'completed', attempt: 1 });
    expect(record?.finishedAt).toBeInstanceOf(Date);
  });

  it('exists if and only if the transaction commits', async () => {
    const job = aJob();
    await storage.transaction(async (tx) => {
      await tx.query('insert into log values (1)');
      await jobs().enqueue(job, { n: 1 }, { tx });
    });
    await storage
      .transaction(async (tx) => {
        await jobs().enqueue(job, { n: 2 }, { tx });
        await jobs().enqueueMany(job, [{ payload: { n: 3 } }], { tx });
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(await jobs().list({ job, limit: 10 })).toHaveLength(1);
  });

  it('refuses a payload that does not fit', async () => {
    const bad = { code: 'SEXTANT_JOB_INVALID' };
    await expect(jobs().enqueue(aJob(), { n: 1 }, { priority: 40_000 })).rejects.toMatchObject(bad);
    await expect(jobs().enqueue(aJob(), { n: 1 }, { key: 'k'.repeat(401) })).rejects.toMatchObject(bad);
    await expect(jobs().enqueue(aJob(), { n: 1 }, { queue: 'q'.repeat(1_000) })).resolves.toMatch(/^[0-9]+$/);
    await expect(jobs().enqueue(aJob(), { n: 'one' } as never)).rejects.toMatchObject({
      code: 'SEXTANT_JOB_INVALID',
      why: expect.stringContaining('n:'),
    });
  });

  it.each<[string, unknown, unknown, object, string]>([
    ['a name for a job', 'worker.do-it', { n: 1 }, {}, 'not one made by defineJob'],
    ['a misspelt job', undefined, { n: 1 }, {}, 'not one made by defineJob'],
    [
      'a payload of which JSON loses a part',
      defineJob('worker.lose-it', { payload: z.any() }),
      { m: new Map() },
      {},
      'payload.m is an object of the class Map',
    ],
    ['a time in words', aJob(), { n: 1 }, { runAt: 'tomorrow' }, '"runAt" is "tomorrow", not a Date'],
    ['a key that is a number', aJob(), { n: 1 }, { key: 7 }, '"key" is 7, not a text'],
    ['a conflict that there is not', aJob(), { n: 1 }, { key: 'k', onConflict: 'ignore' }, '"onConflict" is "ignore"'],
  ])('refuses of plain JavaScript: %s', async (_what, job, payload, options, why) => {
    await expect(jobs().enqueue(job as never, payload as never, options)).rejects.toMatchObject({
      code: 'SEXTANT_JOB_INVALID',
      message: expect.stringMatching(new RegExp(why, 'i')),
    });
  });

  it('fails an attempt that is to be retried at no time, where it was written', async () => {
    const job = aJob({ maxAttempts: 1 });
    service.handle('worker', job, async (_payload, run) => run.retryLater('not now', { after: '1m' as never }));
    const id = await jobs().enqueue(job, { n: 1 });
    await eventually(async () => (await jobs().list({ job, limit: 1 })).map(({ state, error }) => [state, error])).toEqual([
      ['failed', expect.stringContaining('is to be retried after "1m". That is not a number of milliseconds.')],
    ]);
    expect(id).toMatch(/^[0-9]+$/);
  });

  it('keeps one waiting job of a key, and onConflict says which', async () => {
    const job = aJob();
    const later = new Date(Date.now() + 60_000);
    const first = await jobs().enqueue(job, { n: 1 }, { key: 'k', runAt: later });
    expect(await jobs().enqueue(job, { n: 2 }, { key: 'k', onConflict: 'keep' })).toBe(first);
    expect(await jobs().enqueue(job, { n: 3 }, { key: 'k', onConflict: 'keep-run-at' })).toBe(first);
    const other = aJob();
    await jobs().enqueue(other, { n: 9 }, { key: 'k', runAt: later });
    const seen: number[] = [];
    service.handle('worker', job, async ({ n }) => void seen.push(n));
    await jobs().enqueue(job, { n: 4 }, { key: 'k' });
    await spy.waitFor(job.name, 'completed');
    expect(seen).toEqual([4]);
    expect((await jobs().list({ job: other, key: 'k', limit: 5 })).map((record) => record.state)).toEqual(['waiting']);
  });

  it('keeps one when many enqueue it at once', async () => {
    const job = aJob();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => jobs().enqueue(job, { n }, { key: 'k', onConflict: n % 2 ? 'keep' : 'replace' })),
    );
    expect(await jobs().list({ job, limit: 50 })).toHaveLength(1);
  });

  it('takes thousands at once, the last of a key counting', async () => {
    const job = aJob();
    await jobs().enqueueMany(job, [
      ...Array.from({ length: 3_000 }, (_, n) => ({ payload: { n } })),
      { payload: { n: -1 }, options: { key: 'k' } },
      { payload: { n: -2 }, options: { key: 'k' } },
      { payload: { n: -3 }, options: { key: 'l', onConflict: 'keep' as const } },
    ]);
    const { rows } = await fixture.databases
      .pool('main')
      .pool.query('select count(*)::int as n from graphile_worker.jobs where task_identifier = $1', [job.name]);
    expect(rows).toEqual([{ n: 3_002 }]);
    await service.purge('worker');
  });

  it('runs the lower priority number first, and one job of a queue at a time', async () => {
    const job = aJob();
    await jobs().enqueueMany(
      job,
      [3, 1, 2].map((n) => ({ payload: { n }, options: { priority: n, queue: 'one' } })),
    );
    const order: number[] = [];
    let atOnce = 0;
    service.handle('worker', job, async ({ n }) => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(n);
      atOnce -= 1;
    });
    while (order.length < 3) await new Promise((resolve) => service.runner.events.once('ended', resolve));
    expect(order).toEqual([1, 2, 3]);
  });

  it('runs at most `concurrency` of a job type at once', async () => {
    const job = aJob({ concurrency: 2 });
    const held: (() => void)[] = [];
    let atOnce = 0;
    let most = 0;
    let done = 0;
    service.handle('worker', job, async () => {
      most = Math.max(most, (atOnce += 1));
      await new Promise<void>((resolve) => held.push(resolve));
      atOnce -= 1;
      done += 1;
    });
    await jobs().enqueueMany(
      job,
      Array.from({ length: 12 }, (_, n) => ({ payload: { n } })),
    );
    while (done < 12) {
      await expect.poll(() => held.length, { interval: 1 }).toBe(Math.min(2, 12 - done));
      const ended = new Promise((resolve) => service.runner.events.once('ended', resolve));
      held.shift()!();
      await ended;
    }
    expect(most).toBe(2);
  });
});

describe('an attempt', () => {
  it('that throws is tried again, and fails for good after the last', async () => {
    const job = aJob({ maxAttempts: 2 });
    service.handle('worker', job, async () => {
      throw new Error('the index is broken');
    });
    await jobs().enqueue(job, { n: 1 });
    await spy.waitFor(job.name, 'retrying');
    const hasten = `select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs where task_identifier = $1 and locked_at is null), run_at => now())`;
    while ((await fixture.databases.pool('main').pool.query(hasten, [job.name])).rowCount === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await spy.waitFor(job.name, 'failed');
    await expect
      .poll(async () => (await jobs().list({ job, limit: 1 }))[0])
      .toMatchObject({ state: 'failed', attempt: 2, error: 'the index is broken' });
  });

  it('that asks for later is not counted', async () => {
    const job = aJob({ maxAttempts: 1 });
    const attempts: number[] = [];
    service.handle('worker', job, async (_, run): Promise<void | RetryLater> => {
      attempts.push(run.attempt);
      if (attempts.length < 2) return run.retryLater('not yet', { after: 1 });
    });
    await jobs().enqueue(job, { n: 1 }, { key: 'k', queue: 'q' });
    await spy.waitFor(job.name, 'completed');
    expect(attempts).toEqual([1, 1]);
  });

  it('comes again when its time has come, however seldom the queue is looked at', async () => {
    await service.stop();
    service = fixture.service({ pollInterval: 3_600_000 });
    await service.start({ work: true, schedule: false });
    const [back, failed] = [aJob(), aJob()];
    const tried = new Set<AnyJob>();
    service.handle('worker', back, async (_, run): Promise<void | RetryLater> => {
      if (tried.has(back)) return;
      tried.add(back);
      return run.retryLater('not yet', { after: 1 });
    });
    service.handle('worker', failed, async () => {
      if (tried.has(failed)) return;
      tried.add(failed);
      throw new Error('not yet');
    });
    await jobs().enqueue(back, { n: 1 });
    await jobs().enqueue(failed, { n: 1 });
    for (const job of [back, failed])
      await eventually(async () => (await jobs().list({ job, limit: 1 })).map(({ state }) => state)).toEqual(['completed']);
  });

  it('ends at its deadline with an aborted signal', async () => {
    const job = aJob({ timeout: 30 });
    let reason: unknown;
    service.handle('worker', job, async (_, run) => {
      await untilAborted(run).catch((error) => {
        reason = error;
        throw error;
      });
    });
    await jobs().enqueue(job, { n: 1 });
    await spy.waitFor(job.name, 'retrying');
    expect(reason).toMatchObject({ code: 'SEXTANT_PLUGIN_DEADLINE' });
  });

  it('shows its progress while it runs', async () => {
    const job = aJob();
    const { open, opened } = gate();
    service.handle('worker', job, async (_, run) => {
      run.progress('3 of 5');
      await opened;
    });
    await jobs().enqueue(job, { n: 1 });
    await eventually(async () => (await jobs().list({ job, limit: 1 }))[0]).toMatchObject({ state: 'running', progress: '3 of 5' });
    open();
    await spy.waitFor(job.name, 'completed');
  });
});

it('keeps the last progress with the record of its end', async () => {
  const job = aJob();
  service.handle('worker', job, async (_, run) => {
    for (let i = 1; i <= 5; i += 1) run.progress(`${i} of 5`);
  });
  await jobs().enqueue(job, { n: 1 });
  await spy.waitFor(job.name, 'completed');
  expect((await jobs().list({ job, limit: 1 }))[0]).toMatchObject({ state: 'completed', progress: '5 of 5' });
});

describe('cancel', () => {
  it('removes what waits and aborts what runs, in any process', async () => {
    const job = aJob();
    const elsewhere = fixture.service();
    service.handle('worker', job, async (_, run) => untilAborted(run));
    await jobs().enqueue(job, { n: 1 }, { key: 'k' });
    await spy.waitFor(job.name, 'running');
    await jobs().enqueue(job, { n: 2 }, { key: 'k', runAt: new Date(Date.now() + 60_000) });
    expect(await elsewhere.forPlugin('other').cancel(job, 'k')).toBe(true);
    await spy.waitFor(job.name, 'canceled');
    await eventually(async () => (await jobs().list({ job, limit: 5 })).map((record) => record.state)).toEqual(['canceled', 'canceled']);
    expect(await jobs().cancel(job, 'k')).toBe(false);
  });
});

describe('handlers', () => {
  it('come and go while jobs wait; without one the job shows it', async () => {
    const job = aJob();
    await jobs().enqueue(job, { n: 1 });
    await eventually(async () => (await jobs().list({ job, limit: 1 }))[0]?.state).toBe('no-handler');
    const handler = service.handle('worker', job, async () => undefined);
    await spy.waitFor(job.name, 'completed');
    await handler[Symbol.asyncDispose]();
    await jobs().enqueue(job, { n: 2 });
    await eventually(async () => (await jobs().list({ job, limit: 1 }))[0]?.state).toBe('no-handler');
    expect((await jobs().list({ job, state: 'no-handler', limit: 5 })).length).toBe(1);
  });

  it('are drained when they go: what ends in time counts, what does not is put back uncounted (hostile row 48)', async () => {
    const [quick, slow] = [aJob(), aJob()];
    const { open, opened } = gate();
    const handlers = [
      service.handle('worker', quick, async () => opened),
      service.handle('worker', slow, async (_, run) => untilAborted(run)),
    ];
    await jobs().enqueue(quick, { n: 1 });
    await jobs().enqueue(slow, { n: 1 });
    await spy.waitFor(quick.name, 'running');
    await spy.waitFor(slow.name, 'running');
    const drained = Promise.all(handlers.map((handler) => handler[Symbol.asyncDispose]()));
    open();
    await drained;
    await eventually(async () => (await jobs().list({ job: quick, limit: 1 }))[0]?.state).toBe('completed');
    await eventually(async () => (await jobs().list({ job: slow, limit: 1 }))[0]).toMatchObject({ attempt: 0, state: 'waiting' });
  });

  it('are one a name', () => {
    const job = aJob();
    service.handle('worker', job, async () => undefined);
    expect(() => service.handle('worker', job, async () => undefined)).toThrow(
      expect.objectContaining({ code: 'SEXTANT_JOB_HANDLED_TWICE' }),
    );
  });
});

it('puts a job back uncounted while its plugin rests', async () => {
  const job = aJob();
  let rests = true;
  const resting = fixture.service({ boundary: new Boundary({ failed: () => undefined, allows: () => !rests }) });
  const watch = new JobSpy(resting.runner, fixture.databases.pool('main'));
  resting.handle('worker', job, async () => undefined);
  await resting.start({ work: true, schedule: false });
  const ended = new Promise<string>((resolve) => resting.runner.events.once('ended', (_, state) => resolve(state)));
  await jobs().enqueue(job, { n: 1 });
  expect(await ended).toBe('given-back');
  await eventually(async () => (await jobs().list({ job, limit: 1 }))[0]).toMatchObject({
    state: 'waiting',
    attempt: 0,
    error: expect.stringContaining('rests'),
  });
  rests = false;
  await fixture.databases
    .pool('main')
    .pool.query(
      'select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs where task_identifier = $1), run_at => now())',
      [job.name],
    );
  await watch.waitFor(job.name, 'completed');
});
