import { z } from '@sextant/sdk';

/** How people sign in is data of the site: `auth.*` in its configuration. */
export const config = z.object({
  attemptsPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .default(30)
    .describe('Sign-ins, sign-ups, resets and the like that one address may try a minute, each')
    .meta({ live: true }),
  enforceAllowedIpAddress: z
    .boolean()
    .default(true)
    .describe('auth.allowedIpAddress holds; false lets somebody back in who has locked everybody out')
    .meta({ live: true }),
});
