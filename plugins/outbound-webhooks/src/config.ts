import { duration, z } from '@sextant/sdk';

const HOUR = 3_600_000;

export const config = z.object({
  timeout: duration().default(10_000).describe('How long a receiver may take to answer').meta({ live: true }),
  maxAttempts: z.int().min(1).max(20).default(6).describe('How often a delivery is tried').meta({ live: true }),
  retryDelay: duration()
    .default(10_000)
    .describe('The wait before the second try; six times as long before each further one, two hours at most')
    .meta({ live: true }),
  disableAfter: duration()
    .default(72 * HOUR)
    .describe('A webhook whose deliveries have all failed for so long is switched off, until an admin updates it')
    .meta({ live: true }),
  logRetention: duration()
    .default(72 * HOUR)
    .describe('How long deliveries are kept, with what was sent and what was answered')
    .meta({ live: true }),
});
export type OutboundWebhooksConfig = z.output<typeof config>;
