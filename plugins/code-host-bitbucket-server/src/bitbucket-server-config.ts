import { gitSshKey, gitUrlType, hostUrl, pathPattern } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

/** `PROJ`, or `~ana` for what is a user's own. */
const key = /^~?[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** `?name=x&visibility=private`: parameters of the server's list of repositories, without those that page it. */
const query = z
  .string()
  .regex(/^(?:all|none|\?[^#]*)$/, 'must be all, none, or parameters such as ?name=x&visibility=private')
  .refine((text) => !/[?&](?:start|limit)=/.test(text), 'must not say where a page begins or how long it is');

/** Keys and defaults are the field's. */
export const bitbucketServerConfig = z
  .object({
    url: hostUrl().describe('Address of the server, with its path where it is below one'),
    token: secret().optional().describe('An HTTP access token that may read projects and repositories'),
    username: z
      .string()
      .min(1)
      .optional()
      .describe('The user of the password; of a token, whose it is, unless it is a project’s or a repository’s'),
    password: secret().optional().describe('In the place of a token'),
    projectKeys: z
      .array(z.string().regex(key, 'must be the key of a project'))
      .default([])
      .describe('Projects whose repositories are listed; ~name: those of a user'),
    repos: z
      .array(z.string().refine(isAddress, 'must look like PROJECT/repository'))
      .default([])
      .describe('Repositories, as PROJECT/repository'),
    repositoryQuery: z
      .array(query)
      .optional()
      .describe(
        '"all": everything the credential may see; "none"; or parameters of the list of repositories, such as ?name=x&projectname=y&visibility=private. Default: all where nothing else is chosen, else none',
      ),
    excludePersonalRepositories: z.boolean().default(false).describe('Whether those of users are left out'),
    repositoryPathPattern: pathPattern('projectKey', 'repositorySlug'),
    gitURLType: gitUrlType(),
    gitSSHKey: gitSshKey(),
    authorization: z
      .strictObject({
        identityProvider: z.strictObject({ type: z.literal('username') }).optional(),
        oauth: z.strictObject({ consumerKey: z.string(), signingKey: secret() }).optional(),
        oauth2: z.boolean().optional(),
      })
      .optional()
      .describe(
        'Where it stands, the host decides who sees its private repositories; without it every user here does. "identityProvider": {"type": "username"}: a user here is the account of the same name, unless "oauth2" is true',
      ),
    plugin: z
      .strictObject({
        permissions: z.enum(['enabled', 'disabled', 'default']).optional(),
        webhooks: z.strictObject({ secret: secret(), disableSync: z.boolean().optional() }).optional(),
      })
      .optional()
      .describe('Accepted and without effect: the server’s own interface tells as much'),
    webhooks: z
      .strictObject({ secret: secret() })
      .optional()
      .describe('Accepted and without effect: webhooks are made here, each with its secret'),
  })
  .refine(({ token, username, password }) => token !== undefined || (username !== undefined && password !== undefined), {
    message: 'a token is needed, or a username with a password',
    path: ['token'],
  });
export type BitbucketServerConfig = z.output<typeof bitbucketServerConfig>;

function isAddress(text: string): boolean {
  const [project = '', slug = '', ...rest] = text.split('/');
  return rest.length === 0 && key.test(project) && /^[A-Za-z0-9._-]+$/.test(slug) && !/^\.{1,2}$/.test(slug);
}
