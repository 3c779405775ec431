import type { PluginRows } from '../row.js';

/** What programs are given. */
export const oauthProviderRows = (): PluginRows => ({
  plugin: 'oauth-provider',
  rows: [],
  reasons: [
    {
      surfaces: ['HTTP * /.auth/idp/oauth/*', 'HTTP GET /.well-known/*'],
      because: 'How programs get tokens, and who let them. What a token then asks is asked of the other surfaces.',
    },
    {
      surfaces: ['Query.oauthClients*', 'OAuthClient*.*', 'Mutation.*OAuthClient*', 'node OAuthClient'],
      because: 'Programs that site admins registered, for site admins.',
    },
    {
      surfaces: [
        'User.authorizedApplications*',
        'AuthorizedApplication*.*',
        'Mutation.revokeAuthorizedApplication*',
        'node AuthorizedApplication',
      ],
      because: 'What a person lets programs do, for the person and site admins.',
    },
  ],
});
