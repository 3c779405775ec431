import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileOf, isClosed } from './target.js';
import { aWorld, type Key, type Person, type World } from './world/a-world.js';

const PEOPLE = ['two', 'three', 'none'] as const satisfies readonly Person[];
const REPOSITORIES = ['amber', 'birch', 'delta'] as const satisfies readonly Key[];
const LEVELS = ['nothing', 'rules', 'everything'] as const;
type Level = (typeof LEVELS)[number];

const VIEWS = ['found', 'grouped', 'listed', 'raw'] as const;

/** One source grants a group of people so much of a repository, in the place of what it granted them before. Then they look. */
const change = fc.record({
  source: fc.integer({ min: 0, max: 2 }),
  group: fc.subarray([...PEOPLE], { minLength: 1 }),
  repository: fc.constantFrom(...REPOSITORIES),
  level: fc.constantFrom(...LEVELS),
  // Not at everything each time: more graphs are worth more than more looks at one.
  views: fc.subarray([...VIEWS], { minLength: 1, maxLength: 2 }),
  file: fc.record({ key: fc.constantFrom(...REPOSITORIES), closed: fc.boolean() }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

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

const files = (has: (key: Key, closed: boolean) => boolean): object =>
  Object.fromEntries(REPOSITORIES.map((key) => [key, [has(key, false), has(key, true)]]));

/** What a person is shown, by one of the surfaces that show most. */
async function shownTo(person: (typeof PEOPLE)[number], view: (typeof VIEWS)[number], { key, closed }: Change['file']): Promise<unknown> {
  const asker = world.askers[person];
  const graphql = async (query: string): Promise<string> =>
    (
      await asker.fetch('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    ).body;
  switch (view) {
    case 'found': {
      const q = encodeURIComponent('fork:yes archived:yes needle count:all');
      const { body } = await asker.fetch(`/.api/search/stream?cm=t&q=${q}`);
      return files((key, closed) => body.includes(fileOf(key, closed).word));
    }
    case 'grouped': {
      const body = await graphql(
        '{ search(query: "fork:yes archived:yes needle") { aggregation(groupBy: PATH, first: 100) { groups { label } } } }',
      );
      return files((key, closed) => body.includes(fileOf(key, closed).path));
    }
    case 'listed': {
      const body = await graphql('{ repositories(first: 100) { nodes { name } totalCount } }');
      const names = REPOSITORIES.filter((key) => body.includes(world.repositories[key].name));
      return { names, count: Number(/"totalCount":(\d+)/.exec(body)?.[1]) };
    }
    case 'raw':
      return (await asker.fetch(`/${world.repositories[key].name}/-/raw/${fileOf(key, closed).path}`)).status === 200;
  }
}

function expected(graph: Graph, person: string, view: (typeof VIEWS)[number], { key, closed }: Change['file']): unknown {
  const has = (key: Key, closed: boolean): boolean =>
    graph.most(person, key) === 'everything' || (!closed && graph.most(person, key) === 'rules');
  const names = REPOSITORIES.filter((key) => has(key, false));
  return view === 'listed' ? { names, count: names.length } : view === 'raw' ? has(key, closed) : files(has);
}

it('shows each person what the sources together grant, whatever they grant and take away in between', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      const graph = new Graph();
      for (const person of PEOPLE) tell(graph, person);
      for (const { source, group, repository, level, views, file } of changes) {
        const look = async (person: (typeof PEOPLE)[number]): Promise<void> => {
          graph.set(source, person, repository, level);
          tell(graph, person);
          for (const view of views)
            expect({ view, person, shown: await shownTo(person, view, file) }).toEqual({
              view,
              person,
              shown: expected(graph, person, view, file),
            });
        };
        await Promise.all(group.map(look));
      }
    }),
    { numRuns: 80 },
  );
});
