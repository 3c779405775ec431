import { defineJob, z } from '@sextant/sdk';

/** Makes the group of the plugin identity what the directory said. Done with the request already; this is for when that broke off, or two crossed. */
export const applyGroup = defineJob('scim.apply-group', {
  payload: z.object({ id: z.string(), directoryId: z.number().optional() }),
  timeout: 10 * 60_000,
});
