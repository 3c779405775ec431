import { defineJob, z } from '@sextant/sdk';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { JobAttempt, type JobRun } from './job-attempt.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function anAttempt(timeoutFrom: 'start' | 'progress') {
  const job = defineJob('worker.list-pages', { payload: z.object({}), timeout: 1_000, timeoutFrom });
  const claimed = {
    id: '1',
    task_identifier: job.name,
    key: null,
    attempts: 1,
    max_attempts: 5,
    created_at: new Date(),
    locked_at: new Date(),
  };
  const attempt = new JobAttempt(
    {
      main: undefined as never,
      boundary: new Boundary({ failed: () => undefined, allows: () => true }),
      history: { record: async () => undefined } as never,
    },
    claimed as never,
    'a worker',
  );
  let running!: JobRun;
  const run = (_payload: unknown, given: JobRun) => {
    running = given;
    return new Promise<never>((_resolve, reject) => given.signal.addEventListener('abort', () => reject(given.signal.reason)));
  };
  const ended = attempt.run({ plugin: 'worker', job, run }, {}).catch((error: unknown) => error);
  return { progress: (text: string) => running.progress(text), aborted: () => running.signal.aborted, ended };
}

it('lets a job go on while it gets ahead, where the timeout counts from its progress', async () => {
  const { progress, aborted, ended } = anAttempt('progress');
  for (let page = 1; page <= 20; page++) {
    await vi.advanceTimersByTimeAsync(900);
    progress(`page ${page}`);
  }
  await vi.advanceTimersByTimeAsync(999);
  expect(aborted()).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await ended).toMatchObject({ code: 'SEXTANT_PLUGIN_DEADLINE' });
  // What it says of itself after its end does not bring it back.
  progress('page 21');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(aborted()).toBe(true);
});

it('ends a job after its timeout whatever it says, where that counts from its start', async () => {
  const { progress, aborted } = anAttempt('start');
  await vi.advanceTimersByTimeAsync(900);
  progress('page 1');
  await vi.advanceTimersByTimeAsync(100);
  expect(aborted()).toBe(true);
});
