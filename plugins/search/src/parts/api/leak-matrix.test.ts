import type { Repository } from '@sextant/plugin-code-host/api';
import { type LeakSurface, leakMatrix, leaksIn, lossesIn, type MatrixRepository } from '@sextant/plugin-code-host/testing';
import { type Actor, encodeNodeId, type Operation, type RouteRequest } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANONYMOUS, admin, aUser, type CollectedEvents, SearchWorld, silent } from '../../testing/a-search-world.js';
import { added } from '../../testing/fake-git.js';
import graphql from './graphql.js';
import { streamRoute } from './stream-route.js';

type Ask = (query: string, variables: object, actor: Actor) => Promise<{ readonly data: never }>;
interface World {
  /** Everything is well. */
  readonly whole: SearchWorld;
  /** Nothing is cloned yet. */
  readonly cloning: SearchWorld;
  readonly ask: Ask;
  readonly askCloning: Ask;
}
type Surface = LeakSurface<World>;

const one = aUser(2);
const none = aUser(3);
const actors = [admin, one, none, ANONYMOUS];
const may = (actor: Actor, { id }: { readonly id: number }): boolean => actor.siteAdmin || (actor === one && id === 1);
const aTarget = (id: number, name: string): MatrixRepository => ({ id, name, marks: [encodeNodeId('Repository', id), `only${id}here`] });
const repositories = [aTarget(1, 'host/secret-one'), aTarget(2, 'host/secret-two')];
const ghost = aTarget(99, 'host/secret-nil');
const mark = ({ marks }: MatrixRepository): string => marks![1]!;

let world: World;
let open: World;

async function aSearch(status: 'cloned' | 'cloning'): Promise<SearchWorld> {
  const made = await SearchWorld.open();
  for (const target of repositories) {
    const word = mark(target);
    const found = await made.add(target.name, {
      status,
      indexed: status === 'cloned',
      tree: { [`${word}.ts`]: `export function ${word}() { return 'needle'; }\n`, [`${word}.bin`]: Buffer.from([0, 1]) },
      message: `Change ${word}`,
      diff: [added('file.ts', `added ${word}`)],
      topics: [`topic-${word}`],
      description: `about ${word}`,
    });
    made.wall.metadata.set(found.id, [{ key: `key-${word}`, value: word }]);
  }
  made.wall.grant(one, [1]);
  return made;
}

async function aWorld(walled: boolean): Promise<World> {
  const whole = await aSearch('cloned');
  const cloning = await aSearch('cloning');
  if (!walled) for (const { wall } of [whole, cloning]) for (const hole of ['visibility', 'repositories'] as const) wall.holes.add(hole);
  return { whole, cloning, ask: await aGraphQL(whole), askCloning: await aGraphQL(cloning) };
}

beforeAll(async () => {
  world = await aWorld(true);
  open = await aWorld(false);
});
afterAll(() => Promise.all([world, open].flatMap((w) => [w.whole.close(), w.cloning.close()])));

/** The parts of the types' owners that search hangs on. */
const owners = ({ wall }: SearchWorld) => ({
  typeDefs: `
    type Repository implements Node { id: ID! name: String! }
    type GitBlob { path: String! }
    type GitCommit { oid: String! }
    type RepositoryStats { total: Int! }
    extend type Query {
      repository(name: String): Repository @requires(role: PUBLIC)
      repositoryStats: RepositoryStats @requires(role: SITE_ADMIN)
    }`,
  resolvers: () => ({
    Query: {
      repository: (_: unknown, { name }: { name: string }, op: Operation) => wall.repositories.byName(op.actor, name as never),
      repositoryStats: () => ({ total: 0 }),
    },
    Repository: { id: ({ id }: Repository) => encodeNodeId('Repository', id) },
  }),
});

const aRequest = (path: string, actor: Actor, body = ''): RouteRequest =>
  ({
    method: body ? 'POST' : 'GET',
    path: '/x',
    params: {},
    query: new URL(`http://host${path}`).searchParams,
    headers: { 'content-type': 'application/json' },
    actor,
    remoteAddress: '127.0.0.1',
    trace: 'trace-1',
    signal: new AbortController().signal,
    log: silent,
    bytes: async () => Buffer.from(body),
    json: async () => JSON.parse(body),
    async *stream() {
      yield Buffer.from(body);
    },
  }) as RouteRequest;

/** The plugin's fields on the kernel's engine. By address, because a test may not import the kernel by name. */
async function aGraphQL(search: SearchWorld): Promise<Ask> {
  const at = (path: string): string => new URL(`../../../../../kernel/src/${path}`, import.meta.url).href;
  const { GraphQLEngine } = await import(/* @vite-ignore */ at('graphql/graphql-engine.ts'));
  const { Boundary } = await import(/* @vite-ignore */ at('boundary/boundary.ts'));
  const engine = new GraphQLEngine({
    boundary: new Boundary({ allows: () => true, failed: () => {} }),
    log: silent,
    limits: {},
    plugins: { list: () => [], enable: async () => undefined, disable: async () => undefined },
    nodes: () => [],
    pluginChanges: async function* () {},
  });
  const deps = {
    repositories: search.wall.repositories,
    visibility: search.wall.visibility,
    git: search.git.asGit(),
    mirrors: { states: async () => search.states },
    engine: search.realNode,
    clock: search.clock,
    jobs: { enqueue: async () => '1' },
    own: search.service,
  };
  const { rejected } = engine.compose([
    { plugin: 'owners', part: owners(search), deps: {}, ctx: { id: 'owners' } },
    { plugin: 'search', part: graphql, deps, ctx: { id: 'search' } },
  ]);
  if (rejected.length > 0) throw rejected[0].error;
  return async (query, variables, actor) => {
    const { body } = await engine.handle(aRequest('/', actor, JSON.stringify({ query, variables })));
    if (typeof body === 'string') return JSON.parse(body);
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
    return JSON.parse(Buffer.concat(parts).toString());
  };
}

/** How long it took differs from run to run, and tells nothing. */
const untimed = (text: string): string => text.replace(/"(durationMs|elapsedMilliseconds)":\d+/g, '"$1":0');

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

const gql = (
  name: string,
  query: string,
  variables: (repository: MatrixRepository) => object,
  which: 'ask' | 'askCloning' = 'ask',
  reveals?: Surface['reveals'],
): Surface => ({
  name: `GraphQL: ${name}`,
  ask: async (w, actor, repository) => JSON.parse(untimed(JSON.stringify(await w[which](query, variables(repository), actor)))),
  ...(reveals ? { reveals } : {}),
});
const answered =
  (path: (data: never) => unknown): NonNullable<Surface['reveals']> =>
  (answer) => {
    const { data } = answer as { data: never };
    return Boolean(data && path(data));
  };
const RESULTS = 'query ($q: String!) { search(query: $q) { results {';

const surfaces: readonly Surface[] = [
  stream('content', (r) => `type:file ${mark(r)}`, ofType('content')),
  stream('path', (r) => `type:path ${mark(r)}`, ofType('path')),
  stream('symbol', (r) => `type:symbol ${mark(r)}`, ofType('symbol')),
  stream('repository', (r) => `type:repo ${r.name}`, ofType('repo')),
  stream('commit', (r) => `type:commit ${mark(r)}`, ofType('commit')),
  stream('diff', (r) => `type:diff ${mark(r)}`, ofType('commit')),
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
  it('is shown to who may see them, and looks to all others like nothing at all', async () => {
    const cells = await leakMatrix({ world, surfaces, actors, repositories, ghost, may });
    expect(cells).toHaveLength(surfaces.length * actors.length * repositories.length);
    expect(leaksIn(cells)).toEqual([]);
    expect(lossesIn(cells)).toEqual([]);
  });

  it.each(surfaces.map((surface) => [surface.name, surface] as const))(
    'is found out when the wall is missing before %s',
    async (_name, surface) => {
      const cells = await leakMatrix({ world: open, surfaces: [surface], actors, repositories, ghost, may });
      expect(leaksIn(cells).length).toBeGreaterThan(0);
    },
  );

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
