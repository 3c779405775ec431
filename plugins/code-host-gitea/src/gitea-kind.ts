import type { CodeHostKind, FoundRepository, HostClient, HostClients } from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { type GiteaRepository, giteaClient, giteaRepository, giteaSearch } from './gitea-api.js';
import { type GiteaConfig, giteaConfig } from './gitea-config.js';
import { giteaPermissions } from './gitea-permissions.js';
import { giteaWebhooks } from './gitea-webhooks.js';

const PAGE = { limit: 50 };
const repositories = z.array(giteaRepository);

/** Gitea, and Forgejo, whose API is the same in all that is asked here. */
export const giteaKind = (clients: HostClients): CodeHostKind<typeof giteaConfig> => ({
  kind: 'GITEA',
  title: 'Gitea',
  config: giteaConfig,
  serviceType: () => 'gitea',
  serviceId: ({ config }) => config.url,

  async *list(connection, { signal, progress }) {
    const client = giteaClient(clients, connection);
    const seen = new Set<number>();
    for (const source of sourcesOf(connection.config)) {
      progress(`${seen.size} repositories, now ${source.title}`);
      for await (const page of source.list(client, signal)) {
        for (const repository of page) {
          if (seen.has(repository.id)) continue;
          seen.add(repository.id);
          yield foundOf(connection.config, repository);
        }
      }
    }
  },

  async find(connection, { externalId }, { signal }) {
    const { config } = connection;
    try {
      const repository = await giteaClient(clients, connection).get(`repositories/${encodeURIComponent(externalId)}`, giteaRepository, {
        signal,
      });
      return chooses(config, repository) ? foundOf(config, repository) : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  async cloneSource({ config: { url, token, gitSSHKey } }, { cloneUrl }) {
    if (cloneUrl.startsWith('ssh://')) return { url: cloneUrl, ...(gitSSHKey ? { sshKey: gitSSHKey } : {}) };
    // The token is for this server and no other; as the password it goes with any user.
    return { url: cloneUrl, ...(cloneUrl.startsWith(url) ? { credentials: { username: 'oauth2', password: token } } : {}) };
  },

  async check(connection, signal) {
    const client = giteaClient(clients, connection);
    for (const source of sourcesOf(connection.config)) await source.probe(client, signal);
    return { ok: true };
  },

  webhooks: giteaWebhooks,
  permissions: giteaPermissions(clients),
});

/** One way in which a connection says what it lists. */
interface Source {
  readonly title: string;
  list(client: HostClient, signal: AbortSignal): AsyncIterable<readonly GiteaRepository[]>;
  /** Asks for as little as tells whether the list would be given. */
  probe(client: HostClient, signal: AbortSignal): Promise<unknown>;
}

const isAbsent = (error: unknown): boolean => SextantError.is(error) && error.details['status'] === 404;

/** Whether the connection lists it. What a search would find, only the search tells. */
function chooses(config: GiteaConfig, { full_name }: GiteaRepository): boolean {
  const [owner = ''] = full_name.toLowerCase().split('/');
  const has = (names: readonly string[], name: string): boolean => names.some((one) => one.toLowerCase() === name);
  return has(config.repos, full_name.toLowerCase()) || has([...config.orgs, ...config.users], owner) || queriesOf(config).includes('all');
}

const queriesOf = ({ orgs, users, repos, repositoryQuery }: GiteaConfig): readonly string[] =>
  repositoryQuery ?? (orgs.length + users.length + repos.length === 0 ? ['all'] : ['none']);

function sourcesOf(config: GiteaConfig): readonly Source[] {
  const { orgs, users, repos } = config;
  return [
    ...repos.map(oneRepository),
    ...orgs.map((org) => ofOwner(`the organization ${org}`, `orgs/${org}/repos`)),
    ...users.map((user) => ofOwner(`the user ${user}`, `users/${user}/repos`)),
    ...queriesOf(config)
      .filter((query) => query !== 'none')
      .map((query) => searched(query === 'all' ? undefined : query)),
  ];
}

const ofOwner = (title: string, path: string): Source => ({
  title,
  list: (client, signal) => client.pages(path, repositories, { signal, query: PAGE }),
  probe: (client, signal) => client.get(path, repositories, { signal, query: { limit: 1 }, priority: 'interactive' }),
});

/** In the order of ids: what comes into being meanwhile comes last, and moves nothing to a page that was read. */
const searched = (q: string | undefined): Source => {
  const query = { q, sort: 'id', order: 'asc' };
  return {
    title: q === undefined ? 'all that the token may see' : `the search for ${q}`,
    async *list(client, signal) {
      for await (const { data } of client.pages('repos/search', giteaSearch, { signal, query: { ...query, ...PAGE } })) yield data;
    },
    probe: (client, signal) => client.get('repos/search', giteaSearch, { signal, query: { ...query, limit: 1 }, priority: 'interactive' }),
  };
};

/** One that the server does not have is gone; any other failure says nothing of it. */
const oneRepository = (name: string): Source => ({
  title: name,
  async *list(client, signal) {
    try {
      yield [await client.get(`repos/${name}`, giteaRepository, { signal })];
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  },
  probe: (client, signal) => client.get(`repos/${name}`, giteaRepository, { signal, priority: 'interactive' }),
});

function foundOf({ url, gitURLType, repositoryPathPattern }: GiteaConfig, repository: GiteaRepository): FoundRepository {
  const { full_name: nameAtHost } = repository;
  const host = new URL(url).host.replaceAll(':', '-');
  return {
    externalId: String(repository.id),
    name: repositoryPathPattern.replaceAll('{host}', () => host).replaceAll('{nameWithOwner}', () => nameAtHost),
    nameAtHost,
    description: repository.description,
    fork: repository.fork,
    archived: repository.archived,
    private: repository.private || repository.internal,
    stars: repository.stars_count,
    size: repository.size * 1024,
    topics: repository.topics ?? [],
    webUrl: repository.html_url,
    // By the address of the connection: the server may call itself otherwise, and must not say where its token goes.
    cloneUrl: gitURLType === 'ssh' ? sshUrl(repository.ssh_url) : new URL(`${nameAtHost}.git`, url).href,
  };
}

/** `git@host:owner/name.git` as a URL. */
const sshUrl = (text: string): string => (text.includes('://') ? text : `ssh://${text.replace(':', '/')}`);
