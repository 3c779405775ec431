import { duration, z } from '@sextant/sdk';

export const config = z.object({
  webhookDelay: duration()
    .default(10_000)
    .describe('How long after a webhook about members the host is asked: those that come together are one sync')
    .meta({ live: true }),
});
export type PermissionsConfig = z.output<typeof config>;
