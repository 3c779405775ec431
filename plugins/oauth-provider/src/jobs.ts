import { defineJob, z } from '@sextant/sdk';

export const tidy = defineJob('oauth-provider.tidy', { payload: z.object({}) });
