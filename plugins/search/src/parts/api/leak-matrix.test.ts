import type { MatrixRepository } from '@sextant/plugin-code-host/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aLeakWorld,
  answered,
  aRequest,
  closeLeakWorld,
  ghost,
  gql,
  type LeakWorld,
  mark,
  none,
  repositories,
  type Surface,
  untimed,
} from '../../testing/a-leak-world.js';
import type { CollectedEvents } from '../../testing/a-search-world.js';
import { holdsTheWall } from '../../testing/holds-the-wall.js';
import graphql from './graphql.js';
import { streamRoute } from './stream-route.js';

let world: LeakWorld;
let open: LeakWorld;
beforeAll(async () => {
  world = await aLeakWorld(graphql, true);
  open = await aLeakWorld(graphql, false);
});
afterAll(() => Promise.all([world, open].map(closeLeakWorld)));

const stream = (
  name: string,
  query: (repository: MatrixRepository) => string,
  shown: (body: string, r: MatrixRepository) => boolean,
): Surface => ({
  name: `stream: ${name}`,
  async ask({ whole }, actor, repository) {
    const { body } = streamRoute(whole.service)(aRequest(`/.api/search/stream?cm=t&q=${encodeURIComponent(query(repository))}`, actor));
    let text = '';
    for await (const part of body as AsyncIterable<string>) text += part;
    return untimed(text);
  },
  reveals: (answer, repository) => shown(String(answer), repository),
});
const ofType = (type: string) => (body: string) => body.includes(`"type":"${type}"`);

const events = (
  name: string,
  query: (repository: MatrixRepository) => string,
  pick: (answer: CollectedEvents) => unknown,
  reveals?: Surface['reveals'],
  which: 'whole' | 'cloning' = 'whole',
): Surface => ({
  name,
  ask: async (w, actor, repository) => JSON.parse(untimed(JSON.stringify(pick(await w[which].ask(query(repository), actor)) ?? null))),
  ...(reveals ? { reveals } : {}),
});

const RESULTS = 'query ($q: String!) { search(query: $q) { results {';

const surfaces: readonly Surface[] = [
  stream('content', (r) => `type:file ${mark(r)}`, ofType('content')),
  stream('path', (r) => `type:path ${mark(r)}`, ofType('path')),
  stream('symbol', (r) => `type:symbol ${mark(r)}`, ofType('symbol')),
  stream('repository', (r) => `type:repo ${r.name}`, ofType('repo')),
  stream('commit', (r) => `type:commit ${mark(r)}`, ofType('commit')),
  stream('diff', (r) => `type:diff ${mark(r)}`, ofType('commit')),
  stream('commit of a file', (r) => `type:commit file:file.ts ${mark(r)}`, ofType('commit')),
  stream('result of a plugin', (r) => `type:note ${mark(r)}`, ofType('path')),
  stream(
    'repo: filter',
    (r) => `repo:^${r.name}$ needle`,
    (body) => !body.includes('No repository fits'),
  ),
  events(
    'progress: matches',
    (r) => mark(r),
    (a) => a.progress.matchCount,
    (n) => Number(n) > 0,
  ),
  events(
    'progress: repositories',
    (r) => `repo:^${r.name}$ nothing`,
    (a) => a.progress.repositoriesCount,
    (n) => Number(n) > 0,
  ),
  events(
    'facets',
    () => 'needle',
    (a) => a.filters,
    (answer, r) => JSON.stringify(answer).includes(r.name),
  ),
  events(
    'alert',
    (r) => `repo:^${r.name}$ nothing`,
    (a) => a.alert,
    (answer) => answer === null,
  ),
  events(
    'alert: revision',
    (r) => `repo:^${r.name}$@nowhere x`,
    (a) => a.alert,
    (answer, r) => JSON.stringify(answer).includes(r.name),
  ),
  events(
    'facets of commits',
    () => 'type:commit Change',
    (a) => a.filters,
    (answer, r) => JSON.stringify(answer).includes(r.name),
  ),
  events(
    'predicate of a plugin',
    (r) => `type:repo repo:has.all() ${r.name}`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'verdict: revision',
    (r) => `repo:^${r.name}$@nowhere x`,
    (a) => a.verdict,
    (answer) => JSON.stringify(answer).includes('"repositories":['),
  ),
  events(
    'verdict: cloning',
    () => 'needle',
    (a) => a.verdict,
    (answer, r) => JSON.stringify(answer).includes(r.name),
    'cloning',
  ),
  events(
    'skipped: cloning',
    () => 'needle',
    (a) => a.progress.skipped,
    (answer, r) => JSON.stringify(answer).includes(r.name),
    'cloning',
  ),
  events(
    'repo:has.file',
    (r) => `type:repo repo:has.file(path:${mark(r)})`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'repo:has.content',
    (r) => `type:repo repo:has.content(${mark(r)})`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'repo:has.topic',
    (r) => `type:repo repo:has.topic(topic-${mark(r)})`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'repo:has.meta',
    (r) => `type:repo repo:has.meta(key-${mark(r)})`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'repo:has.description',
    (r) => `type:repo repo:has.description(${mark(r)})`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'select:repo',
    (r) => `${mark(r)} select:repo`,
    (a) => a.matches.length,
    (n) => Number(n) > 0,
  ),
  events(
    'without the index',
    (r) => `index:no ${mark(r)}`,
    (a) => a.progress.matchCount,
    (n) => Number(n) > 0,
  ),
  {
    name: 'count',
    ask: async ({ whole }, actor, r) => whole.service.count({ query: mark(r), actor, signal: new AbortController().signal }),
    reveals: (answer) => (answer as { count: number }).count > 0,
  },
  gql(
    'results',
    `${RESULTS} results { __typename ... on FileMatch { repository { name } } } matchCount repositoriesCount dynamicFilters { value } alert { title } } } }`,
    (r) => ({ q: `type:file ${mark(r)}` }),
    'ask',
    answered((d: { search: { results: { results: unknown[] } } }) => d.search?.results.results.length > 0),
  ),
  gql('missing', `${RESULTS} missing { name } completeness { words reasons { repositories } } } } }`, (r) => ({
    q: `repo:^${r.name}$@nowhere x`,
  })),
  gql('cloning', `${RESULTS} cloning { name } } } }`, () => ({ q: 'needle' }), 'askCloning'),
  gql('completeness', `${RESULTS} completeness { words reasons { repositories } } } } }`, () => ({ q: 'needle' }), 'askCloning'),
  gql(
    'stats',
    'query ($q: String!) { search(query: $q) { stats { approximateResultCount languages { name totalLines } } } }',
    (r) => ({ q: `type:file ${mark(r)}` }),
    'ask',
    answered((d: { search: { stats: { approximateResultCount: string } } }) => (d.search?.stats.approximateResultCount ?? '0') !== '0'),
  ),
  gql(
    'textSearchIndex',
    'query ($n: String!) { repository(name: $n) { textSearchIndex { refs { indexedCommit } } } }',
    (r) => ({ n: r.name }),
    'ask',
    answered((d: { repository: unknown }) => d.repository),
  ),
  gql(
    'skippedFiles',
    'query ($n: String!) { repository(name: $n) { textSearchIndex { skippedFiles { path } } } }',
    (r) => ({ n: r.name }),
    'ask',
    answered(
      (d: { repository: { textSearchIndex: { skippedFiles: unknown[] } } }) => (d.repository?.textSearchIndex.skippedFiles.length ?? 0) > 0,
    ),
  ),
];

describe('what search shows of repositories', () => {
  holdsTheWall(surfaces, () => ({ walled: world, open }));

  it('is not told by explaining a query, nor by asking for a new index', async () => {
    for (const r of [...repositories, ghost]) {
      const explained = await world.ask(
        'query ($q: String!) { searchQueryExplain(query: $q) { explanation } }',
        { q: `repo:^${r.name}$` },
        none,
      );
      expect(JSON.stringify(explained.data).replaceAll(r.name, ghost.name)).toBe(
        JSON.stringify(
          (await world.ask('query ($q: String!) { searchQueryExplain(query: $q) { explanation } }', { q: `repo:^${ghost.name}$` }, none))
            .data,
        ),
      );
      const reindexed = await world.ask(
        'mutation ($id: ID!) { reindexRepository(repository: $id) { alwaysNil } }',
        { id: r.marks![0] },
        none,
      );
      expect(reindexed.data ?? null).toEqual(
        (await world.ask('mutation ($id: ID!) { reindexRepository(repository: $id) { alwaysNil } }', { id: ghost.marks![0] }, none)).data ??
          null,
      );
    }
  });
});
