import {
  authorization,
  gitSshKey,
  gitUrlType,
  groupsCacheTTL,
  hostUrl,
  ownerAndName,
  pathPattern,
  repositoryQuery,
} from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

const name = z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be the name of a user or an organization');

export const giteaConfig = z.object({
  url: hostUrl().describe('Address of the server, with its path where it is below one'),
  token: secret().describe('An access token with the scope read:repository; read:organization for "orgs", read:user for "users"'),
  orgs: z.array(name).default([]).describe('Organizations whose repositories are listed'),
  users: z.array(name).default([]).describe('Users whose repositories are listed'),
  repos: z.array(ownerAndName('owner/name')).default([]).describe('Repositories, as owner/name'),
  repositoryQuery: repositoryQuery(
    '"all": everything the token may see; "none": nothing beside orgs, users and repos; anything else is searched for. Default: all where none of these is given, else none',
  ),
  repositoryPathPattern: pathPattern('nameWithOwner'),
  gitURLType: gitUrlType(),
  gitSSHKey: gitSshKey(),
  authorization: authorization({ groupsCacheTTL: groupsCacheTTL() }),
});
export type GiteaConfig = z.output<typeof giteaConfig>;
