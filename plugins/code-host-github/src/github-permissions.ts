import {
  accountsBy,
  type Connection,
  groupsKeptFor,
  type HostAccount,
  type HostClient,
  type HostClients,
  type HostPermissions,
  pathOfClone,
} from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import type { AppTokens } from './app-tokens.js';
import { githubClient, githubRepository, githubUser } from './github-api.js';
import type { GithubConfig } from './github-config.js';
import { accountBesidesGroups, membersOf, readersBesidesGroups, repositoriesOfGroup } from './github-groups.js';

const PAGE = { per_page: 100 };

/** Who may read a repository GitHub tells to those who may write there; what an account may read, to the account alone. */
export const githubPermissions = (clients: HostClients, tokens: AppTokens): HostPermissions<Connection<GithubConfig>> => {
  const own = (connection: Connection<GithubConfig>): HostClient => githubClient(clients, connection, tokens);
  const as = (connection: Connection<GithubConfig>, { credential }: HostAccount): HostClient => {
    if (credential) return githubClient(clients, connection, tokens, credential);
    throw new SextantError('SEXTANT_CODE_HOST_GITHUB_CREDENTIAL', {
      what: 'What an account may read is not known.',
      why: 'GitHub tells it to the account alone, which has not signed in by GitHub.',
      fix: 'Let users sign in by GitHub, or ask for the users of repositories.',
    });
  };
  const pathOf = ({ config }: Connection<GithubConfig>, cloneUrl: string): string => pathOfClone(config.url, cloneUrl);
  return {
    enforced: ({ config }) => accountsBy(config.authorization),

    async *usersOf(connection, { cloneUrl }, { signal }) {
      const query = { affiliation: 'all', ...PAGE };
      const path = `repos/${pathOf(connection, cloneUrl)}/collaborators`;
      for await (const page of own(connection).pages(path, z.array(githubUser), { signal, query })) yield* page.map(accountOf);
    },

    async *repositoriesOf(connection, account, { signal }) {
      const query = { visibility: 'private', ...PAGE };
      for await (const page of as(connection, account).pages('user/repos', z.array(githubRepository), { signal, query }))
        yield* page.map(({ node_id }) => node_id);
    },

    groups: {
      keptFor: ({ config }) => groupsKeptFor(config.authorization),
      ofAccounts: {
        besidesGroups: (connection, account, { signal }) => accountBesidesGroups(as(connection, account), signal),
        ofGroup: (connection, group, { signal }) => repositoriesOfGroup(own(connection), group, signal),
      },
      ofRepositories: {
        besidesGroups: (connection, { cloneUrl }, { signal }) =>
          readersBesidesGroups(own(connection), pathOf(connection, cloneUrl), signal),
        ofGroup: (connection, group, { signal }) => membersOf(own(connection), group, signal),
      },
    },
  };
};

const accountOf = ({ id, login }: z.output<typeof githubUser>): HostAccount => ({ id: String(id), username: login });
