import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  listedBySources,
  nameByPattern,
  pagedSource,
  type RepositorySource,
  singleSource,
  sshUrlOf,
} from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';
import { type GiteaRepository, giteaClient, giteaRepository, giteaSearch } from './gitea-api.js';
import { type GiteaConfig, giteaConfig } from './gitea-config.js';
import { giteaPermissions } from './gitea-permissions.js';
import { giteaWebhooks } from './gitea-webhooks.js';

const SIZE = ['limit', 50] as const;

/** Gitea, and Forgejo, whose API is the same in all that is asked here. */
export const giteaKind = (clients: HostClients): CodeHostKind<typeof giteaConfig> => ({
  kind: 'GITEA',
  title: 'Gitea',
  config: giteaConfig,
  serviceType: () => 'gitea',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof giteaConfig, GiteaRepository>({
    client: (connection) => giteaClient(clients, connection),
    sources: sourcesOf,
    found: foundOf,
    one: (client, { externalId }, { signal }) => client.get(`repositories/${encodeURIComponent(externalId)}`, giteaRepository, { signal }),
    chooses,
  }),
  // As the password the token goes with any user.
  cloneSource: ({ config: { url, token, gitSSHKey } }, { cloneUrl }) =>
    cloneSourceOf(cloneUrl, { url, sshKey: gitSSHKey, username: 'oauth2', password: token }),
  webhooks: giteaWebhooks,
  permissions: giteaPermissions(clients),
});

/** Whether the connection lists it. What a search would find, only the search tells. */
function chooses(config: GiteaConfig, { full_name }: GiteaRepository): boolean {
  const [owner = ''] = full_name.toLowerCase().split('/');
  const has = (names: readonly string[], name: string): boolean => names.some((one) => one.toLowerCase() === name);
  return has(config.repos, full_name.toLowerCase()) || has([...config.orgs, ...config.users], owner) || queriesOf(config).includes('all');
}

const queriesOf = ({ orgs, users, repos, repositoryQuery }: GiteaConfig): readonly string[] =>
  repositoryQuery ?? (orgs.length + users.length + repos.length === 0 ? ['all'] : ['none']);

function sourcesOf(config: GiteaConfig): readonly RepositorySource<GiteaRepository>[] {
  const { orgs, users, repos } = config;
  return [
    ...repos.map((name) => singleSource(name, `repos/${name}`, giteaRepository)),
    ...orgs.map((org) => ofOwner(`the organization ${org}`, `orgs/${org}/repos`)),
    ...users.map((user) => ofOwner(`the user ${user}`, `users/${user}/repos`)),
    ...queriesOf(config)
      .filter((query) => query !== 'none')
      .map((query) => searched(query === 'all' ? undefined : query)),
  ];
}

const ofOwner = (title: string, path: string) =>
  pagedSource({ title, path, shape: z.array(giteaRepository), of: (page) => page, size: SIZE });

/** In the order of ids: what comes into being meanwhile comes last, and moves nothing to a page that was read. */
const searched = (q: string | undefined) =>
  pagedSource({
    title: q === undefined ? 'all that the token may see' : `the search for ${q}`,
    path: 'repos/search',
    shape: giteaSearch,
    of: ({ data }) => data,
    size: SIZE,
    query: { q, sort: 'id', order: 'asc' },
  });

function foundOf({ url, gitURLType, repositoryPathPattern }: GiteaConfig, repository: GiteaRepository): FoundRepository {
  const { full_name: nameAtHost } = repository;
  return {
    externalId: String(repository.id),
    name: nameByPattern(repositoryPathPattern, url, { nameWithOwner: nameAtHost }),
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
    cloneUrl: gitURLType === 'ssh' ? sshUrlOf(repository.ssh_url) : new URL(`${nameAtHost}.git`, url).href,
  };
}
