import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  listedBySources,
  nameByPattern,
  sshUrlOf,
} from '@sextant/plugin-code-host/api';
import { type GitlabProject, gitlabClient, gitlabProject } from './gitlab-api.js';
import { type GitlabConfig, gitlabConfig } from './gitlab-config.js';
import { gitlabPermissions } from './gitlab-permissions.js';
import { queriesOf, sourcesOf } from './gitlab-sources.js';
import { gitlabWebhooks } from './gitlab-webhooks.js';

export const gitlabKind = (clients: HostClients): CodeHostKind<typeof gitlabConfig> => ({
  kind: 'GITLAB',
  title: 'GitLab',
  config: gitlabConfig,
  serviceType: () => 'gitlab',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof gitlabConfig, GitlabProject>({
    client: (connection) => gitlabClient(clients, connection),
    sources: sourcesOf,
    found: foundOf,
    one: (client, { externalId }, { signal }) => client.get(`projects/${encodeURIComponent(externalId)}`, gitlabProject, { signal }),
    chooses,
  }),
  cloneSource: ({ config: { url, token, gitSSHKey } }, { cloneUrl }) =>
    cloneSourceOf(cloneUrl, { url, sshKey: gitSSHKey, username: 'oauth2', password: token }),
  webhooks: gitlabWebhooks,
  permissions: gitlabPermissions(clients),
});

/** Whether the connection lists it. Of queries only a group's says which projects are its own; what others would give, only they tell. */
function chooses(config: GitlabConfig, { id, path_with_namespace }: GitlabProject): boolean {
  const path = path_with_namespace.toLowerCase();
  return (
    config.projects.some((project) => ('id' in project ? project.id === id : project.name.toLowerCase() === path)) ||
    queriesOf(config).some((query) => {
      const [, group] = /^groups\/([^?]+)\/projects$/.exec(query) ?? [];
      return group !== undefined && path.startsWith(`${decodeURIComponent(group).toLowerCase()}/`);
    })
  );
}

function foundOf(config: GitlabConfig, project: GitlabProject): FoundRepository {
  const { url, gitURLType, repositoryPathPattern, nameTransformations } = config;
  const { path_with_namespace: nameAtHost } = project;
  const path = nameTransformations.reduce((text, { regex, replacement }) => regex.matcher(text).replaceAll(replacement), nameAtHost);
  return {
    externalId: String(project.id),
    name: nameByPattern(repositoryPathPattern, url, { pathWithNamespace: path }),
    nameAtHost,
    description: project.description ?? '',
    fork: project.forked_from_project !== null && project.forked_from_project !== undefined,
    archived: project.archived,
    // Internal ones are for every user of the server, and for nobody else.
    private: project.visibility !== 'public',
    stars: project.star_count,
    topics: project.topics ?? [],
    webUrl: project.web_url,
    // By the address of the connection: an answer must not say where its token goes.
    cloneUrl: gitURLType === 'ssh' ? sshUrlOf(project.ssh_url_to_repo) : new URL(`${nameAtHost}.git`, url).href,
  };
}
