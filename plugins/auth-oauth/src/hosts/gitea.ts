import { type HostClient, hostUrl } from '@sextant/plugin-code-host/api';
import { signInRefused } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';
import { hasOneOf, type OAuthHost, oauthConfig, picture, readGroups, trustEmails } from '../oauth-host.js';

export const giteaConfig = oauthConfig({
  url: hostUrl().describe('Address of the server, with its path where it is below one; as in the connection'),
  allowGroups: z
    .array(z.string().min(1))
    .optional()
    .describe('Only members of one of these organizations or teams come in: org, or org/team'),
  readGroups: readGroups('organizations and teams'),
  trustEmails: trustEmails(),
});
type Config = z.output<typeof giteaConfig>;

const user = z.object({ id: z.int(), login: z.string(), full_name: z.string().optional(), avatar_url: picture() });
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const organization = z.object({ name: z.string() });
const teams = z.array(z.object({ name: z.string(), organization: organization.nullish() }));
const PAGE = { limit: 50 };

/** Gitea, and Forgejo. Servers before Gitea 1.23 do not look at scopes, and give a token that may do what its person may. */
export const gitea: OAuthHost<typeof giteaConfig> = {
  type: 'gitea',
  title: 'Gitea',
  serviceType: 'gitea',
  config: giteaConfig,
  endpoints: ({ url }) => ({
    authorization: new URL('login/oauth/authorize', url).href,
    token: new URL('login/oauth/access_token', url).href,
  }),
  scopes: (config) => [
    'read:user',
    ...(needsGroups(config) ? ['read:organization'] : []),
    ...(config.permissionSync ? ['read:repository'] : []),
  ],
  authentication: 'post',
  challenge: true,
  api: (clients, { url }, token) =>
    clients.client({
      url: new URL('api/v1/', url).href,
      title: 'Gitea',
      credential: { secret: token },
      // Whom an application was let in by once is not asked again, and what it was let in for then holds, whatever it asks for now.
      explain: ({ status }) =>
        status === 403
          ? {
              why: 'The application may not read what is needed of the person. Where it was let in before it asked for that, it gets no more until the person takes that back at the server, in their settings under Applications, and signs in again.',
            }
          : undefined,
    }),
  person: async (api, config, signal) => {
    const request = { signal, priority: 'interactive' } as const;
    const { id, login, full_name, avatar_url } = await api.get('user', user, request);
    const addresses = await api.get('user/emails', emails, request);
    const groups = needsGroups(config) ? await groupsOf(api, signal) : [];
    if (config.allowGroups !== undefined && !hasOneOf(groups, config.allowGroups))
      throw signInRefused('You are in none of the organizations and teams whose members may come in.');
    return {
      accountId: String(id),
      username: login,
      ...(full_name ? { displayName: full_name } : {}),
      ...(avatar_url ? { avatarUrl: avatar_url } : {}),
      // Where the server sends no mails, whatever somebody writes is verified.
      emails: addresses
        .sort((a, b) => Number(b.primary) - Number(a.primary))
        .map(({ email: address, verified }) => ({ address, verified: verified && config.trustEmails })),
      groups,
    };
  },
};

const needsGroups = ({ allowGroups, readGroups }: Config): boolean => readGroups || allowGroups !== undefined;

/** `org`, and `org/team`. */
async function groupsOf(api: HostClient, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of api.pages('user/orgs', z.array(organization), { signal, query: PAGE, priority: 'interactive' }))
    found.push(...page.map(({ name }) => name));
  for await (const page of api.pages('user/teams', teams, { signal, query: PAGE, priority: 'interactive' }))
    found.push(...page.flatMap(({ name, organization }) => (organization ? [`${organization.name}/${name}`] : [])));
  return found;
}
