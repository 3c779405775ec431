import { type Connection, type HostClients, type HostPermissions, isAbsent, pathOfClone } from '@sextant/plugin-code-host/api';
import { SextantError } from '@sextant/sdk';
import { cloudClient, cloudPage, cloudPermission, cloudRepository, nextQuery } from './bitbucket-cloud-api.js';
import type { BitbucketCloudConfig } from './bitbucket-cloud-config.js';

const PAGE = { pagelen: 100 };

/** Who may read what, groups included, in the workspaces that the connection names. The host tells nobody's address of mail. */
export const bitbucketCloudPermissions = (clients: HostClients): HostPermissions<Connection<BitbucketCloudConfig>> => ({
  enforced: ({ config }) => config.authorization && { by: 'sign-in' },

  async *usersOf(connection, { externalId, cloneUrl }, { signal }) {
    const [workspace = ''] = pathOfClone(connection.config.url, cloneUrl).split('/');
    const path = `workspaces/${encodeURIComponent(workspace)}/permissions/repositories/${encodeURIComponent(externalId)}`;
    const request = { signal, query: PAGE, next: nextQuery };
    for await (const { values } of cloudClient(clients, connection).pages(path, cloudPage(cloudPermission), request))
      for (const { permission, user } of values)
        if (permission !== 'none') yield { id: user.uuid, username: user.nickname ?? user.display_name ?? user.uuid };
  },

  async *repositoriesOf(connection, { credential }, { signal }) {
    if (!credential)
      throw new SextantError('SEXTANT_CODE_HOST_BITBUCKET_CLOUD_CREDENTIAL', {
        what: 'What an account may read is not known.',
        why: 'Bitbucket Cloud tells it to the account alone, which has not signed in there.',
        fix: 'Let users sign in by Bitbucket Cloud, or ask for the users of repositories.',
      });
    const client = cloudClient(clients, connection, credential);
    const request = { signal, query: { role: 'member', sort: 'created_on', ...PAGE }, next: nextQuery };
    for (const workspace of workspacesOf(connection.config)) {
      try {
        for await (const { values } of client.pages(`repositories/${workspace}`, cloudPage(cloudRepository), request))
          yield* values.map(({ uuid }) => uuid);
      } catch (error) {
        // Of a workspace that it may not see it has nothing.
        if (!isAbsent(error)) throw error;
      }
    }
  },
});

const workspacesOf = ({ teams, repos }: BitbucketCloudConfig): readonly string[] => [
  ...new Set([...teams, ...repos.map((name) => name.split('/')[0] ?? '')].map((name) => name.toLowerCase())),
];
