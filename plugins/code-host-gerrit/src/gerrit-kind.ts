import {
  type CodeHostKind,
  cloneSourceOf,
  type FoundRepository,
  type HostClients,
  listedBySources,
  nameByPattern,
} from '@sextant/plugin-code-host/api';
import { type GerritProject, gerritClient } from './gerrit-api.js';
import { type GerritConfig, gerritConfig } from './gerrit-config.js';
import { gerritPermissions } from './gerrit-permissions.js';
import { projectOf, sourcesOf } from './gerrit-sources.js';
import { gerritWebhooks } from './gerrit-webhooks.js';

/** Gerrit. A project has no id there but its name. */
export const gerritKind = (clients: HostClients): CodeHostKind<typeof gerritConfig> => ({
  kind: 'GERRIT',
  title: 'Gerrit',
  config: gerritConfig,
  serviceType: () => 'gerrit',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof gerritConfig, GerritProject>({
    client: (connection) => gerritClient(clients, connection),
    sources: sourcesOf,
    found: foundOf,
    one: (client, { externalId }, { signal }) => projectOf(client, externalId, { signal }),
    chooses: ({ projects }, project) => projects?.includes(project.name) ?? true,
  }),
  cloneSource: ({ config: { url, username, password, gitSSHKey } }, { cloneUrl }) =>
    cloneSourceOf(cloneUrl, { url, sshKey: gitSSHKey, username, password }),
  webhooks: gerritWebhooks,
  permissions: gerritPermissions(clients),
});

function foundOf({ url, username, gitURLType, sshPort, repositoryPathPattern }: GerritConfig, project: GerritProject): FoundRepository {
  const { name, description, state } = project;
  const path = name.split('/').map(encodeURIComponent).join('/');
  return {
    externalId: name,
    name: nameByPattern(repositoryPathPattern, url, { name }),
    nameAtHost: name,
    ...(description === undefined ? {} : { description }),
    archived: state === 'READ_ONLY',
    // What everybody may read, only the rights of the project tell.
    private: true,
    webUrl: `${url}admin/repos/${path}`,
    // By the address of the connection, and where the server asks for a credential.
    cloneUrl:
      gitURLType === 'ssh' ? `ssh://${encodeURIComponent(username)}@${new URL(url).hostname}:${sshPort}/${path}` : `${url}a/${path}`,
  };
}
