import {
  authorization,
  gitUrlType,
  groupsCacheTTL,
  hostUrl,
  ownerAndName,
  pathPattern,
  repositoryQuery,
} from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9-]+)?$/, 'must be the name of an organization');

/** Keys and defaults are the field's. */
export const githubConfig = z
  .object({
    url: hostUrl().default('https://github.com/').describe('Address of GitHub, or of a GitHub Enterprise Server'),
    token: secret().optional().describe('A token that may read the contents and metadata of the repositories; none for a GitHub App'),
    gitHubAppDetails: z
      .strictObject({
        appID: z.union([z.string(), z.number()]).transform(String),
        installationID: z.union([z.string(), z.number()]).transform(String),
        privateKey: secret().describe('In PEM form, or that in base64'),
      })
      .optional()
      .describe('The installation of a GitHub App, in the place of a token'),
    orgs: z.array(name).default([]).describe('Organizations whose repositories are listed'),
    repos: z.array(ownerAndName('owner/name')).default([]).describe('Repositories, as owner/name'),
    repositoryQuery: repositoryQuery(
      '"affiliated": those of the token’s user or of the installation; "public": all public ones, of a GitHub Enterprise Server; "internal"; "none"; anything else is searched for. Default: affiliated where nothing else is chosen, else none',
    ),
    repositoryPathPattern: pathPattern('nameWithOwner'),
    gitURLType: gitUrlType(),
    authorization: authorization({
      groupsCacheTTL: groupsCacheTTL(72),
      markInternalReposAsPublic: z.boolean().optional().describe('Accepted and without effect'),
      syncInternalRepoPermissions: z.boolean().optional().describe('Accepted and without effect'),
    }),
    gitSSHCredential: z.strictObject({ privateKey: secret() }).optional().describe('A private key in OpenSSH form, for gitURLType ssh'),
  })
  .meta({ title: 'GitHub' });
export type GithubConfig = z.output<typeof githubConfig>;

/** The API of `url`, which is on another host for GitHub itself and for tenants of ghe.com. */
export function apiOf(url: string): string {
  const { protocol, host, hostname } = new URL(url);
  return hostname === 'github.com' || hostname.endsWith('.ghe.com') ? `${protocol}//api.${host}/` : new URL('api/v3/', url).href;
}
