import { defineJob, z } from '@sextant/sdk';

/** Gives and takes again what groups give, to everybody whom that may concern. */
export const applyGroups = defineJob('identity.apply-groups', { payload: z.object({}), timeout: 30 * 60_000, concurrency: 1 });
