import { hostUrl, isAbsent } from '@sextant/plugin-code-host/api';
import { signInRefused } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';
import { type OAuthHost, oauthConfig, picture } from '../oauth-host.js';

export const bitbucketCloudConfig = oauthConfig({
  url: hostUrl().default('https://bitbucket.org/').describe('Address of Bitbucket Cloud; as in the connection'),
  apiURL: hostUrl().optional().describe('Address of its API; default: api. before that of "url"'),
  allowGroups: z
    .array(z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be the id of a workspace'))
    .optional()
    .describe('Only members of one of these workspaces come in'),
});
type Config = z.output<typeof bitbucketCloudConfig>;

const user = z.object({
  uuid: z.string().regex(/^\{[0-9a-fA-F-]+\}$/),
  nickname: z.string().optional(),
  display_name: z.string().optional(),
  links: z.object({ avatar: z.object({ href: picture() }).optional() }).optional(),
});
const emails = z.object({
  values: z.array(z.object({ email: z.string(), is_primary: z.boolean(), is_confirmed: z.boolean() })),
  next: z.url().optional(),
});
const member = z.object({ workspace: z.object({ slug: z.string() }) });

/** Its consumers have their scopes in their settings; those of a request can only be fewer. */
export const bitbucketCloud: OAuthHost<typeof bitbucketCloudConfig> = {
  type: 'bitbucketcloud',
  title: 'Bitbucket Cloud',
  serviceType: 'bitbucketCloud',
  config: bitbucketCloudConfig,
  endpoints: ({ url }) => ({
    authorization: new URL('site/oauth2/authorize', url).href,
    token: new URL('site/oauth2/access_token', url).href,
  }),
  scopes: ({ permissionSync }) => ['account', 'email', ...(permissionSync ? ['repository'] : [])],
  authentication: 'basic',
  challenge: false,
  api: (clients, config, token) => clients.client({ url: apiOf(config), title: 'Bitbucket Cloud', credential: { secret: token } }),
  person: async (api, { allowGroups }, signal) => {
    const request = { signal, priority: 'interactive' } as const;
    const { uuid, nickname, display_name, links } = await api.get('user', user, request);
    const addresses: z.output<typeof emails>['values'][number][] = [];
    const next = ({ next: url }: z.output<typeof emails>) =>
      url === undefined ? undefined : Object.fromEntries(new URL(url).searchParams);
    for await (const { values } of api.pages('user/emails', emails, { ...request, next })) addresses.push(...values);
    const groups: string[] = [];
    // The host lists nobody's workspaces any more: it is asked for each that matters.
    for (const name of allowGroups ?? [])
      try {
        const { workspace } = await api.get(`workspaces/${name}/members/${encodeURIComponent(uuid)}`, member, request);
        groups.push(workspace.slug);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    if (allowGroups !== undefined && groups.length === 0)
      throw signInRefused('You are in none of the workspaces of Bitbucket whose members may come in.');
    const avatar = links?.avatar?.href;
    return {
      accountId: uuid,
      username: nickname ?? display_name ?? uuid,
      ...(display_name ? { displayName: display_name } : {}),
      ...(avatar ? { avatarUrl: avatar } : {}),
      emails: addresses
        .sort((a, b) => Number(b.is_primary) - Number(a.is_primary))
        .map(({ email: address, is_confirmed: verified }) => ({ address, verified })),
      groups,
    };
  },
};

function apiOf({ url, apiURL }: Config): string {
  const { protocol, host } = new URL(url);
  return `${apiURL ?? `${protocol}//api.${host}/`}2.0/`;
}
