import { fork } from 'node:child_process';
import { defineJob, z } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PluginStorage } from '../storage/plugin-storage.js';
import { JobSpy } from './job-spy.js';
import { type JobsFixture, jobsFixture, silent } from './test/jobs-fixture.js';

const job = defineJob('worker.do-work', { payload: z.object({}) });
/** Generous: other tests use the machine too. */
const eventually = <R>(look: () => R | Promise<R>) => expect.poll(look, { timeout: 30_000 });

let fixture: JobsFixture;
beforeEach(async () => {
  fixture = await jobsFixture({ separateCodeintel: true });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
});

describe('a worker that was killed', () => {
  it('loses its jobs to another after its silence, not before (hostile row 13)', async () => {
    const child = fork(new URL('./test/work-and-hang.mjs', import.meta.url), [], {
      execArgv: [],
      env: { ...process.env, DSN: fixture.database.dsn },
    });
    const jobs = fixture.service().forPlugin('worker');
    await jobs.enqueue(job, {}, { key: 'k', queue: 'q' });
    await new Promise((resolve) => child.once('message', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const killedAt = performance.now();
    const rescuer = fixture.service();
    const attempts: number[] = [];
    rescuer.handle('worker', job, async (_, run) => void attempts.push(run.attempt));
    await rescuer.start({ work: true, schedule: true });
    await new JobSpy(rescuer.runner, fixture.databases.pool('main')).waitFor(job.name, 'completed');
    expect(performance.now() - killedAt).toBeGreaterThan(500);
    expect(attempts).toEqual([2]);
  });
});

it('starts at once with what a killed process held, where no other can be at work (hostile row 13)', async () => {
  const child = fork(new URL('./test/work-and-hang.mjs', import.meta.url), [], {
    execArgv: [],
    env: { ...process.env, DSN: fixture.database.dsn },
  });
  // A silence that no test waits for.
  const next = fixture.service({ silence: 3_600_000 });
  await next.forPlugin('worker').enqueue(job, {}, { key: 'k', queue: 'q' });
  await new Promise((resolve) => child.once('message', resolve));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  // What it asked the database last may be answered after its end, and be the same job once more: that one waits for the silence.
  const main = fixture.databases.pool('main').pool;
  await eventually(
    async () =>
      (await main.query(`select from pg_stat_activity where datname = current_database() and application_name = 'doomed'`)).rowCount,
  ).toBe(0);
  const attempts: number[] = [];
  next.handle('worker', job, async (_, run) => void attempts.push(run.attempt));
  await next.start({ work: true, schedule: true, alone: true });
  await new JobSpy(next.runner, fixture.databases.pool('main')).waitFor(job.name, 'completed');
  expect(attempts).toEqual([2]);
});

it('aborts its jobs when it finds itself held for dead', async () => {
  const service = fixture.service({ heartbeat: 50 });
  let reason: unknown;
  service.handle(
    'worker',
    job,
    async (_, run) => new Promise((_resolve, reject) => run.signal.addEventListener('abort', () => reject((reason = run.signal.reason)))),
  );
  await service.start({ work: true, schedule: false });
  await service.forPlugin('worker').enqueue(job, {});
  const spy = new JobSpy(service.runner, fixture.databases.pool('main'));
  await spy.waitFor(job.name, 'running');
  await fixture.databases.pool('main').pool.query('delete from kernel.workers');
  await eventually(() => reason).toMatchObject({ code: 'SEXTANT_JOB_TAKEN_OVER' });
});

it('gives back what it claimed without hearing of it, uncounted', async () => {
  const service = fixture.service({ heartbeat: 50, silence: 100 });
  const attempts: number[] = [];
  await service.start({ work: true, schedule: false });
  const id = await service.forPlugin('worker').enqueue(job, {});
  const { pool } = fixture.databases.pool('main');
  await pool.query(
    `update graphile_worker._private_jobs set locked_by = $1, locked_at = now() - interval '1 hour', attempts = 1 where id = $2`,
    [service.runner.owners[0], id],
  );
  service.handle('worker', job, async (_, run) => void attempts.push(run.attempt));
  await new JobSpy(service.runner, fixture.databases.pool('main')).waitFor(job.name, 'completed');
  expect(attempts).toEqual([1]);
});

it('goes by the clock of the database, whatever that of this process says (hostile row 46)', async () => {
  const { pool } = fixture.databases.pool('main');
  const tick = defineJob('worker.do-tick', { payload: z.object({}) });
  const honest = fixture.service();
  honest.handle('worker', tick, async () => undefined);
  honest.schedule('worker', { id: 'tick', job: tick, every: () => 3_600_000, catchUp: true });
  await honest.start({ work: true, schedule: true });
  await new JobSpy(honest.runner, fixture.databases.pool('main')).waitFor(tick.name, 'completed');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2036-06-01T12:00:00Z') });
  try {
    const wrong = fixture.service();
    wrong.handle('worker', job, async () => undefined);
    wrong.schedule('worker', { id: 'tick', job: tick, every: () => 3_600_000, catchUp: true });
    wrong.schedule('worker', { id: 'nightly', job: tick, cron: '0 0 * * *' });
    await wrong.start({ work: true, schedule: true });
    await wrong.forPlugin('worker').enqueue(job, {});
    await new JobSpy(wrong.runner, fixture.databases.pool('main')).waitFor(job.name, 'completed');
    const { rows } = await pool.query(
      `select count(distinct instance)::int as alive from kernel.workers where beat_at between now() - interval '1 minute' and now() + interval '1 minute'`,
    );
    expect(rows).toEqual([{ alive: 2 }]);
    await eventually(
      async () => (await pool.query("select id from kernel.schedules where last_slot < now() + interval '1 minute' order by id")).rows,
    ).toEqual([{ id: 'worker/nightly' }, { id: 'worker/tick' }]);
    expect(await wrong.forPlugin('worker').list({ job: tick, limit: 5 })).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

describe('schedules', () => {
  it('fire once over all processes, and follow a changed interval', async () => {
    const tick = defineJob('worker.do-tick', { payload: z.object({}) });
    const runs: string[] = [];
    const services = [fixture.service(), fixture.service(), fixture.service()];
    let every = 3_600_000;
    for (const [i, service] of services.entries()) {
      service.handle('worker', tick, async (_, run) => void runs.push(`${i}:${run.id}`));
      service.schedule('worker', { id: 'tick', job: tick, every: () => every, catchUp: true });
      await service.start({ work: true, schedule: false });
    }
    await eventually(() => runs.length).toBe(1);
    every = 1_000;
    for (const service of services) service.refreshSchedules();
    await eventually(() => runs.length).toBe(2);
    expect(new Set(runs.map((run) => run.split(':')[1])).size).toBe(runs.length);
  });

  it('refuse a rule that makes no sense and an id used twice', () => {
    const service = fixture.service();
    const tick = defineJob('worker.do-tick', { payload: z.object({}) });
    const bad = expect.objectContaining({ code: 'SEXTANT_JOB_SCHEDULE' });
    expect(() => service.schedule('worker', { id: 'a', job: tick, cron: 'nonsense' })).toThrow(bad);
    service.schedule('worker', { id: 'a', job: tick, cron: '* * * * *' });
    expect(() => service.schedule('worker', { id: 'a', job: tick, cron: '* * * * *' })).toThrow(bad);
  });
});

it('carries jobs over from the transaction of another database, exactly once', async () => {
  const other = fixture.databases.pool('codeintel');
  const service = fixture.service();
  const seen: unknown[] = [];
  const count = defineJob('worker.do-count', { payload: z.object({ n: z.number() }) });
  service.handle('worker', count, async ({ n }) => void seen.push(n));
  await service.start({ work: true, schedule: false });
  const storage = await PluginStorage.open({ plugin: 'worker', pool: other, log: silent });
  const id = await storage.transaction((tx) => service.forPlugin('worker').enqueue(count, { n: 1 }, { tx }));
  expect(id).toMatch(/^outbox:/);
  await storage
    .transaction(async (tx) => {
      await service.forPlugin('worker').enqueue(count, { n: 2 }, { tx });
      throw new Error('no');
    })
    .catch(() => undefined);
  await new JobSpy(service.runner, fixture.databases.pool('main')).waitFor(count.name, 'completed');
  expect(seen).toEqual([1]);
  // Its own transaction ends after the one that the job appeared with.
  await eventually(async () => (await other.pool.query('select * from kernel.job_outbox')).rows).toEqual([]);
});
