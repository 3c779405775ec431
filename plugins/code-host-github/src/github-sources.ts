import type { HostClient } from '@sextant/plugin-code-host/api';
import { type Clock, SextantError, z } from '@sextant/sdk';
import { type GithubRepository, githubInstallation, githubRepository, githubSearch } from './github-api.js';
import type { GithubConfig } from './github-config.js';

/** One way in which a connection says what it lists. */
export interface Source {
  readonly title: string;
  list(client: HostClient, signal: AbortSignal): AsyncIterable<readonly GithubRepository[]>;
  /** Asks for as little as tells whether the list would be given. */
  probe(client: HostClient, signal: AbortSignal): Promise<unknown>;
}

const PAGE = 100;
const repositories = z.array(githubRepository);

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

const listOf = (title: string, path: string, query: Readonly<Record<string, string>>): Source => ({
  title,
  list: (client, signal) => client.pages(path, repositories, { signal, query: { ...query, per_page: PAGE } }),
  probe: (client, signal) => client.get(path, repositories, { signal, query: { ...query, per_page: 1 }, priority: 'interactive' }),
});

/** In the order of creation: what comes into being meanwhile comes last, and moves nothing to a page that was read. */
const ofOrganization = (org: string): Source =>
  listOf(`the organization ${org}`, `orgs/${org}/repos`, { type: 'all', sort: 'created', direction: 'asc' });

const ofInstallation: Source = {
  title: 'those of the installation',
  async *list(client, signal) {
    for await (const page of client.pages('installation/repositories', githubInstallation, { signal, query: { per_page: PAGE } }))
      yield page.repositories;
  },
  probe: (client, signal) =>
    client.get('installation/repositories', githubInstallation, { signal, query: { per_page: 1 }, priority: 'interactive' }),
};

function everyPublic(url: string): Source {
  if (new URL(url).hostname === 'github.com')
    throw new SextantError('SEXTANT_CODE_HOST_GITHUB_QUERY', {
      what: 'The public repositories of github.com cannot be listed.',
      fix: 'Choose organizations or repositories.',
    });
  return listOf('every public one', 'repositories', {});
}

/** One that GitHub does not have is gone; any other failure says nothing of it. A former name leads to it. */
const oneRepository = (name: string): Source => ({
  title: name,
  async *list(client, signal) {
    try {
      yield [await client.get(`repos/${name}`, githubRepository, { signal })];
    } catch (error) {
      if (!SextantError.is(error) || error.details['status'] !== 404) throw error;
    }
  },
  probe: (client, signal) => client.get(`repos/${name}`, githubRepository, { signal, priority: 'interactive' }),
});

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
