import type { Repository } from '@sextant/plugin-code-host/api';
import type { JobState } from '@sextant/sdk';
import { expect, it } from 'vitest';
import { mirrorSteps } from './mirror-steps.js';

interface Case {
  readonly mirror?: Record<string, unknown>;
  readonly job?: JobState;
  readonly ahead?: number;
  readonly isScheduled?: boolean;
}

const steps = ({ mirror, job, ahead, isScheduled = true }: Case) =>
  mirrorSteps(
    {
      db: {
        query: async () =>
          (mirror ? [{ repository_id: 1, failures: 0, corruptions: [], next_fetch: new Date(0), ...mirror }] : []) as never,
      },
      jobs: {
        list: async () => (job ? [{ state: job, error: 'the worker died' }] : []) as never,
        ahead: async () => ahead,
      },
    },
    () => isScheduled,
  ).steps({ id: 1 } as Repository, { signal: new AbortController().signal });

const cloned = { status: 'cloned', last_fetched: new Date(1), head_branch: 'main', head_commit: 'c'.repeat(40) };

it.each<[what: string, given: Case, queue: object, fetch: object]>([
  ['is not known to git yet', {}, { state: 'ok' }, { state: 'waiting', cause: 'It was never cloned.' }],
  [
    'is mirrored',
    { mirror: cloned },
    { state: 'ok', nextTry: new Date(0) },
    { state: 'ok', lastSuccess: new Date(1), commit: 'c'.repeat(40) },
  ],
  [
    'is fetched on demand alone',
    { mirror: cloned, isScheduled: false },
    { state: 'ok', cause: expect.stringContaining('autoUpdate') },
    { state: 'ok' },
  ],
  [
    'waits behind others',
    { mirror: { status: 'queued' }, job: 'waiting', ahead: 3 },
    { state: 'waiting', cause: expect.not.stringContaining('3'), detail: '3 fetches come before it.' },
    { state: 'waiting' },
  ],
  [
    'is the next',
    { mirror: cloned, job: 'waiting', ahead: 0 },
    { state: 'waiting', cause: 'It is the next to be fetched.' },
    { state: 'ok' },
  ],
  [
    'is being cloned',
    { mirror: { status: 'cloning', progress: 'Receiving objects: 7%' }, job: 'running' },
    { state: 'ok' },
    { state: 'working', detail: 'Receiving objects: 7%' },
  ],
  [
    'waits for a worker that nobody is',
    { mirror: cloned, job: 'no-handler' },
    { state: 'failing', code: 'SEXTANT_JOB_NO_HANDLER' },
    { state: 'ok' },
  ],
  [
    'kills its worker each time',
    { mirror: cloned, job: 'failed' },
    { state: 'failing', code: 'SEXTANT_GIT_FETCH_GIVEN_UP', detail: 'the worker died' },
    { state: 'ok' },
  ],
  [
    'cannot be fetched',
    { mirror: { ...cloned, last_error: 'SEXTANT_GIT_AUTHENTICATION: The code host refused the credentials.' } },
    { state: 'ok' },
    { state: 'failing', code: 'SEXTANT_GIT_AUTHENTICATION', detail: 'The code host refused the credentials.', nextTry: new Date(0) },
  ],
  [
    'is damaged',
    { mirror: { ...cloned, status: 'corrupt', corruptions: [{ reason: 'a pack is broken' }] } },
    { state: 'ok' },
    { state: 'failing', code: 'SEXTANT_GIT_CORRUPT', detail: 'a pack is broken' },
  ],
])('git says of a repository that it %s', async (_what, given, queue, fetch) => {
  expect(await steps(given)).toMatchObject([
    { name: 'queue', ...queue },
    { name: 'fetch', ...fetch },
  ]);
});
