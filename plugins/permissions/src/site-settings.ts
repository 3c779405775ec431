import { z } from '@sextant/sdk';

const DAY = 24 * 60 * 60;

/** Keys of the site configuration. Names are the field's; those of time are seconds. */
export const siteSettings = z.object({
  'permissions.userMapping': z
    .strictObject({
      enabled: z.boolean().default(false),
      bindID: z
        .enum(['email', 'username'])
        .default('email')
        .describe('What names a person to the API: a verified address, or the name here'),
    })
    .optional()
    .describe(
      'Permissions through the API. While it is enabled, a repository that no host says is public is seen by those alone whom the API or its host names',
    ),
  'permissions.syncScheduleInterval': z.int().min(1).default(60).describe('How often syncs are scheduled, in seconds'),
  'permissions.syncOldestUsers': z
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('Users whose sync is the oldest that are scheduled at a time'),
  'permissions.syncOldestRepos': z
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('Repositories whose sync is the oldest that are scheduled at a time'),
  'permissions.syncUsersBackoffSeconds': z.int().min(1).default(900).describe('A user is synced by the schedule at most so often'),
  'permissions.syncReposBackoffSeconds': z.int().min(1).default(900).describe('A repository is synced by the schedule at most so often'),
  'permissions.syncUsersMaxConcurrency': z.int().min(1).max(20).default(5).describe('Users that are synced at once, over all processes'),
  'permissions.syncReposMaxConcurrency': z
    .int()
    .min(1)
    .max(20)
    .default(5)
    .describe('Repositories that are synced at once, over all processes'),
  'permissions.syncJobsHistorySize': z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Ended syncs that are kept of each user and each repository'),
  'permissions.refusedCredentialGrace': z
    .int()
    .min(0)
    .max(30 * DAY)
    .default(900)
    .describe('What an account gave is taken away when its host has refused its credential for so long, in seconds'),
  'permissions.maxAge': z
    .int()
    .min(60)
    .optional()
    .describe(
      'What a host granted is believed for so long, in seconds, and hidden when no sync has confirmed it since. Default: without end',
    ),
});
export type SiteSettings = z.output<typeof siteSettings>;

/** Out of the site configuration; keys of others are passed over, and what is malformed is as if it were not there. */
export function siteSettingsOf(effective: Readonly<Record<string, unknown>>): SiteSettings {
  const sound = Object.entries(siteSettings.shape).flatMap(([key, schema]) =>
    effective[key] !== undefined && schema.safeParse(effective[key]).success ? [[key, effective[key]]] : [],
  );
  return siteSettings.parse(Object.fromEntries(sound));
}

export type BindMode = 'email' | 'username';

/** By what the API names people; undefined while it is off. */
export const bindModeOf = (settings: SiteSettings): BindMode | undefined => {
  const mapping = settings['permissions.userMapping'];
  return mapping?.enabled ? mapping.bindID : undefined;
};
