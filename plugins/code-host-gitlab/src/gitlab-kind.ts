import type { CodeHostKind, Connection, FoundRepository, HostClients, HostPermissions } from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { type GitlabProject, gitlabClient, gitlabMember, gitlabProject, gitlabProjects } from './gitlab-api.js';
import { type GitlabConfig, gitlabConfig } from './gitlab-config.js';
import { isAbsent, queriesOf, sourcesOf } from './gitlab-sources.js';
import { gitlabWebhooks } from './gitlab-webhooks.js';

export const gitlabKind = (clients: HostClients): CodeHostKind<typeof gitlabConfig> => ({
  kind: 'GITLAB',
  title: 'GitLab',
  config: gitlabConfig,
  serviceType: () => 'gitlab',
  serviceId: ({ config }) => config.url,

  async *list(connection, { signal, progress }) {
    const client = gitlabClient(clients, connection);
    const seen = new Set<number>();
    for (const source of sourcesOf(connection.config)) {
      progress(`${seen.size} projects, now ${source.title}`);
      for await (const page of source.list(client, signal)) {
        for (const project of page) {
          if (seen.has(project.id)) continue;
          seen.add(project.id);
          yield foundOf(connection.config, project);
        }
      }
    }
  },

  async find(connection, { externalId }, { signal }) {
    const { config } = connection;
    try {
      const project = await gitlabClient(clients, connection).get(`projects/${encodeURIComponent(externalId)}`, gitlabProject, { signal });
      return chooses(config, project) ? foundOf(config, project) : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  async cloneSource({ config: { url, token, gitSSHKey } }, { cloneUrl }) {
    if (cloneUrl.startsWith('ssh://')) return { url: cloneUrl, ...(gitSSHKey ? { sshKey: gitSSHKey } : {}) };
    return { url: cloneUrl, ...(cloneUrl.startsWith(url) ? { credentials: { username: 'oauth2', password: token } } : {}) };
  },

  async check(connection, signal) {
    const client = gitlabClient(clients, connection);
    for (const source of sourcesOf(connection.config)) await source.probe(client, signal);
    return { ok: true };
  },

  webhooks: gitlabWebhooks,
  permissions: permissionsOf(clients),
});

/** Reporter: with less, the code of a private project cannot be read. */
const READS_CODE = 20;
const PAGE = { per_page: 100 };

const permissionsOf = (clients: HostClients): HostPermissions<Connection<GitlabConfig>> => ({
  async *usersOf(connection, { externalId }, { signal }) {
    const path = `projects/${encodeURIComponent(externalId)}/members/all`;
    for await (const page of gitlabClient(clients, connection).pages(path, z.array(gitlabMember), { signal, query: PAGE }))
      for (const { id, username, access_level, state } of page)
        if (access_level >= READS_CODE && state === 'active') yield { id: String(id), username };
  },

  async *repositoriesOf(connection, { credential }, { signal }) {
    if (!credential)
      throw new SextantError('SEXTANT_CODE_HOST_REFUSED', {
        what: 'What an account may read is not known.',
        why: 'GitLab tells it to the account alone, which has not signed in by GitLab.',
        fix: 'Let users sign in by GitLab, or ask for the users of projects.',
      });
    const query = { min_access_level: READS_CODE, pagination: 'keyset', order_by: 'id', sort: 'asc', ...PAGE };
    for await (const page of gitlabClient(clients, connection, credential).pages('projects', gitlabProjects, { signal, query }))
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
  const host = new URL(url).host.replaceAll(':', '-');
  return {
    externalId: String(project.id),
    name: repositoryPathPattern.replaceAll('{host}', () => host).replaceAll('{pathWithNamespace}', () => path),
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
    cloneUrl: gitURLType === 'ssh' ? sshUrl(project.ssh_url_to_repo) : new URL(`${nameAtHost}.git`, url).href,
  };
}

/** `git@host:group/name.git` as a URL. */
const sshUrl = (text: string): string => (text.includes('://') ? text : `ssh://${text.replace(':', '/')}`);
