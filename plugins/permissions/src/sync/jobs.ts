import { defineJob, z } from '@sextant/sdk';

const HOUR = 60 * 60_000;
/** More than any site configuration allows. */
const AT_ONCE = 20;

/** Asks the hosts what one user may see. Takes as long as their limits make it, while it gets ahead. */
export const syncUser = defineJob('permissions.sync-user', {
  payload: z.object({ userId: z.int() }),
  maxAttempts: 3,
  timeout: HOUR,
  timeoutFrom: 'progress',
  waits: true,
  concurrency: AT_ONCE,
});

/** Asks the hosts who may see one repository. */
export const syncRepository = defineJob('permissions.sync-repository', {
  payload: z.object({ repositoryId: z.int() }),
  maxAttempts: 3,
  timeout: HOUR,
  timeoutFrom: 'progress',
  waits: true,
  concurrency: AT_ONCE,
});

/** Takes in users and repositories that came or went, and has those synced whose turn it is. */
export const scheduleSyncs = defineJob('permissions.schedule-syncs', { payload: z.object({}), timeout: HOUR });
