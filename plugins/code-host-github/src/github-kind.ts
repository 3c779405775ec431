import type { CodeHostKind, Connection, FoundRepository, HostClients, HostPermissions } from '@sextant/plugin-code-host/api';
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

    async *list(connection, { signal, progress }) {
      const client = githubClient(clients, connection, tokens);
      const seen = new Set<string>();
      for (const source of sourcesOf(connection.config, clock)) {
        progress(`${seen.size} repositories, now ${source.title}`);
        for await (const page of source.list(client, signal)) {
          for (const repository of page) {
            if (seen.has(repository.node_id)) continue;
            seen.add(repository.node_id);
            yield foundOf(connection.config, repository);
          }
        }
      }
    },

    async find(connection, { externalId, cloneUrl }, { signal }) {
      const { config } = connection;
      try {
        const client = githubClient(clients, connection, tokens);
        const repository = await client.get(`repos/${pathOf(config, cloneUrl)}`, githubRepository, { signal });
        // Another may have its name by now.
        return repository.node_id === externalId && chooses(config, repository) ? foundOf(config, repository) : undefined;
      } catch (error) {
        if (SextantError.is(error) && error.details['status'] === 404) return undefined;
        throw error;
      }
    },

    async cloneSource({ config }, { cloneUrl }) {
      const { url, token, gitHubAppDetails: app, gitSSHCredential } = config;
      if (cloneUrl.startsWith('ssh://')) return { url: cloneUrl, ...(gitSSHCredential ? { sshKey: gitSSHCredential.privateKey } : {}) };
      if (!cloneUrl.startsWith(url)) return { url: cloneUrl };
      const password = app ? await tokens.of(url, app, AbortSignal.timeout(APP_TOKEN_TIMEOUT)) : requireToken(token);
      return { url: cloneUrl, credentials: { username: 'x-access-token', password } };
    },

    async check(connection, signal) {
      const client = githubClient(clients, connection, tokens);
      for (const source of sourcesOf(connection.config, clock)) await source.probe(client, signal);
      return { ok: true };
    },

    webhooks: githubWebhooks,
    permissions: permissionsOf(clients, tokens),
  };
}

const APP_TOKEN_TIMEOUT = 60_000;
const PAGE = { per_page: 100 };

/** Who may read a repository GitHub tells to those who may write there; what an account may read, to the account alone. */
const permissionsOf = (clients: HostClients, tokens: AppTokens): HostPermissions<Connection<GithubConfig>> => ({
  async *usersOf(connection, { cloneUrl }, { signal }) {
    const path = pathOf(connection.config, cloneUrl);
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

/** `owner/name` of a clone URL of ours. */
const pathOf = ({ url }: GithubConfig, cloneUrl: string): string =>
  new URL(cloneUrl).pathname.replace(cloneUrl.startsWith('ssh://') ? '/' : new URL(url).pathname, '').replace(/\.git$/, '');

function foundOf({ url, gitURLType, repositoryPathPattern }: GithubConfig, repository: GithubRepository): FoundRepository {
  const { full_name: nameAtHost } = repository;
  const { host, hostname } = new URL(url);
  const named = host.replaceAll(':', '-');
  return {
    externalId: repository.node_id,
    name: repositoryPathPattern.replaceAll('{host}', () => named).replaceAll('{nameWithOwner}', () => nameAtHost),
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
    cloneUrl: gitURLType === 'ssh' ? `ssh://git@${hostname}/${nameAtHost}.git` : new URL(`${nameAtHost}.git`, url).href,
  };
}
