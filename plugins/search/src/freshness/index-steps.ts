import type { FreshnessSource, FreshnessStep } from '@sextant/plugin-code-host/api';
import type { MirrorState, Mirrors } from '@sextant/plugin-git/api';
import type { JobRecord, Jobs } from '@sextant/sdk';
import type { IndexedRepository, SearchEngine } from '../engine/contract.js';
import { indexRepository } from '../jobs/index-repository.js';

interface StepParts {
  readonly engine: Pick<SearchEngine, 'status'>;
  readonly mirrors: Pick<Mirrors, 'states'>;
  readonly jobs: Pick<Jobs, 'list' | 'ahead'>;
}

/** The end of the chain: what search has of a repository, against what its mirror has. */
export const indexSteps = ({ engine, mirrors, jobs }: StepParts): FreshnessSource => ({
  position: 400,
  async steps({ id }, { signal }) {
    const key = String(id);
    const [[indexed], states, [job], ahead] = await Promise.all([
      engine.status({ repositories: [id], signal }),
      mirrors.states([id]),
      jobs.list({ job: indexRepository, key, limit: 1 }),
      jobs.ahead(indexRepository, key),
    ]);
    return [stepOf(indexed, states.get(id), job, ahead)];
  },
});

function stepOf(
  indexed: IndexedRepository | undefined,
  mirror: MirrorState | undefined,
  job: JobRecord | undefined,
  ahead: number | undefined,
): FreshnessStep {
  const lastSuccess = indexed && new Date(indexed.indexedAt);
  const commit = indexed?.branches[0]?.commit;
  const step = { name: 'index', lastSuccess, commit } as const;
  const build = jobStep(job, ahead);
  if (indexed?.state === 'degraded')
    return {
      ...step,
      state: 'failing',
      code: 'SEXTANT_SEARCH_SHARD_DAMAGED',
      detail: [...(indexed.problems ?? []), build.detail ?? build.cause].filter((text) => text !== undefined).join(' '),
    };
  const head = mirror?.head?.commit;
  if (head === undefined && !indexed) {
    return mirror?.status === 'cloned'
      ? { ...step, state: 'ok', cause: 'There is nothing in the repository that could be indexed.' }
      : { ...step, state: 'waiting', cause: 'It waits for the first clone.' };
  }
  if (head === undefined || head === commit) return { ...step, state: 'ok' };
  return { ...step, ...build };
}

/** How far the build of an index is that is behind. */
function jobStep(job: JobRecord | undefined, ahead: number | undefined): Omit<FreshnessStep, 'name'> {
  switch (job?.state) {
    case 'no-handler':
      return { state: 'failing', code: 'SEXTANT_JOB_NO_HANDLER' };
    case 'failed':
      return { state: 'failing', code: 'SEXTANT_SEARCH_INDEX_FAILED', detail: job.error };
    case 'retrying':
      return { state: 'failing', code: 'SEXTANT_SEARCH_INDEX_FAILED', detail: `${job.error ?? ''} It is tried again by itself.`.trim() };
    case 'running':
      return { state: 'working', cause: 'The index is being built.', detail: job.progress };
    case 'waiting':
      return {
        state: 'waiting',
        cause: ahead === 0 ? 'It is the next to be indexed.' : 'It waits for its turn: others are indexed before it.',
        detail: ahead === undefined || ahead === 0 ? undefined : `${ahead} ${ahead === 1 ? 'build comes' : 'builds come'} before it.`,
      };
    default:
      return { state: 'waiting', cause: 'Its index is behind, and is built soon.' };
  }
}
