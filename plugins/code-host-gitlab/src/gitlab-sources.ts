import type { HostClient } from '@sextant/plugin-code-host/api';
import { SextantError } from '@sextant/sdk';
import { type GitlabProject, gitlabProject, gitlabProjects } from './gitlab-api.js';
import type { GitlabConfig } from './gitlab-config.js';

/** One way in which a connection says what it lists. */
export interface Source {
  readonly title: string;
  list(client: HostClient, signal: AbortSignal): AsyncIterable<readonly GitlabProject[]>;
  /** Asks for as little as tells whether the list would be given. */
  probe(client: HostClient, signal: AbortSignal): Promise<unknown>;
}

const PAGE = 100;
const MEMBERSHIP = '?membership=true';

export const isAbsent = (error: unknown): boolean => SextantError.is(error) && error.details['status'] === 404;

export const queriesOf = ({ projects, projectQuery }: GitlabConfig): readonly string[] =>
  projectQuery ?? (projects.length === 0 ? [MEMBERSHIP] : ['none']);

export const sourcesOf = (config: GitlabConfig): readonly Source[] => [
  ...config.projects.map((project) => oneProject('id' in project ? String(project.id) : project.name)),
  ...queriesOf(config)
    .filter((query) => query !== 'none')
    .map(listed),
];

/** In the order of ids, and by the last one seen where the server can: nothing moves to a page that was read. */
function listed(text: string): Source {
  const [path = '', search = ''] = text.split('?');
  const of =
    path === ''
      ? 'projects'
      : path.replace(
          /^groups\/(.+)\/projects$/,
          (_all, group: string) => `groups/${encodeURIComponent(decodeURIComponent(group))}/projects`,
        );
  const query = {
    ...(of === 'projects' ? { pagination: 'keyset' } : {}),
    ...(of.startsWith('groups/') ? { include_subgroups: 'true' } : {}),
    ...Object.fromEntries(new URLSearchParams(search)),
    order_by: 'id',
    sort: 'asc',
  };
  return {
    title: text,
    list: (client, signal) => client.pages(of, gitlabProjects, { signal, query: { ...query, per_page: PAGE } }),
    probe: (client, signal) => client.get(of, gitlabProjects, { signal, query: { ...query, per_page: 1 }, priority: 'interactive' }),
  };
}

/** One that the server does not have is gone; any other failure says nothing of it. A former path leads to it. */
function oneProject(name: string): Source {
  const path = `projects/${encodeURIComponent(name)}`;
  return {
    title: name,
    async *list(client, signal) {
      try {
        yield [await client.get(path, gitlabProject, { signal })];
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    },
    probe: (client, signal) => client.get(path, gitlabProject, { signal, priority: 'interactive' }),
  };
}
