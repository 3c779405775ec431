import { hostUrl } from '@sextant/plugin-code-host/api';
import { signInRefused } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';
import { hasOneOf, type OAuthHost, oauthConfig, picture, readGroups, trustEmails } from '../oauth-host.js';

export const gitlabConfig = oauthConfig({
  url: hostUrl().default('https://gitlab.com/').describe('Address of GitLab, with its path where it is below one; as in the connection'),
  allowGroups: z
    .array(z.string().min(1))
    .optional()
    .describe('Only members of one of these groups come in, by their full paths: group/subgroup'),
  readGroups: readGroups('groups'),
  trustEmails: trustEmails(),
});
type Config = z.output<typeof gitlabConfig>;

const user = z.object({
  id: z.int(),
  username: z.string(),
  name: z.string().nullish(),
  avatar_url: picture(),
  email: z.string().nullish(),
  confirmed_at: z.string().nullish(),
});
const groups = z.array(z.object({ full_path: z.string() }));
const ANY_MEMBER = 10;

export const gitlab: OAuthHost<typeof gitlabConfig> = {
  type: 'gitlab',
  title: 'GitLab',
  serviceType: 'gitlab',
  config: gitlabConfig,
  endpoints: ({ url }) => ({ authorization: new URL('oauth/authorize', url).href, token: new URL('oauth/token', url).href }),
  // Groups and projects are in no narrower one.
  scopes: (config) => (needsGroups(config) || config.permissionSync ? ['read_user', 'read_api'] : ['read_user']),
  authentication: 'post',
  challenge: true,
  api: (clients, { url }, token) => clients.client({ url: new URL('api/v4/', url).href, title: 'GitLab', credential: { secret: token } }),
  person: async (api, config, signal) => {
    const { id, username, name, avatar_url, email, confirmed_at } = await api.get('user', user, { signal, priority: 'interactive' });
    const found: string[] = [];
    if (needsGroups(config)) {
      const query = { min_access_level: ANY_MEMBER, per_page: 100 };
      for await (const page of api.pages('groups', groups, { signal, query, priority: 'interactive' }))
        found.push(...page.map(({ full_path }) => full_path));
    }
    if (config.allowGroups !== undefined && !hasOneOf(found, config.allowGroups))
      throw signInRefused('You are in none of the groups of GitLab whose members may come in.');
    // A server of one's own may take addresses for confirmed that nobody has confirmed, as a new one does.
    const confirms = new URL(config.url).host === 'gitlab.com' || config.trustEmails;
    return {
      accountId: String(id),
      username,
      ...(name ? { displayName: name } : {}),
      ...(avatar_url ? { avatarUrl: avatar_url } : {}),
      emails: email ? [{ address: email, verified: confirms && Boolean(confirmed_at) }] : [],
      groups: found,
    };
  },
};

const needsGroups = ({ allowGroups, readGroups }: Config): boolean => readGroups || allowGroups !== undefined;
