import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClient,
  type HostClients,
  listedBySources,
  nameByPattern,
  pagedSource,
  pathOfClone,
  type RepositorySource,
  singleSource,
} from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { nextStart, type ServerRepository, serverClient, serverPage, serverRepository, withoutCredential } from './bitbucket-server-api.js';
import { type BitbucketServerConfig, bitbucketServerConfig } from './bitbucket-server-config.js';
import { bitbucketServerPermissions } from './bitbucket-server-permissions.js';
import { bitbucketServerWebhooks } from './bitbucket-server-webhooks.js';

export const bitbucketServerKind = (clients: HostClients): CodeHostKind<typeof bitbucketServerConfig> => ({
  kind: 'BITBUCKETSERVER',
  title: 'Bitbucket Server',
  config: bitbucketServerConfig,
  serviceType: () => 'bitbucketServer',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof bitbucketServerConfig, ServerRepository>({
    client: (connection) => serverClient(clients, connection),
    sources: sourcesOf,
    found: foundOf,
    one: (client, { cloneUrl }, { signal, config }) => oneByAddress(client, pathOfClone(config.url, cloneUrl), signal),
    chooses,
  }),
  cloneSource: async ({ config: { url, token, username, password, gitSSHKey } }, { cloneUrl }) => {
    const credential = token ?? password;
    if (!credential) throw withoutCredential();
    // Tokens of projects and repositories have no user; git has to name one all the same.
    return await cloneSourceOf(cloneUrl, { url, sshKey: gitSSHKey, username: username ?? 'x-token-auth', password: credential });
  },
  webhooks: bitbucketServerWebhooks,
  permissions: bitbucketServerPermissions(clients),
});

const isPersonal = ({ project }: ServerRepository): boolean => project.type === 'PERSONAL' || project.key.startsWith('~');
const addressOf = ({ project, slug }: ServerRepository): string => `${project.key}/${slug}`;

const queriesOf = ({ projectKeys, repos, repositoryQuery }: BitbucketServerConfig): readonly string[] =>
  repositoryQuery ?? (projectKeys.length + repos.length === 0 ? ['all'] : ['none']);

/** Whether the connection lists it. What a query would find, only the query tells. */
function chooses(config: BitbucketServerConfig, repository: ServerRepository): boolean {
  if (config.excludePersonalRepositories && isPersonal(repository)) return false;
  const has = (names: readonly string[], name: string): boolean => names.some((one) => one.toLowerCase() === name.toLowerCase());
  return has(config.repos, addressOf(repository)) || has(config.projectKeys, repository.project.key) || queriesOf(config).includes('all');
}

function sourcesOf(config: BitbucketServerConfig): readonly RepositorySource<ServerRepository>[] {
  const of = ({ values }: { readonly values: readonly ServerRepository[] }) =>
    config.excludePersonalRepositories ? values.filter((repository) => !isPersonal(repository)) : values;
  const listOf = (title: string, path: string, query: Readonly<Record<string, string>> = {}) =>
    pagedSource({ title, path, shape: serverPage(serverRepository), of, size: ['limit', 1_000], query, next: nextStart });
  return [
    ...config.repos.map((address) => singleSource(address, pathOf(address), serverRepository)),
    ...config.projectKeys.map((key) => listOf(`the project ${key}`, `projects/${encodeURIComponent(key)}/repos`)),
    ...queriesOf(config).flatMap((query) => {
      if (query === 'none') return [];
      const asked = query === 'all' ? {} : Object.fromEntries(new URLSearchParams(query));
      // Without it the server leaves out what is archived.
      return [listOf(query === 'all' ? 'all that the credential may see' : query, 'repos', { archived: 'ALL', ...asked })];
    }),
  ];
}

const pathOf = (address: string): string => {
  const [key = '', slug = ''] = address.split('/');
  return `projects/${encodeURIComponent(key)}/repos/${encodeURIComponent(slug)}`;
};

/**
 * The server refuses what the credential may not see as it refuses a bad credential, and shows public repositories to nobody in particular: only where
 * it answers what it answers to users alone is the credential good, and the repository not for it.
 */
async function oneByAddress(client: HostClient, clonePath: string, signal: AbortSignal): Promise<ServerRepository | undefined> {
  try {
    return await client.get(pathOf(clonePath.replace(/^scm\//, '')), serverRepository, { signal });
  } catch (error) {
    if (!SextantError.is(error) || error.details['status'] !== 401) throw error;
    await client.get('users', serverPage(z.unknown()), { signal, query: { limit: 1 } });
    return undefined;
  }
}

function foundOf({ url, gitURLType, repositoryPathPattern }: BitbucketServerConfig, repository: ServerRepository): FoundRepository {
  const { project, slug, links } = repository;
  const address = addressOf(repository);
  const web = links?.self?.[0]?.href;
  const ssh = links?.clone?.find(({ name }) => name === 'ssh')?.href;
  return {
    externalId: String(repository.id),
    name: nameByPattern(repositoryPathPattern, url, { projectKey: project.key, repositorySlug: slug }),
    nameAtHost: address,
    description: repository.description ?? '',
    fork: repository.origin !== null && repository.origin !== undefined,
    archived: repository.archived,
    private: !repository.public && !project.public,
    ...(web === undefined ? {} : { webUrl: web.replace(/\/browse$/, '') }),
    // By the address of the connection: an answer must not say where its credential goes.
    cloneUrl: gitURLType === 'ssh' && ssh !== undefined ? ssh : new URL(`scm/${project.key.toLowerCase()}/${slug}.git`, url).href,
  };
}
