import type { FreshnessSource, FreshnessStep } from '@sextant/plugin-code-host/api';
import type { JobRecord, Jobs, Queryable } from '@sextant/sdk';
import { fetchRepository, ofRepository } from '../schedule/jobs.js';
import { type Mirror, MirrorTable } from '../storage/mirror-table.js';

interface StepParts {
  readonly db: Queryable;
  readonly jobs: Pick<Jobs, 'list' | 'ahead'>;
}

/** The middle of the chain: when the mirror has its turn, and what the last fetch brought. @param isScheduled the configuration's `autoUpdate` */
export const mirrorSteps = ({ db, jobs }: StepParts, isScheduled: () => boolean): FreshnessSource => ({
  position: 300,
  async steps({ id }) {
    const key = ofRepository(id, 'fetch').key as string;
    const [mirror, [job], ahead] = await Promise.all([
      new MirrorTable(db).byId(id),
      jobs.list({ job: fetchRepository, key, limit: 1 }),
      jobs.ahead(fetchRepository, key),
    ]);
    return [queueStep(mirror, job, ahead, isScheduled()), fetchStep(mirror, job)];
  },
});

function queueStep(mirror: Mirror | undefined, job: JobRecord | undefined, ahead: number | undefined, isScheduled: boolean): FreshnessStep {
  const name = 'queue';
  const nextTry = mirror?.nextFetch;
  switch (job?.state) {
    case 'no-handler':
      return { name, state: 'failing', code: 'SEXTANT_JOB_NO_HANDLER' };
    case 'failed':
      // One that was enqueued since then is newer, and stands here in its place.
      return { name, state: 'failing', code: 'SEXTANT_GIT_FETCH_GIVEN_UP', detail: job.error, nextTry };
    case 'waiting':
    case 'retrying':
      return {
        name,
        state: 'waiting',
        cause: ahead === 0 ? 'It is the next to be fetched.' : 'It waits for its turn: others are fetched before it.',
        detail: ahead === undefined || ahead === 0 ? undefined : `${ahead} ${ahead === 1 ? 'fetch comes' : 'fetches come'} before it.`,
      };
    case 'running':
      return { name, state: 'ok', cause: 'It has its turn.' };
    default:
      if (isScheduled) return { name, state: 'ok', nextTry };
      return { name, state: 'ok', cause: 'It is fetched when somebody asks, and not by the clock: plugins.git.autoUpdate is off.' };
  }
}

function fetchStep(mirror: Mirror | undefined, job: JobRecord | undefined): FreshnessStep {
  const name = 'fetch';
  const isRunning = job?.state === 'running';
  if (!mirror) return { name, state: 'waiting', cause: 'It was never cloned.' };
  const { lastFetched: lastSuccess, nextFetch: nextTry, lastError, status, corruptions, progress } = mirror;
  const commit = mirror.head?.commit;
  if (lastError !== undefined) {
    const [, code = 'SEXTANT_GIT_FAILED', detail = lastError] = /^(SEXTANT_[A-Z_]+): (.*)$/s.exec(lastError) ?? [];
    return { name, state: 'failing', code, detail, lastSuccess, nextTry, commit };
  }
  if (status === 'corrupt')
    return { name, state: 'failing', code: 'SEXTANT_GIT_CORRUPT', detail: corruptions[0]?.reason, lastSuccess, nextTry, commit };
  if (isRunning && status !== 'cloned')
    return { name, state: 'working', cause: 'It is being cloned.', detail: progress, lastSuccess, commit };
  if (isRunning) return { name, state: 'working', cause: 'It is being fetched.', detail: progress, lastSuccess, commit };
  if (status === 'cloned') return { name, state: 'ok', lastSuccess, commit };
  return { name, state: 'waiting', cause: 'It was never cloned.', nextTry };
}
