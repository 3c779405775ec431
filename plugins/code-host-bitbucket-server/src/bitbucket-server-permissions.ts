import type { Connection, HostClients, HostPermissions } from '@sextant/plugin-code-host/api';
import { SextantError } from '@sextant/sdk';
import { nextStart, serverClient, serverPage, serverRepository, serverUser } from './bitbucket-server-api.js';
import type { BitbucketServerConfig } from './bitbucket-server-config.js';

const REQUEST = { query: { limit: 1_000 }, next: nextStart };

/**
 * Who may read what, groups and what projects and the server grant included. Addresses of mail are left out: the server does not say which it has verified.
 */
export const bitbucketServerPermissions = (clients: HostClients): HostPermissions<Connection<BitbucketServerConfig>> => ({
  enforced: ({ config: { authorization: given } }) => given && { by: given.identityProvider && !given.oauth2 ? 'username' : 'sign-in' },

  async *usersOf(connection, { externalId }, { signal }) {
    const query = { permission: 'REPO_READ', 'permission.repositoryId': externalId, ...REQUEST.query };
    const client = serverClient(clients, connection);
    for await (const { values } of client.pages('users', serverPage(serverUser), { ...REQUEST, signal, query }))
      for (const { id, name, active } of values) if (active) yield { id: String(id), username: name };
  },

  async *repositoriesOf(connection, { credential }, { signal }) {
    if (!credential)
      throw new SextantError('SEXTANT_CODE_HOST_BITBUCKET_SERVER_CREDENTIAL', {
        what: 'What an account may read is not known.',
        why: 'Bitbucket Server tells it to the account alone, which has not signed in there.',
        fix: 'Let users sign in by Bitbucket Server, or ask for the users of repositories.',
      });
    const query = { permission: 'REPO_READ', archived: 'ALL', ...REQUEST.query };
    const client = serverClient(clients, connection, credential);
    for await (const { values } of client.pages('repos', serverPage(serverRepository), { ...REQUEST, signal, query }))
      yield* values.map(({ id }) => String(id));
  },
});
