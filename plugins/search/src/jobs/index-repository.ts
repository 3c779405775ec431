import { defineJob, type Jobs, z } from '@sextant/sdk';

/** Brings the index of one repository to the heads of its branches. */
export const indexRepository = defineJob('search.index-repository', {
  payload: z.object({ repositoryId: z.number().int() }),
  timeout: 3_600_000,
  maxAttempts: 5,
});

/** One waiting build a repository; builds of one repository never run at once. */
export async function enqueueIndexing(jobs: Jobs, repositoryId: number): Promise<void> {
  await jobs.enqueue(indexRepository, { repositoryId }, { key: String(repositoryId), queue: `search-index-${repositoryId}` });
}
