import { type HostClient, pagedSource, type RepositorySource, singleSource } from '@sextant/plugin-code-host/api';
import { type Clock, SextantError, z } from '@sextant/sdk';
import { type GithubRepository, githubInstallation, githubRepository, githubSearch } from './github-api.js';
import type { GithubConfig } from './github-config.js';

type Source = RepositorySource<GithubRepository>;

const PAGE = 100;
const SIZE = ['per_page', PAGE] as const;

const queriesOf = ({ orgs, repos, repositoryQuery }: GithubConfig): readonly string[] =>
  repositoryQuery ?? (orgs.length + repos.length === 0 ? ['affiliated'] : ['none']);

/** Whether the connection lists it. What a search would find, only the search tells; a public one can be read without being affiliated. */
export function chooses(config: GithubConfig, { full_name, private: isPrivate }: GithubRepository): boolean {
  const [owner = ''] = full_name.toLowerCase().split('/');
  const has = (names: readonly string[], name: string): boolean => names.some((one) => one.toLowerCase() === name);
  const queries = queriesOf(config);
  return (
    has(config.repos, full_name.toLowerCase()) ||
    has([...config.orgs, ...queries.flatMap((query) => query.match(/^org:(.+)$/)?.[1] ?? [])], owner) ||
    (queries.includes('affiliated') && isPrivate) ||
    (queries.includes('public') && !isPrivate)
  );
}

export function sourcesOf(config: GithubConfig, clock: Clock): readonly Source[] {
  const { url, orgs, repos, gitHubAppDetails } = config;
  return [
    ...repos.map(oneRepository),
    ...orgs.map(ofOrganization),
    ...queriesOf(config).flatMap((query) => {
      const [, org] = /^org:([A-Za-z0-9-]+)$/.exec(query) ?? [];
      if (query === 'none') return [];
      if (org !== undefined) return [ofOrganization(org)];
      if (query === 'affiliated')
        return [
          gitHubAppDetails ? ofInstallation : listOf('those of the token’s user', 'user/repos', { sort: 'created', direction: 'asc' }),
        ];
      if (query === 'public') return [everyPublic(url)];
      return [searched(query === 'internal' ? 'is:internal' : query, clock)];
    }),
  ];
}

const listOf = (title: string, path: string, query: Readonly<Record<string, string>>): Source =>
  pagedSource({ title, path, shape: z.array(githubRepository), of: (page) => page, size: SIZE, query });

/** In the order of creation: what comes into being meanwhile comes last, and moves nothing to a page that was read. */
const ofOrganization = (org: string): Source =>
  listOf(`the organization ${org}`, `orgs/${org}/repos`, { type: 'all', sort: 'created', direction: 'asc' });

const ofInstallation: Source = pagedSource({
  title: 'those of the installation',
  path: 'installation/repositories',
  shape: githubInstallation,
  of: ({ repositories }) => repositories,
  size: SIZE,
});

function everyPublic(url: string): Source {
  if (new URL(url).hostname === 'github.com')
    throw new SextantError('SEXTANT_CODE_HOST_GITHUB_QUERY', {
      what: 'The public repositories of github.com cannot be listed.',
      fix: 'Choose organizations or repositories.',
    });
  return listOf('every public one', 'repositories', {});
}

/** A former name leads to it. */
const oneRepository = (name: string): Source => singleSource(name, `repos/${name}`, githubRepository);

/** GitHub gives the first so many of a search and no more. */
const MOST_FOUND = 1_000;
const DAY = 24 * 60 * 60_000;
/** There was no GitHub before. */
const FIRST_DAY = Date.parse('2007-10-01T00:00:00Z');

/** A search is cut by days of creation until each part is small enough to be given whole. */
const searched = (query: string, clock: Clock): Source => ({
  title: `the search for ${query}`,
  list: (client, signal) => found(client, query, FIRST_DAY, Math.ceil(clock.now().getTime() / DAY) * DAY, signal),
  probe: (client, signal) =>
    client.get('search/repositories', githubSearch, { signal, query: { q: query, per_page: 1 }, priority: 'interactive' }),
});

async function* found(
  client: HostClient,
  query: string,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<readonly GithubRepository[]> {
  const q = `${query} created:${day(from)}..${day(to)}`;
  for await (const { total_count, incomplete_results, items } of client.pages('search/repositories', githubSearch, {
    signal,
    query: { q, per_page: PAGE },
  })) {
    if (incomplete_results) throw cannotList(query, 'GitHub did not search everything in its time.');
    if (total_count > MOST_FOUND) {
      if (to - from < DAY) throw cannotList(query, `More than ${MOST_FOUND} came into being on ${day(from)}.`);
      const middle = from + Math.floor((to - from) / DAY / 2) * DAY;
      yield* found(client, query, from, middle, signal);
      yield* found(client, query, middle + DAY, to, signal);
      return;
    }
    yield items;
  }
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

const cannotList = (query: string, why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_GITHUB_QUERY', {
    what: `The search for "${query}" cannot be listed whole.`,
    why,
    fix: 'Narrow the search, or choose organizations.',
  });
