import type { Repository } from '@sextant/plugin-code-host/api';
import type { JobState } from '@sextant/sdk';
import { expect, it } from 'vitest';
import { indexSteps } from './index-steps.js';

interface Case {
  readonly head?: string;
  readonly status?: string;
  readonly indexed?: string;
  readonly problems?: readonly string[];
  readonly job?: JobState;
  readonly ahead?: number;
}

async function step({ head, status = 'cloned', indexed, problems, job, ahead }: Case) {
  const [found] = await indexSteps({
    engine: {
      status: async () =>
        indexed === undefined
          ? []
          : ([
              {
                indexedAt: '2026-01-02T03:04:05Z',
                branches: [{ name: 'main', commit: indexed }],
                state: problems ? 'degraded' : 'ok',
                ...(problems ? { problems } : {}),
              },
            ] as never),
    },
    mirrors: { states: async () => new Map([[1, { status, head: head && { branch: 'main', commit: head } }]]) as never },
    jobs: { list: async () => (job ? [{ state: job, error: 'no memory' }] : []) as never, ahead: async () => ahead },
  }).steps({ id: 1 } as Repository, { signal: new AbortController().signal });
  return found;
}

it.each<[what: string, given: Case, told: object]>([
  ['holds the head', { head: 'a', indexed: 'a' }, { state: 'ok', commit: 'a', lastSuccess: new Date('2026-01-02T03:04:05Z') }],
  ['waits for the first clone', { status: 'cloning' }, { state: 'waiting', cause: 'It waits for the first clone.' }],
  ['has nothing to hold', {}, { state: 'ok', cause: 'There is nothing in the repository that could be indexed.' }],
  ['is built now', { head: 'b', indexed: 'a', job: 'running' }, { state: 'working', commit: 'a' }],
  ['waits behind others', { head: 'b', indexed: 'a', job: 'waiting', ahead: 1 }, { state: 'waiting', detail: '1 build comes before it.' }],
  ['is behind and nobody knows it yet', { head: 'b', indexed: 'a', job: 'completed' }, { state: 'waiting' }],
  ['could not be built', { head: 'b', job: 'failed' }, { state: 'failing', code: 'SEXTANT_SEARCH_INDEX_FAILED', detail: 'no memory' }],
  ['is tried again', { head: 'b', indexed: 'a', job: 'retrying' }, { state: 'failing', code: 'SEXTANT_SEARCH_INDEX_FAILED' }],
  ['has nobody to build it', { head: 'b', job: 'no-handler' }, { state: 'failing', code: 'SEXTANT_JOB_NO_HANDLER' }],
  [
    'is damaged, also at the head',
    { head: 'a', indexed: 'a', problems: ['Shard 1-x: a checksum is wrong.'] },
    { state: 'failing', code: 'SEXTANT_SEARCH_SHARD_DAMAGED', detail: expect.stringContaining('Shard 1-x: a checksum is wrong.') },
  ],
])('search says of an index that it %s', async (_what, given, told) => {
  expect(await step(given)).toMatchObject({ name: 'index', ...told });
});
