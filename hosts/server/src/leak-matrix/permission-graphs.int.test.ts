import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileOf, isClosed } from './target.js';
import { aWorld, type Key, type Person, type World } from './world/a-world.js';

const PEOPLE = ['two', 'three', 'none'] as const satisfies readonly Person[];
const REPOSITORIES = ['amber', 'birch', 'delta'] as const satisfies readonly Key[];
const LEVELS = ['nothing', 'rules', 'everything'] as const;
type Level = (typeof LEVELS)[number];

/** One source grants a group of people so much of a repository, in the place of what it granted them before. */
const change = fc.record({
  source: fc.integer({ min: 0, max: 2 }),
  group: fc.subarray([...PEOPLE], { minLength: 1 }),
  repository: fc.constantFrom(...REPOSITORIES),
  level: fc.constantFrom(...LEVELS),
});

/** The oracle: what each source grants each person, in a table, and of what several grant the most. It knows nothing of the wall. */
class Graph {
  readonly #table = new Map<string, Level>();

  set(source: number, person: string, repository: string, level: Level): void {
    this.#table.set(`${source} ${person} ${repository}`, level);
  }

  of(source: number, person: string, repository: string): Level {
    return this.#table.get(`${source} ${person} ${repository}`) ?? 'nothing';
  }

  most(person: string, repository: string): Level {
    return LEVELS[Math.max(...[0, 1, 2].map((source) => LEVELS.indexOf(this.of(source, person, repository))))] ?? 'nothing';
  }
}

let world: World;
beforeAll(async () => {
  world = await aWorld();
}, 120_000);
afterAll(() => world.close());

/** Tells the sources what the graph says of a person. */
function tell(graph: Graph, person: (typeof PEOPLE)[number]): void {
  for (const [at, source] of world.sources.entries()) {
    const granted = REPOSITORIES.filter((repository) => graph.of(at, person, repository) !== 'nothing');
    const ruled = granted.filter((repository) => graph.of(at, person, repository) === 'rules');
    const rules = new Map(ruled.map((key) => [world.repositories[key].id, { allows: (path: string) => !isClosed(path, key) }]));
    source.set(
      world.userIds[person],
      granted.map((key) => world.repositories[key].id),
      rules,
    );
  }
}

/** What a person is shown, by the surfaces that show most. */
async function shownTo(person: (typeof PEOPLE)[number]): Promise<object> {
  const asker = world.askers[person];
  const graphql = async (query: string): Promise<string> =>
    (
      await asker.fetch('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    ).body;
  const q = encodeURIComponent('fork:yes archived:yes needle count:all');
  const [stream, listed, grouped, ...raw] = await Promise.all([
    asker.fetch(`/.api/search/stream?cm=t&q=${q}`).then(({ body }) => body),
    graphql('{ repositories(first: 100) { nodes { name } totalCount } }'),
    graphql('{ search(query: "fork:yes archived:yes needle") { aggregation(groupBy: PATH, first: 100) { groups { label } } } }'),
    ...REPOSITORIES.flatMap((key) =>
      [false, true].map(async (closed) => (await asker.fetch(`/${world.repositories[key].name}/-/raw/${fileOf(key, closed).path}`)).status),
    ),
  ]);
  const both = (has: (key: Key, closed: boolean) => boolean): object =>
    Object.fromEntries(REPOSITORIES.map((key) => [key, [has(key, false), has(key, true)]]));
  return {
    found: both((key, closed) => stream.includes(fileOf(key, closed).word)),
    grouped: both((key, closed) => grouped.includes(fileOf(key, closed).path)),
    raw: both((key, closed) => raw[REPOSITORIES.indexOf(key as 'amber') * 2 + Number(closed)] === 200),
    listed: REPOSITORIES.filter((key) => listed.includes(world.repositories[key].name)),
    count: Number(/"totalCount":(\d+)/.exec(listed)?.[1]),
  };
}

function expected(graph: Graph, person: string): object {
  const levels = REPOSITORIES.map((key) => [key, graph.most(person, key)] as const);
  const files = Object.fromEntries(levels.map(([key, level]) => [key, [level !== 'nothing', level === 'everything']]));
  const listed = levels.filter(([, level]) => level !== 'nothing').map(([key]) => key);
  return { found: files, grouped: files, raw: files, listed, count: listed.length };
}

it('shows each person what the sources together grant, whatever they grant and take away in between', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      const graph = new Graph();
      for (const person of PEOPLE) tell(graph, person);
      for (const { source, group, repository, level } of changes) {
        for (const person of group) {
          graph.set(source, person, repository, level);
          tell(graph, person);
          expect(await shownTo(person)).toEqual(expected(graph, person));
        }
      }
    }),
    { numRuns: 12 },
  );
});
