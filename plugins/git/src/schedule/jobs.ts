import { defineJob, z } from '@sextant/sdk';

const HOUR = 3_600_000;

/** Clones or fetches one repository. */
export const fetchRepository = defineJob('git.fetch-repository', {
  payload: z.object({
    repositoryId: z.number().int(),
    reason: z.enum(['schedule', 'view', 'webhook', 'manual', 'local-change', 'corrupt']),
  }),
  timeout: 3 * HOUR,
  maxAttempts: 5,
});

/** Looks for fetches that are due. */
export const scheduleFetches = defineJob('git.schedule-fetches', {
  payload: z.object({}).strict() as unknown as z.ZodType<Record<string, never>>,
  maxAttempts: 1,
});

/** Compares what we track with what there is: catches every notice that was missed, and purges what is gone for good. */
export const reconcileMirrors = defineJob('git.reconcile-mirrors', {
  payload: z.object({}).strict() as unknown as z.ZodType<Record<string, never>>,
  timeout: HOUR,
  maxAttempts: 3,
});

/** Removes a mirror from disk and clones it anew. */
export const recloneRepository = defineJob('git.reclone-repository', {
  payload: z.object({ repositoryId: z.number().int() }),
  timeout: HOUR,
  maxAttempts: 5,
});

/** Everything that writes one mirror waits for what came before. */
export const ofRepository = (id: number, what: string): { readonly key: string; readonly queue: string } => ({
  key: `${what}:${id}`,
  queue: `git:${id}`,
});

/** Lower runs first. A first clone stands behind the work on what is cloned already (0), so that the first repositories can be searched while the rest comes. */
export const PRIORITY = { manual: -20, webhook: -10, 'local-change': -10, view: -5, corrupt: -5, first: 5, schedule: 10 } as const;
