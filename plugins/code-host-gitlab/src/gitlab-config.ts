import {
  authorizationOrExternal,
  gitSshKey,
  gitUrlType,
  groupsCacheTTL,
  hostUrl,
  pathPattern,
  re2Pattern,
} from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

/** `groups/team/projects`, `projects?search=x`, `?membership=true`: below the API, and nothing that leaves it. */
const query = z
  .string()
  .regex(
    /^(?:none|(?:(?:projects|groups\/[^?#]+\/projects|users\/[^?#/]+\/projects)?(?:\?[^#]*)?))$/,
    'must look like groups/team/projects or ?membership=true, or be none',
  )
  .refine((text) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text), 'must not lead out of the API');

/** A user here is the account at GitLab that has the identity with which they signed in here by another provider. */
const external = z.strictObject({
  type: z.literal('external'),
  authProviderID: z.string().min(1).describe('The "configID" of the entry of auth.providers, or the address of what it signs in by'),
  authProviderType: z.enum(['saml', 'openidconnect']),
  gitlabProvider: z.string().min(1).describe('The name that GitLab has for the same provider, as its identities say'),
});

/** Keys and defaults are the field's. */
export const gitlabConfig = z.object({
  url: hostUrl().default('https://gitlab.com/').describe('Address of the server, with its path where it is below one'),
  token: secret().describe('A token with the scopes read_api and read_repository'),
  'token.type': z.enum(['pat', 'oauth']).default('pat').describe('Accepted and without effect: both are sent in the same way'),
  projects: z
    .array(z.union([z.strictObject({ name: z.string().min(1) }), z.strictObject({ id: z.int() })]))
    .default([])
    .describe('Projects, by their path with namespace or their id'),
  projectQuery: z
    .array(query)
    .optional()
    .describe(
      'Lists of the API, such as groups/team/projects or ?membership=true&search=x; "none". Default: ?membership=true where no projects are given, else none',
    ),
  nameTransformations: z
    .array(z.strictObject({ regex: re2Pattern(), replacement: z.string() }))
    .default([])
    .describe('Applied to the path with namespace, one after another, for the name here'),
  repositoryPathPattern: pathPattern('pathWithNamespace'),
  gitURLType: gitUrlType(),
  gitSSHKey: gitSshKey(),
  authorization: authorizationOrExternal(external, { groupsCacheTTL: groupsCacheTTL() }),
});
export type GitlabConfig = z.output<typeof gitlabConfig>;
