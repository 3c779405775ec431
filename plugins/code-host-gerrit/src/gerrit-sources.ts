import { type RepositorySource, singleSource } from '@sextant/plugin-code-host/api';
import type { z } from '@sextant/sdk';
import { type GerritProject, gerritProject, gerritProjects } from './gerrit-api.js';
import type { GerritConfig } from './gerrit-config.js';

/** Projects that hold code; not those that only hold rights for others to inherit. */
const CODE = { type: 'CODE', d: '' };
const LENGTH = 100;

export const sourcesOf = ({ projects }: GerritConfig): readonly RepositorySource<GerritProject>[] =>
  projects === undefined ? [everything] : projects.map((name) => single(name));

type Page = z.output<typeof gerritProjects>;
const projectsOf = (page: Page): readonly GerritProject[] => Object.entries(page).map(([name, project]) => ({ ...project, name }));

/** By position; in the order of names. Hidden projects are left out by the server. */
const everything: RepositorySource<GerritProject> = {
  title: 'all that the account may read',
  async *list(client, signal) {
    let seen = 0;
    const next = (page: Page): { readonly S: number } | undefined => {
      const entries = Object.values(page);
      seen += entries.length;
      return entries.some(({ _more_projects }) => _more_projects) ? { S: seen } : undefined;
    };
    for await (const page of client.pages('projects/', gerritProjects, { signal, query: { ...CODE, n: LENGTH }, next }))
      yield projectsOf(page);
  },
  probe: (client, signal) => client.get('projects/', gerritProjects, { signal, query: { ...CODE, n: 1 }, priority: 'interactive' }),
};

export const projectPath = (name: string): string => `projects/${encodeURIComponent(name)}`;

function single(name: string): RepositorySource<GerritProject> {
  const source = singleSource(name, projectPath(name), gerritProject);
  return {
    ...source,
    async *list(client, signal) {
      for await (const page of source.list(client, signal)) yield page.filter(isShown);
    },
  };
}

export const isShown = ({ state }: GerritProject): boolean => state !== 'HIDDEN';
