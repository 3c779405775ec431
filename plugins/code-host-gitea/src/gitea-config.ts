import { secret, z } from '@sextant/sdk';

const name = z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be the name of a user or an organization');

export const giteaConfig = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === '', 'must not hold a user or a password')
    .transform((text) => new URL(text.endsWith('/') ? text : `${text}/`).href)
    .describe('Address of the server, with its path where it is below one'),
  token: secret().describe('An access token with the scope read:repository; read:organization for "orgs", read:user for "users"'),
  orgs: z.array(name).default([]).describe('Organizations whose repositories are listed'),
  users: z.array(name).default([]).describe('Users whose repositories are listed'),
  repos: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/, 'must look like owner/name'))
    .default([])
    .describe('Repositories, as owner/name'),
  repositoryQuery: z
    .array(z.string().min(1))
    .optional()
    .describe(
      '"all": everything the token may see; "none": nothing beside orgs, users and repos; anything else is searched for. Default: all where none of these is given, else none',
    ),
  repositoryPathPattern: z
    .string()
    .includes('{nameWithOwner}')
    .default('{host}/{nameWithOwner}')
    .describe('How a repository is named here: {host}, {nameWithOwner}'),
  gitURLType: z.enum(['http', 'ssh']).default('http').describe('What git clones by'),
  gitSSHKey: secret().optional().describe('A private key in OpenSSH form, for gitURLType ssh'),
});
export type GiteaConfig = z.output<typeof giteaConfig>;
