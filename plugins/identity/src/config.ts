import { duration, z } from '@sextant/sdk';
import { accessTokenKeys } from './api/access-token-policy.js';

const names = z.array(z.string().min(1).max(255)).max(1000).optional();

export const config = z.object({
  accessTokens: z
    .object({
      allow: accessTokenKeys.allow.default('all-users-create'),
      allowNoExpiration: accessTokenKeys.allowNoExpiration.default(false),
      maxTokensPerUser: accessTokenKeys.maxTokensPerUser.default(25),
      expirationOptionDays: accessTokenKeys.expirationOptionDays.default([7, 14, 30, 60, 90]),
      defaultExpirationDays: accessTokenKeys.defaultExpirationDays.default(90),
    })
    .prefault({})
    .describe('Access tokens of people, where auth.accessTokens of the site configuration says nothing')
    .meta({ live: true }),
  audit: z
    .object({
      internalTraffic: z.boolean().default(false).describe('What Sextant itself looks at is noted too'),
      graphQL: z.boolean().default(false).describe('Every GraphQL operation is noted, by its name and root fields'),
      gitserverAccess: z.boolean().default(false).describe('Every look at a repository is noted'),
      securityEvents: z
        .enum(['none', 'auditlog', 'database', 'all'])
        .default('all')
        .describe('Where sign-ins and their failures go: to the log, to the table, to both'),
      refusals: z
        .object({
          window: duration()
            .refine((value) => value >= 1_000, { message: 'must be a second at least' })
            .default(60_000)
            .describe('The time that one summary covers'),
          perAddress: z.number().int().min(0).max(1_000).default(10).describe('Refusals of one kind written one by one, of one address'),
          perWindow: z.number().int().min(0).max(10_000).default(200).describe('The same, of all addresses together'),
        })
        .prefault({})
        .describe(
          'Wrong credentials, failed sign-ins and other refused input: beyond these, one entry for each kind and window counts the rest',
        ),
      keepFor: duration().optional().describe('How long entries are kept; default: for ever'),
    })
    .prefault({})
    .describe('The audit log')
    .meta({ live: true }),
  organizations: z
    .object({
      creation: z.enum(['all-users', 'site-admins']).default('all-users').describe('Who may make organisations'),
      administration: z
        .enum(['members', 'owners'])
        .default('members')
        .describe(
          'Who renames an organisation, invites to it and changes its settings, besides site admins: every member, or its owners. Only owners remove others, make owners and delete it',
        ),
    })
    .prefault({})
    .describe('Groups of people with settings of their own')
    .meta({ live: true }),
  limits: z
    .object({
      organizationsPerUser: z.number().int().min(0).max(10_000).default(50).describe('Organisations that one person may have made'),
      teamsPerUser: z.number().int().min(0).max(10_000).default(100).describe('Teams that one person may have made'),
      unprovedEmailsPerUser: z
        .number()
        .int()
        .min(0)
        .max(100)
        .default(5)
        .describe('Email addresses that a person may add before they are proved'),
    })
    .prefault({})
    .describe('How much one person may make, who is no site admin')
    .meta({ live: true }),
  groups: z
    .array(
      z.object({
        group: z.string().min(1).max(500).describe('The group, as its source names it'),
        source: z
          .string()
          .optional()
          .describe('Whose group: `scim`, or `provider:` and the id of an entry of auth.providers; default: of all'),
        roles: names.describe('Roles that its members have'),
        teams: names.describe('Teams that its members are in'),
        organizations: names.describe('Organisations that its members are in'),
        siteAdmin: z.boolean().optional().describe('Its members are site admins'),
      }),
    )
    .max(10_000)
    .default([])
    .describe('What groups of directories and providers give to who is in them. It goes with the group')
    .meta({ live: true }),
  localAdmin: z.string().optional().describe('User name of the local site admin; default: the account that Sextant runs as'),
});

export type IdentityConfig = z.output<typeof config>;
export type AuditConfig = IdentityConfig['audit'];
