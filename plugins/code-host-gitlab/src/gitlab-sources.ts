import { pagedSource, type RepositorySource, singleSource } from '@sextant/plugin-code-host/api';
import { type GitlabProject, gitlabProject, gitlabProjects } from './gitlab-api.js';
import type { GitlabConfig } from './gitlab-config.js';

const MEMBERSHIP = '?membership=true';

export const queriesOf = ({ projects, projectQuery }: GitlabConfig): readonly string[] =>
  projectQuery ?? (projects.length === 0 ? [MEMBERSHIP] : ['none']);

export const sourcesOf = (config: GitlabConfig): readonly RepositorySource<GitlabProject>[] => [
  ...config.projects.map((project) => oneProject('id' in project ? String(project.id) : project.name)),
  ...queriesOf(config)
    .filter((query) => query !== 'none')
    .map(listed),
];

/** In the order of ids, and by the last one seen where the server can: nothing moves to a page that was read. */
function listed(text: string): RepositorySource<GitlabProject> {
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
  return pagedSource({ title: text, path: of, shape: gitlabProjects, of: (page) => page, size: ['per_page', 100], query });
}

/** A former path leads to it. */
const oneProject = (name: string) => singleSource(name, `projects/${encodeURIComponent(name)}`, gitlabProject);
