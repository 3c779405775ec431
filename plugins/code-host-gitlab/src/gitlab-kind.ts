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
  sshUrlOf,
} from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { type GitlabProject, gitlabClient, gitlabMember, gitlabProject, gitlabProjects } from './gitlab-api.js';
import { type GitlabConfig, gitlabConfig } from './gitlab-config.js';
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
  permissions: permissionsOf(clients),
});

/** Reporter: with less, the code of a private project cannot be read. */
const READS_CODE = 20;
const PAGE = { per_page: 100 };

const permissionsOf = (clients: HostClients): HostPermissions<Connection<GitlabConfig>> => ({
  enforced: ({ config }) => accountsBy(config.authorization),

  async *usersOf(connection, { externalId }, { signal }) {
    const path = `projects/${encodeURIComponent(externalId)}/members/all`;
    for await (const page of gitlabClient(clients, connection).pages(path, z.array(gitlabMember), { signal, query: PAGE }))
      for (const { id, username, access_level, state } of page)
        if (access_level >= READS_CODE && state === 'active') yield { id: String(id), username };
  },

  async *repositoriesOf(connection, { username, credential }, { signal }) {
    const byName = connection.config.authorization?.identityProvider.type === 'username';
    if (!credential && !byName)
      throw new SextantError('SEXTANT_CODE_HOST_REFUSED', {
        what: 'What an account may read is not known.',
        why: 'GitLab tells it to the account alone, which has not signed in by GitLab.',
        fix: 'Let users sign in by GitLab, or ask for the users of projects.',
      });
    const as = credential ? { account: credential } : { sudo: username };
    const query = { min_access_level: READS_CODE, pagination: 'keyset', order_by: 'id', sort: 'asc', ...PAGE };
    for await (const page of gitlabClient(clients, connection, as).pages('projects', gitlabProjects, { signal, query }))
      yield* page.map(({ id }) => String(id));
  },
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
