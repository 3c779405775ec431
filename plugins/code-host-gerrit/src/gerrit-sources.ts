import { type HostClient, type HostRequest, isAbsent, type RepositorySource } from '@sextant/plugin-code-host/api';
import { SextantError, type z } from '@sextant/sdk';
import { type GerritProject, gerritProject, gerritProjects } from './gerrit-api.js';
import type { GerritConfig } from './gerrit-config.js';

const LENGTH = 100;
/** Of every server: rights, and settings of accounts. */
const NO_CODE = ['All-Projects', 'All-Users'];

export const sourcesOf = ({ projects }: GerritConfig): readonly RepositorySource<GerritProject>[] =>
  projects === undefined ? [everything] : projects.map((name) => single(name));

type Page = z.output<typeof gerritProjects>;
const projectsOf = (page: Page): readonly GerritProject[] => Object.entries(page).map(([name, project]) => ({ ...project, name }));

/**
 * By position; in the order of names. Hidden projects are left out by the server, and those that only hold rights for others to inherit here: the server
 * filters by type what is on a page already, and a page that is left empty does not say that more follow.
 */
const everything: RepositorySource<GerritProject> = {
  title: 'all that the account may read',
  async *list(client, signal) {
    const holders = await client.get('projects/', gerritProjects, { signal, query: { type: 'PERMISSIONS' } });
    let seen = 0;
    const next = (page: Page): { readonly S: number } | undefined => {
      const entries = Object.values(page);
      seen += entries.length;
      return entries.some(({ _more_projects }) => _more_projects) ? { S: seen } : undefined;
    };
    for await (const page of client.pages('projects/', gerritProjects, { signal, query: { d: '', n: LENGTH }, next }))
      yield projectsOf(page).filter(({ name }) => !Object.hasOwn(holders, name) && !NO_CODE.includes(name));
  },
  probe: (client, signal) => client.get('projects/', gerritProjects, { signal, query: { n: 1 }, priority: 'interactive' }),
};

export const projectPath = (name: string): string => `projects/${encodeURIComponent(name)}`;

const single = (name: string): RepositorySource<GerritProject> => ({
  title: name,
  async *list(client, signal) {
    const project = await projectOf(client, name, { signal });
    if (project) yield [project];
  },
  probe: (client, signal) => client.get(projectPath(name), gerritProject, { signal, priority: 'interactive' }),
});

/** Undefined for a project that is not there, or hidden: of that the server says so with a status of its own, to whoever may read it otherwise. */
export async function projectOf(client: HostClient, name: string, request: HostRequest): Promise<GerritProject | undefined> {
  try {
    const project = await client.get(projectPath(name), gerritProject, request);
    return project.state === 'HIDDEN' ? undefined : project;
  } catch (error) {
    if (isAbsent(error) || (SextantError.is(error) && error.details['status'] === 409)) return undefined;
    throw error;
  }
}
