import { defineJob, z } from '@sextant/sdk';

export const announcePin = defineJob('pins.announce-pin', {
  payload: z.object({ id: z.number().int() }),
  maxAttempts: 5,
  timeout: 30_000,
});

export const announceAll = defineJob('pins.announce-all', { payload: z.object({}) });
