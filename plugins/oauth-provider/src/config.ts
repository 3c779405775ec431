import { duration, z } from '@sextant/sdk';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const config = z.object({
  accessTokenLifetime: duration()
    .refine((milliseconds) => milliseconds >= 60_000 && milliseconds <= DAY, 'between a minute and a day')
    .default(HOUR)
    .describe('How long an access token lasts')
    .meta({ live: true }),
  refreshTokenLifetime: duration()
    .refine((milliseconds) => milliseconds >= HOUR && milliseconds <= 365 * DAY, 'between an hour and a year')
    .default(90 * DAY)
    .describe('How long a program that is not used stays signed in; each use begins it anew')
    .meta({ live: true }),
  keyRotation: duration()
    .refine((milliseconds) => milliseconds >= DAY, 'a day or more')
    .default(90 * DAY)
    .describe('How often the key that signs ID tokens is another')
    .meta({ live: true }),
});
export type OAuthConfig = z.output<typeof config>;
