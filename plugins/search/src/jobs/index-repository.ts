import { type ConfigOf, defineJob, type Jobs, z } from '@sextant/sdk';
import type { config } from '../config.js';

/** Brings the index of one repository to the heads of its branches. */
export const indexRepository = defineJob('search.index-repository', {
  payload: z.object({ repositoryId: z.number().int() }),
  timeout: 3_600_000,
  maxAttempts: 5,
});

/**
 * One waiting build a repository; builds of one repository never run at once, and of all no more than `indexConcurrency`: each
 * takes its share of the memory that builds may take.
 */
export async function enqueueIndexing(
  jobs: Jobs,
  repositoryId: number,
  { indexConcurrency }: Pick<ConfigOf<typeof config>, 'indexConcurrency'>,
): Promise<void> {
  const job = { ...indexRepository, concurrency: indexConcurrency };
  await jobs.enqueue(job, { repositoryId }, { key: String(repositoryId), queue: `search-index-${repositoryId}` });
}
