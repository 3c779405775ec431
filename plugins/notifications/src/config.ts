import { duration, z } from '@sextant/sdk';

export const config = z.object({
  timeout: duration().default(30_000).describe('How long the mail server may be silent, and a mail may take').meta({ live: true }),
  maxAttempts: z.int().min(1).max(30).default(10).describe('How often a mail is tried').meta({ live: true }),
  retryDelay: duration()
    .default(30_000)
    .describe('The wait before the second try; three times as long before each further one, an hour at most')
    .meta({ live: true }),
});
export type NotificationsConfig = z.output<typeof config>;
