import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  listedBySources,
  nameByPattern,
  pagedSource,
  type RepositorySource,
  sshUrlOf,
} from '@sextant/plugin-code-host/api';
import {
  API_VERSION,
  type AzureRepository,
  azureClient,
  azureList,
  azureRepository,
  nextToken,
  withoutCredential,
} from './azure-devops-api.js';
import { type AzureDevopsConfig, azureDevopsConfig, orgsOf } from './azure-devops-config.js';
import { azureDevopsPermissions } from './azure-devops-permissions.js';
import { azureDevopsWebhooks } from './azure-devops-webhooks.js';

export const azureDevopsKind = (clients: HostClients): CodeHostKind<typeof azureDevopsConfig> => ({
  kind: 'AZUREDEVOPS',
  title: 'Azure DevOps',
  config: azureDevopsConfig,
  serviceType: () => 'azuredevops',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof azureDevopsConfig, AzureRepository>({
    client: (connection) => azureClient(clients, connection),
    sources: sourcesOf,
    found: foundOf,
    one: async (client, { externalId, cloneUrl }, { signal, config }) => {
      const org = orgIn(config, cloneUrl);
      if (org === undefined) return undefined;
      const path = `${encodeURIComponent(org)}/_apis/git/repositories/${encodeURIComponent(externalId)}`;
      return { ...(await client.get(path, azureRepository, { signal, query: API_VERSION })), org };
    },
    chooses,
  }),
  cloneSource: async ({ config: { url, token, username, windowsPassword, gitSSHKey } }, { cloneUrl }) => {
    const password = token ?? windowsPassword;
    if (!password) throw withoutCredential();
    return await cloneSourceOf(cloneUrl, { url, sshKey: gitSSHKey, username: username ?? 'token', password });
  },
  webhooks: azureDevopsWebhooks,
  permissions: azureDevopsPermissions(clients),
});

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function chooses({ orgs, projects }: AzureDevopsConfig, { org, project }: AzureRepository): boolean {
  return orgs.some((one) => same(one, org)) || projects.some((one) => same(one, `${org}/${project.name}`));
}

/**
 * The organization of the connection that a clone URL is in. Where in its path differs between the host and servers, http and ssh; what comes after it may
 * be called as another organization is.
 */
function orgIn(config: AzureDevopsConfig, cloneUrl: string): string | undefined {
  const orgs = orgsOf(config);
  for (const segment of new URL(cloneUrl).pathname.split('/')) {
    const org = orgs.find((one) => same(one, decodeURIComponent(segment)));
    if (org !== undefined) return org;
  }
  return undefined;
}

const sourcesOf = ({ orgs, projects }: AzureDevopsConfig): readonly RepositorySource<AzureRepository>[] => [
  ...projects.map((text) => {
    const [org = '', project = ''] = text.split('/');
    return listOf(`the project ${text}`, org, `${encodeURIComponent(org)}/${encodeURIComponent(project)}`);
  }),
  ...orgs.map((org) => listOf(`the organization ${org}`, org, encodeURIComponent(org))),
];

/** The host gives it whole, as it does today, or in parts. */
const listOf = (title: string, org: string, below: string) =>
  pagedSource({
    title,
    path: `${below}/_apis/git/repositories`,
    shape: azureList(azureRepository),
    of: ({ value }): readonly AzureRepository[] => value.map((repository) => ({ ...repository, org })),
    size: ['$top', 1_000],
    query: API_VERSION,
    next: nextToken,
  });

function foundOf({ url, gitURLType, repositoryPathPattern }: AzureDevopsConfig, repository: AzureRepository): FoundRepository {
  const { org, project, name, sshUrl, webUrl } = repository;
  const nameAtHost = `${org}/${project.name}/${name}`;
  const path = [org, project.name, '_git', name].map(encodeURIComponent).join('/');
  return {
    externalId: repository.id,
    name: nameByPattern(repositoryPathPattern, url, { org, project: project.name, repository: name }),
    nameAtHost,
    fork: repository.isFork,
    archived: repository.isDisabled,
    private: project.visibility !== 'public',
    size: repository.size,
    ...(webUrl === undefined ? {} : { webUrl }),
    // By the address of the connection: an answer must not say where its token goes.
    cloneUrl: gitURLType === 'ssh' && sshUrl !== undefined ? sshUrlOf(sshUrl) : new URL(path, url).href,
  };
}
