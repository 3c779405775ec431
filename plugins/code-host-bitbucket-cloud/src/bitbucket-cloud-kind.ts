import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  listedBySources,
  nameByPattern,
  pagedSource,
  pathOfClone,
  type RepositorySource,
  singleSource,
  sshUrlOf,
} from '@sextant/plugin-code-host/api';
import { type CloudRepository, cloudClient, cloudPage, cloudRepository, nextQuery, withoutCredential } from './bitbucket-cloud-api.js';
import { type BitbucketCloudConfig, bitbucketCloudConfig } from './bitbucket-cloud-config.js';
import { bitbucketCloudPermissions } from './bitbucket-cloud-permissions.js';
import { bitbucketCloudWebhooks } from './bitbucket-cloud-webhooks.js';

export const bitbucketCloudKind = (clients: HostClients): CodeHostKind<typeof bitbucketCloudConfig> => ({
  kind: 'BITBUCKETCLOUD',
  title: 'Bitbucket Cloud',
  config: bitbucketCloudConfig,
  serviceType: () => 'bitbucketCloud',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof bitbucketCloudConfig, CloudRepository>({
    client: (connection) => cloudClient(clients, connection),
    sources: sourcesOf,
    found: foundOf,
    // Its id in the place of its name: it keeps it through a rename.
    one: (client, { externalId, cloneUrl }, { signal, config }) => {
      const [workspace = ''] = pathOfClone(config.url, cloneUrl).split('/');
      return client.get(`repositories/${encodeURIComponent(workspace)}/${encodeURIComponent(externalId)}`, cloudRepository, { signal });
    },
    chooses,
  }),
  cloneSource: async ({ config: { url, accessToken, username, appPassword, gitSSHKey } }, { cloneUrl }) => {
    const password = accessToken ?? appPassword;
    if (!password) throw withoutCredential();
    return await cloneSourceOf(cloneUrl, { url, sshKey: gitSSHKey, username: gitUserOf(accessToken ? undefined : username), password });
  },
  webhooks: bitbucketCloudWebhooks,
  permissions: bitbucketCloudPermissions(clients),
});

/** Access tokens and API tokens have users of their own for git; an API token is told by the address of mail that it goes with. */
function gitUserOf(username: string | undefined): string {
  if (username === undefined) return 'x-token-auth';
  return username.includes('@') ? 'x-bitbucket-api-token-auth' : username;
}

function chooses({ teams, repos }: BitbucketCloudConfig, { full_name }: CloudRepository): boolean {
  const has = (names: readonly string[], name: string): boolean => names.some((one) => one.toLowerCase() === name.toLowerCase());
  return has(repos, full_name) || has(teams, full_name.split('/')[0] ?? '');
}

const sourcesOf = ({ teams, repos }: BitbucketCloudConfig): readonly RepositorySource<CloudRepository>[] => [
  ...repos.map((name) => singleSource(name, `repositories/${name}`, cloudRepository)),
  ...teams.map((team) =>
    pagedSource({
      title: `the workspace ${team}`,
      path: `repositories/${team}`,
      shape: cloudPage(cloudRepository),
      of: ({ values }) => values,
      size: ['pagelen', 100],
      // What comes into being meanwhile comes last, and moves nothing to a page that was read.
      query: { sort: 'created_on' },
      next: nextQuery,
    }),
  ),
];

function foundOf({ url, gitURLType, repositoryPathPattern }: BitbucketCloudConfig, repository: CloudRepository): FoundRepository {
  const { full_name: nameAtHost, links } = repository;
  const ssh = links?.clone?.find(({ name }) => name === 'ssh')?.href;
  return {
    externalId: repository.uuid,
    name: nameByPattern(repositoryPathPattern, url, { nameWithOwner: nameAtHost }),
    nameAtHost,
    description: repository.description ?? '',
    fork: repository.parent !== null && repository.parent !== undefined,
    archived: false,
    private: repository.is_private,
    size: repository.size,
    ...(links?.html ? { webUrl: links.html.href } : {}),
    // By the address of the connection: an answer must not say where its credential goes.
    cloneUrl: gitURLType === 'ssh' && ssh !== undefined ? sshUrlOf(ssh) : new URL(`${nameAtHost}.git`, url).href,
  };
}
