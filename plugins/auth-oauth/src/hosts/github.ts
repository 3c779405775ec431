import { type HostClient, hostUrl } from '@sextant/plugin-code-host/api';
import { signInRefused } from '@sextant/plugin-identity/api';
import { SextantError, z } from '@sextant/sdk';
import { hasOneOf, type OAuthHost, oauthConfig, picture, readGroups } from '../oauth-host.js';

const org = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be the name of an organization');

export const githubConfig = oauthConfig({
  url: hostUrl().default('https://github.com/').describe('Address of GitHub, or of a GitHub Enterprise Server; as in the connection'),
  allowOrgs: z.array(org).default([]).describe('Only members of one of these organizations come in'),
  allowOrgsMap: z
    .record(org, z.array(z.string().min(1)).min(1))
    .default({})
    .describe('Only members of these teams come in: { "org": ["team"] }, by their names in addresses'),
  requiredSsoOrgs: z
    .array(org)
    .default([])
    .describe('Only members come in who have authorized the sign-in for the single sign-on of all these organizations'),
  readGroups: readGroups('organizations and teams'),
});
type Config = z.output<typeof githubConfig>;

const user = z.object({ id: z.int(), login: z.string(), name: z.string().nullish(), avatar_url: picture() });
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const membership = z.object({ state: z.string(), organization: z.object({ login: z.string() }) });
const teams = z.array(z.object({ slug: z.string(), organization: z.object({ login: z.string() }) }));
const PAGE = { per_page: 100 };

/** A GitHub App or an OAuth app. To an app scopes mean nothing: what it may do stands in its settings. */
export const github: OAuthHost<typeof githubConfig> = {
  type: 'github',
  title: 'GitHub',
  serviceType: 'github',
  config: githubConfig,
  endpoints: ({ url }) => ({
    authorization: new URL('login/oauth/authorize', url).href,
    token: new URL('login/oauth/access_token', url).href,
  }),
  scopes: (config) => [
    'read:user',
    'user:email',
    // What teams give is asked for once for all of their members, where an account may tell its teams.
    ...(needsOrganizations(config) || config.permissionSync ? ['read:org'] : []),
    // It may write too: an OAuth app can ask for private repositories in no other way.
    ...(config.permissionSync ? ['repo'] : []),
  ],
  authentication: 'post',
  challenge: true,
  api: (clients, { url }, token) =>
    clients.client({
      url: apiOf(url),
      title: 'GitHub',
      credential: { secret: token },
      headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      explain: ({ status }) => (status === 403 ? { why: 'The application may not read what is needed of the person.' } : undefined),
    }),
  person: async (api, config, signal) => {
    const request = { signal, priority: 'interactive' } as const;
    const { id, login, name, avatar_url } = await api.get('user', user, request);
    const addresses: z.output<typeof emails>[number][] = [];
    for await (const page of api.pages('user/emails', emails, { ...request, query: PAGE })) addresses.push(...page);
    const groups = needsOrganizations(config) ? await groupsOf(api, signal) : [];
    if (!mayEnter(config, groups))
      throw signInRefused('You are in none of the organizations and teams of GitHub whose members may come in.');
    for (const name of config.requiredSsoOrgs) await requireSso(api, name, signal);
    return {
      accountId: String(id),
      username: login,
      ...(name ? { displayName: name } : {}),
      ...(avatar_url ? { avatarUrl: avatar_url } : {}),
      // The first is the one of a new user.
      emails: addresses
        .sort((a, b) => Number(b.primary) - Number(a.primary))
        .map(({ email: address, verified }) => ({ address, verified }))
        .filter(({ address }) => !address.endsWith('@users.noreply.github.com')),
      groups,
    };
  },
};

const needsOrganizations = ({ allowOrgs, allowOrgsMap, requiredSsoOrgs, readGroups }: Config): boolean =>
  readGroups || allowOrgs.length + requiredSsoOrgs.length + Object.keys(allowOrgsMap).length > 0;

function mayEnter({ allowOrgs, allowOrgsMap }: Config, groups: readonly string[]): boolean {
  const wanted = [...allowOrgs, ...Object.entries(allowOrgsMap).flatMap(([org, teams]) => teams.map((team) => `${org}/${team}`))];
  return wanted.length === 0 || hasOneOf(groups, wanted);
}

/** `org`, and `org/team`. */
async function groupsOf(api: HostClient, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  const query = { ...PAGE, state: 'active' };
  for await (const page of api.pages('user/memberships/orgs', z.array(membership), { signal, query, priority: 'interactive' }))
    found.push(...page.filter(({ state }) => state === 'active').map(({ organization }) => organization.login));
  for await (const page of api.pages('user/teams', teams, { signal, query: PAGE, priority: 'interactive' }))
    found.push(...page.map(({ slug, organization }) => `${organization.login}/${slug}`));
  return found;
}

/** Without the authorization GitHub does not show the organization to the token. */
async function requireSso(api: HostClient, name: string, signal: AbortSignal): Promise<void> {
  try {
    const { state } = await api.get(`user/memberships/orgs/${name}`, membership, { signal, priority: 'interactive' });
    if (state === 'active') return;
  } catch (error) {
    if (!SextantError.is(error) || !['SEXTANT_CODE_HOST_REFUSED', 'SEXTANT_CODE_HOST_ABSENT'].includes(error.code)) throw error;
  }
  throw signInRefused(
    `Only members of ${name} come in who have authorized the sign-in for its single sign-on. At GitHub that is done when you begin, or in your settings, under applications.`,
  );
}

/** Of GitHub and of the tenants of ghe.com on another host. */
function apiOf(url: string): string {
  const { protocol, host, hostname } = new URL(url);
  return hostname === 'github.com' || hostname.endsWith('.ghe.com') ? `${protocol}//api.${host}/` : new URL('api/v3/', url).href;
}
