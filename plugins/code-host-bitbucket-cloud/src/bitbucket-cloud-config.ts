import { gitSshKey, gitUrlType, hostUrl, ownerAndName, pathPattern } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

/** Keys and defaults are the field's. */
export const bitbucketCloudConfig = z
  .object({
    url: hostUrl().default('https://bitbucket.org/').describe('Address of Bitbucket Cloud'),
    apiURL: hostUrl().optional().describe('Address of its API; default: api. before that of "url"'),
    accessToken: secret().optional().describe('An access token of a workspace, project or repository that may read repositories'),
    username: z.string().min(1).optional().describe('The user of the app password; the address of mail of an API token’s user'),
    appPassword: secret().optional().describe('An app password, or an API token with the scope read:repository:bitbucket'),
    teams: z
      .array(z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be the id of a workspace'))
      .default([])
      .describe('Workspaces whose repositories are listed'),
    repos: z.array(ownerAndName('workspace/repository')).default([]).describe('Repositories, as workspace/repository'),
    repositoryPathPattern: pathPattern('nameWithOwner'),
    gitURLType: gitUrlType(),
    gitSSHKey: gitSshKey(),
    authorization: z
      .strictObject({ identityProvider: z.strictObject({ type: z.literal('oauth') }).optional() })
      .optional()
      .describe(
        'Where it stands, the host decides who sees its private repositories, and users sign in by it; without it every user here does',
      ),
    webhookSecret: secret().optional().describe('Accepted and without effect: webhooks are made here, each with its secret'),
  })
  .refine(({ accessToken, username, appPassword }) => accessToken !== undefined || (username !== undefined && appPassword !== undefined), {
    message: 'an access token is needed, or a username with an app password or API token',
    path: ['accessToken'],
  })
  // What an account sees over all workspaces can be asked for no longer: the host has announced the end of that list.
  .refine(({ teams, repos }) => teams.length + repos.length > 0, { message: 'workspaces or repositories are needed', path: ['teams'] });
export type BitbucketCloudConfig = z.output<typeof bitbucketCloudConfig>;

/** The base of the API. */
export function apiOf({ url, apiURL }: BitbucketCloudConfig): string {
  const { protocol, host } = new URL(url);
  return `${apiURL ?? `${protocol}//api.${host}/`}2.0/`;
}
