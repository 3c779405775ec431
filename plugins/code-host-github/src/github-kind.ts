import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  listedBySources,
  nameByPattern,
  pathOfClone,
} from '@sextant/plugin-code-host/api';
import type { Clock } from '@sextant/sdk';
import { AppTokens } from './app-tokens.js';
import { type GithubRepository, githubClient, githubRepository, requireToken } from './github-api.js';
import { type GithubConfig, githubConfig } from './github-config.js';
import { githubPermissions } from './github-permissions.js';
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
    permissions: githubPermissions(clients, tokens),
  };
}

const APP_TOKEN_TIMEOUT = 60_000;
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
