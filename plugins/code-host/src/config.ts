import { duration, z } from '@sextant/sdk';

const MINUTE = 60_000;

const declaredConnection = z.strictObject({
  kind: z.string().min(1).describe('OTHER, LOCAL, GITHUB, …'),
  displayName: z.string().trim().min(1).describe('Names the connection; together with the kind it identifies the declaration'),
  config: z
    .union([z.record(z.string(), z.unknown()), z.string()])
    .describe('As the kind documents it: an object, or JSON with comments as text')
    .meta({ secret: true }),
});

export const config = z.object({
  connections: z.array(declaredConnection).default([]).describe('Connections declared here are read-only in the API'),
  localPaths: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Git repositories on this machine, or folders that hold some; the arguments of the command line land here. A later start adds to them and never removes',
    ),
  repoListUpdateInterval: duration().default(MINUTE).describe('How often a connection is listed again').meta({ live: true }),
  maxDeletions: z
    .int()
    .min(0)
    .optional()
    .describe('A sync that would delete more repositories than this deletes none and fails; default: no limit')
    .meta({ live: true }),
  deletedTtl: duration()
    .default(60 * MINUTE)
    .describe('How long a repository that is gone at its host is kept before it is purged')
    .meta({ live: true }),
  purgeInterval: duration()
    .default(15 * MINUTE)
    .describe('How often repositories are looked for that are due to be purged'),
  webhookLogRetention: duration()
    .default(72 * 60 * MINUTE)
    .describe('How long deliveries to webhooks are kept, and known for having come')
    .meta({ live: true }),
  enforceForSiteAdmins: z.boolean().default(false).describe('Site admins see only what they were granted').meta({ live: true }),
  permissionsTimeout: duration()
    .refine((milliseconds) => milliseconds >= 1_000, 'a second or more')
    .default(30_000)
    .describe('How long a plugin that grants repositories may take to answer; what waits for it fails then')
    .meta({ live: true }),
  openToAllUsers: z
    .boolean()
    .optional()
    .describe(
      'Who sees what nobody decides about. true: every signed-in user sees every repository while no plugin provides permissions; false: only site admins and who is granted it do; default: true until a plugin has provided permissions once, then as that plugin says',
    )
    .meta({ live: true }),
});
