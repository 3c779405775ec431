import {
  accountsBy,
  type CodeHostKind,
  type Connection,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  type HostPermissions,
  listedBySources,
  nameByPattern,
  pathOfClone,
} from '@sextant/plugin-code-host/api';
import { type Clock, SextantError, z } from '@sextant/sdk';
import { AppTokens } from './app-tokens.js';
import { type GithubRepository, githubClient, githubRepository, githubUser, requireToken } from './github-api.js';
import { type GithubConfig, githubConfig } from './github-config.js';
import { chooses, sourcesOf } from './github-sources.js';
import { githubWebhooks } from './github-webhooks.js';

export function githubKind(clients: HostClients, clock: Clock): CodeHostKind<typeof githubConfig> {
  const tokens = new AppTokens(clients, clock);
  return {
    kind: 'GITHUB',
    title: 'GitHub',
    config: githubConfig,
    serviceType: () => 'github',
    serviceId: ({ config }) => config.url,
    ...listedBySources<typeof githubConfig, GithubRepository>({
      client: (connection) => githubClient(clients, connection, tokens),
      sources: (config) => sourcesOf(config, clock),
      found: foundOf,
      one: (client, { cloneUrl }, { signal, config }) =>
        client.get(`repos/${pathOfClone(config.url, cloneUrl)}`, githubRepository, { signal }),
      chooses,
    }),
    cloneSource: ({ config: { url, token, gitHubAppDetails: app, gitSSHCredential } }, { cloneUrl }) =>
      cloneSourceOf(cloneUrl, {
        url,
        sshKey: gitSSHCredential?.privateKey,
        username: 'x-access-token',
        password: async () => (app ? await tokens.of(url, app, AbortSignal.timeout(APP_TOKEN_TIMEOUT)) : requireToken(token)),
      }),
    webhooks: githubWebhooks,
    permissions: permissionsOf(clients, tokens),
  };
}

const APP_TOKEN_TIMEOUT = 60_000;
const PAGE = { per_page: 100 };

/** Who may read a repository GitHub tells to those who may write there; what an account may read, to the account alone. */
const permissionsOf = (clients: HostClients, tokens: AppTokens): HostPermissions<Connection<GithubConfig>> => ({
  enforced: ({ config }) => accountsBy(config.authorization),

  async *usersOf(connection, { cloneUrl }, { signal }) {
    const path = pathOfClone(connection.config.url, cloneUrl);
    const client = githubClient(clients, connection, tokens);
    for await (const page of client.pages(`repos/${path}/collaborators`, z.array(githubUser), {
      signal,
      query: { affiliation: 'all', ...PAGE },
    }))
      yield* page.map(({ id, login }) => ({ id: String(id), username: login }));
  },

  async *repositoriesOf(connection, { credential }, { signal }) {
    if (!credential)
      throw new SextantError('SEXTANT_CODE_HOST_GITHUB_CREDENTIAL', {
        what: 'What an account may read is not known.',
        why: 'GitHub tells it to the account alone, which has not signed in by GitHub.',
        fix: 'Let users sign in by GitHub, or ask for the users of repositories.',
      });
    const client = githubClient(clients, connection, tokens, credential);
    for await (const page of client.pages('user/repos', z.array(githubRepository), { signal, query: { visibility: 'private', ...PAGE } }))
      yield* page.map(({ node_id }) => node_id);
  },
});

function foundOf({ url, gitURLType, repositoryPathPattern }: GithubConfig, repository: GithubRepository): FoundRepository {
  const { full_name: nameAtHost } = repository;
  return {
    externalId: repository.node_id,
    name: nameByPattern(repositoryPathPattern, url, { nameWithOwner: nameAtHost }),
    nameAtHost,
    description: repository.description ?? '',
    fork: repository.fork,
    archived: repository.archived,
    private: repository.private,
    stars: repository.stargazers_count,
    size: repository.size * 1024,
    topics: repository.topics ?? [],
    webUrl: repository.html_url,
    // By the address of the connection: an answer must not say where its token goes.
    cloneUrl: gitURLType === 'ssh' ? `ssh://git@${new URL(url).hostname}/${nameAtHost}.git` : new URL(`${nameAtHost}.git`, url).href,
  };
}
