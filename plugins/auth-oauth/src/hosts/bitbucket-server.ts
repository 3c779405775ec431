import { hostUrl } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';
import { hostFailed } from '../errors.js';
import { type OAuthHost, oauthConfig, trustEmails } from '../oauth-host.js';

export const bitbucketServerConfig = oauthConfig({
  url: hostUrl().describe('Address of Bitbucket Server or Data Center, with its path where it is below one; as in the connection'),
  trustEmails: trustEmails(),
});

const user = z.object({
  id: z.int(),
  name: z.string(),
  displayName: z.string().optional(),
  emailAddress: z.string().optional(),
  active: z.boolean().default(true),
});
const users = z.object({ values: z.array(user), isLastPage: z.boolean(), nextPageStart: z.int().nullish() });

/** By an incoming application link of OAuth 2.0, which servers have from 7.20 on. Groups it tells to administrators alone. */
export const bitbucketServer: OAuthHost<typeof bitbucketServerConfig> = {
  type: 'bitbucketserver',
  title: 'Bitbucket Server',
  serviceType: 'bitbucketServer',
  config: bitbucketServerConfig,
  endpoints: ({ url }) => ({
    authorization: new URL('rest/oauth2/latest/authorize', url).href,
    token: new URL('rest/oauth2/latest/token', url).href,
  }),
  scopes: ({ permissionSync }) => [permissionSync ? 'REPO_READ' : 'PUBLIC_REPOS'],
  authentication: 'post',
  challenge: true,
  api: (clients, { url }, token) => clients.client({ url, title: 'Bitbucket Server', credential: { secret: token } }),
  person: async (api, { trustEmails: verified }, signal) => {
    const request = { signal, priority: 'interactive' } as const;
    const name = (await api.ask('plugins/servlet/applinks/whoami', request)).text.trim();
    if (name === '' || name.length > 255) throw hostFailed('Bitbucket Server', 'It does not say whose the token is.');
    const query = { filter: name, limit: 100 };
    const next = ({ isLastPage, nextPageStart }: z.output<typeof users>) =>
      isLastPage || typeof nextPageStart !== 'number' ? undefined : { start: nextPageStart };
    for await (const { values } of api.pages('rest/api/latest/users', users, { ...request, query, next })) {
      const found = values.find((one) => one.name === name && one.active);
      if (!found) continue;
      const { id, displayName, emailAddress } = found;
      return {
        accountId: String(id),
        username: name,
        ...(displayName ? { displayName } : {}),
        // The server proves no addresses.
        emails: emailAddress ? [{ address: emailAddress, verified }] : [],
        groups: [],
      };
    }
    throw hostFailed('Bitbucket Server', 'It does not know the user whose the token is.');
  },
};
