import { type HostClient, hostUrl } from '@sextant/plugin-code-host/api';
import { signInRefused } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';
import { hasOneOf, type OAuthHost, oauthConfig, readGroups, trustEmails } from '../oauth-host.js';

export const azureDevopsConfig = oauthConfig({
  url: hostUrl().default('https://dev.azure.com/').describe('Address of Azure DevOps; as in the connection'),
  tenantID: z
    .string()
    .regex(/^(?!(?:common|organizations|consumers)$)[A-Za-z0-9][A-Za-z0-9.-]*$/i, 'must be the id or a domain of one tenant')
    .describe('Of the tenant in Entra ID whose people sign in'),
  loginURL: hostUrl().default('https://login.microsoftonline.com/').describe('Address of Entra ID; another in national clouds'),
  profileURL: hostUrl().default('https://app.vssps.visualstudio.com/').describe('Address of the profiles of Azure DevOps'),
  allowOrgs: z.array(z.string().min(1)).default([]).describe('Only members of one of these organizations come in'),
  readGroups: readGroups('organizations'),
  trustEmails: trustEmails(),
});
type Config = z.output<typeof azureDevopsConfig>;

/** Azure DevOps, as Entra ID knows it. */
const RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798';
const VERSION = '7.1';
const profile = z.object({ id: z.guid(), displayName: z.string().nullish(), emailAddress: z.string().nullish() });
const accounts = z.object({ value: z.array(z.object({ accountName: z.string() })) });

/** By an application in Entra ID: OAuth of Azure DevOps itself takes no new ones. */
export const azureDevops: OAuthHost<typeof azureDevopsConfig> = {
  type: 'azuredevops',
  title: 'Azure DevOps',
  serviceType: 'azuredevops',
  config: azureDevopsConfig,
  endpoints: ({ loginURL, tenantID }) => ({
    authorization: new URL(`${tenantID}/oauth2/v2.0/authorize`, loginURL).href,
    token: new URL(`${tenantID}/oauth2/v2.0/token`, loginURL).href,
  }),
  scopes: ({ permissionSync }) =>
    permissionSync
      ? [`${RESOURCE}/vso.profile`, `${RESOURCE}/vso.code`, `${RESOURCE}/vso.project`, 'offline_access']
      : [`${RESOURCE}/vso.profile`],
  authentication: 'post',
  challenge: true,
  api: (clients, { profileURL }, token) =>
    clients.client({
      url: profileURL,
      title: 'Azure DevOps',
      credential: { secret: token },
      // Without it a host that refuses a token leads to a page to sign in.
      headers: { 'x-tfs-fedauthredirect': 'Suppress' },
    }),
  person: async (api, config, signal) => {
    const query = { 'api-version': VERSION };
    const { id, displayName, emailAddress } = await api.get('_apis/profile/profiles/me', profile, {
      signal,
      query,
      priority: 'interactive',
    });
    const groups = needsOrganizations(config) ? await organizationsOf(api, id, signal) : [];
    if (config.allowOrgs.length > 0 && !hasOneOf(groups, config.allowOrgs))
      throw signInRefused('You are in none of the organizations of Azure DevOps whose members may come in.');
    return {
      accountId: id,
      username: emailAddress?.split('@')[0] || displayName || id,
      ...(displayName ? { displayName } : {}),
      // An administrator of the tenant can write there whatever address.
      emails: emailAddress ? [{ address: emailAddress, verified: config.trustEmails }] : [],
      groups,
    };
  },
};

const needsOrganizations = ({ allowOrgs, readGroups }: Config): boolean => readGroups || allowOrgs.length > 0;

async function organizationsOf(api: HostClient, memberId: string, signal: AbortSignal): Promise<readonly string[]> {
  const query = { memberId, 'api-version': VERSION };
  const { value } = await api.get('_apis/accounts', accounts, { signal, query, priority: 'interactive' });
  return value.map(({ accountName }) => accountName);
}
