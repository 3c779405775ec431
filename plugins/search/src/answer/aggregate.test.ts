import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Aggregation, AggregationMode, AggregationRequest } from '../api.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';
import { added } from '../testing/fake-git.js';

const ada = aUser(2);
const ask = (world: SearchWorld, query: string, by: AggregationMode, more: Partial<AggregationRequest> = {}): Promise<Aggregation> =>
  world.service.aggregate({ query, by, actor: admin, signal: new AbortController().signal, ...more });
const pairs = ({ groups }: Aggregation): readonly (readonly [string, number])[] => groups.map(({ label, count }) => [label, count]);

const TREES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'host/one': {
    'src/a.ts': 'get(Alpha); get(beta);\nget(Alpha)\n',
    'src/view.tsx': 'get(Alpha)\n',
    'README.md': 'get(Größe) and get(a/b c)\r\n',
    'odd file (1).txt': 'get(\\d+ "x")\n',
    notes: 'get(nothing)\n',
  },
  'host/one-more': { 'src/a.ts': 'get(beta)\n', 'lib/main.go': 'get(alpha)\nget()\n' },
  'host/c++': { 'a.py': 'get(Alpha)\n' },
};

/** What the groups must be, by a scan of its own. */
function scanned(key: (repository: string, path: string, value: string) => string | undefined): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const [repository, tree] of Object.entries(TREES))
    for (const [path, content] of Object.entries(tree))
      for (const [, value = ''] of content.matchAll(/get\(([^)\r\n]*)\)/gi)) {
        const label = key(repository, path, value);
        if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
      }
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

const TOTAL = scanned(() => '').reduce((sum, [, count]) => sum + count, 0);

describe('the groups of matches', () => {
  let world: SearchWorld;
  beforeAll(async () => {
    world = await SearchWorld.open();
    for (const [name, tree] of Object.entries(TREES)) await world.add(name, { tree });
  });
  afterAll(() => world.close());

  const query = 'type:file /get\\(([^)]*)\\)/';
  const LANGUAGES: Readonly<Record<string, string>> = { ts: 'TypeScript', tsx: 'TSX', md: 'Markdown', txt: 'Text', go: 'Go', py: 'Python' };
  const expected: Readonly<Record<Exclude<AggregationMode, 'author'>, readonly (readonly [string, number])[]>> = {
    repo: scanned((repository) => repository),
    path: scanned((_repository, path) => path),
    language: scanned((_repository, path) => LANGUAGES[path.split('.')[1] ?? '']),
    'capture-group': scanned((_repository, _path, value) => value),
  };

  describe.each(['yes', 'no'])('with index:%s', (index) => {
    it.each(Object.entries(expected) as [AggregationMode, (typeof expected)['repo']][])(
      'are by %s what a scan counts',
      async (by, groups) => {
        const answer = await ask(world, `${query} index:${index}`, by, { first: 100 });
        expect(pairs(answer)).toEqual(groups);
        expect(answer).toMatchObject({ otherGroups: 0, otherCount: 0, matchCount: TOTAL, verdict: { exhaustive: true } });
        expect(answer.ungroupedCount).toBe(by === 'language' ? 1 : 0);
      },
    );

    it.each(Object.keys(expected) as AggregationMode[])('by %s have queries that find as much as they hold', async (by) => {
      for (const { label, count, query: narrow } of (await ask(world, `${query} index:${index} case:yes`, by, { first: 100 })).groups) {
        expect(narrow, label).toBeTypeOf('string');
        expect((await world.ask(narrow!)).progress.matchCount, narrow).toBe(count);
      }
    });
  });

  it('tell letter case apart in a group that is searched without it', async () => {
    const { groups } = await ask(world, query, 'capture-group', { first: 100 });
    const byLabel = Object.fromEntries(groups.map((group) => [group.label, group]));
    expect([byLabel['Alpha']?.count, byLabel['alpha']?.count]).toEqual([4, 1]);
    for (const label of ['Alpha', 'alpha'])
      expect((await world.ask(byLabel[label]!.query!)).progress.matchCount).toBe(byLabel[label]!.count);
  });

  it('that are not listed are counted as others', async () => {
    const answer = await ask(world, query, 'repo', { first: 1 });
    expect(answer).toMatchObject({ groups: [{ label: 'host/one', count: 8 }], otherGroups: 2, otherCount: 4, matchCount: TOTAL });
    expect(await ask(world, query, 'repo', { first: 0 })).toMatchObject({ groups: [], otherGroups: 3, otherCount: TOTAL });
  });

  it('count on past the default limit, and say so where the query has one', async () => {
    const { settings } = world;
    try {
      world.settings = { ...settings, defaultLimit: 2 };
      expect(await ask(world, query, 'repo')).toMatchObject({ matchCount: TOTAL, verdict: { exhaustive: true } });
      const capped = await ask(world, `${query} count:2`, 'repo');
      expect(capped.verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'capped' }] });
    } finally {
      world.settings = settings;
    }
  });

  it('stand in any query whole', async () => {
    for (const written of [
      'get or nothing',
      'get and (alpha or beta)',
      'not nothing get',
      'file:src or file:lib',
      '/get/ case:yes',
      'get\\',
    ])
      for (const by of ['repo', 'path', 'language'] as const) {
        const { groups, verdict } = await ask(world, `type:file ${written}`, by, { first: 100 });
        expect(verdict.exhaustive).toBe(true);
        for (const { query: narrow, count } of groups) expect((await world.ask(narrow!)).progress.matchCount, narrow).toBe(count);
      }
  });

  it('add up, for any query, to all of its matches', async () => {
    const word = fc.constantFrom(
      'get',
      'alpha',
      '/(get|and)/',
      '/\\((.)/',
      'file:src',
      'lang:go',
      '-file:a',
      'repo:one',
      'nothing',
      'get or alpha',
      'not alpha',
    );
    const pattern = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
    const mode = fc.constantFrom<AggregationMode>('repo', 'path', 'language', 'capture-group', 'author');
    await fc.assert(
      fc.asyncProperty(pattern, mode, fc.nat({ max: 3 }), async (text, by, first) => {
        const answer = await ask(world, text, by, { first });
        const listed = answer.groups.reduce((sum, { count }) => sum + count, 0);
        expect(listed + answer.otherCount + answer.ungroupedCount).toBe(answer.matchCount);
        if (answer.unavailable !== undefined) expect(answer.matchCount).toBe(0);
        else if (by !== 'capture-group') expect(answer.matchCount).toBe((await world.ask(`${text} count:all`)).progress.matchCount);
      }),
      { numRuns: 60, seed: Number(process.env['SEXTANT_TEST_SEED'] ?? 20240515) },
    );
  });
});

describe('a query without such groups', () => {
  let world: SearchWorld;
  beforeAll(async () => {
    world = await SearchWorld.open();
  });
  afterAll(() => world.close());

  it.each<readonly [string, AggregationMode, RegExp]>([
    ['needle', 'capture-group', /no regular expression/],
    ['/needle/', 'capture-group', /has no group/],
    ['/(?:needle)/', 'capture-group', /has no group/],
    ['/(a)/ and /(b)/', 'capture-group', /more than one/i],
    ['not /(a)/', 'capture-group', /no regular expression/],
    ['/(a)/ type:repo', 'capture-group', /type:file/],
    ['/(a)/ select:file', 'capture-group', /select:/],
    ['needle', 'author', /type:commit/],
    ['type:commit needle', 'path', /type:file/],
    ['type:diff needle', 'language', /type:file/],
    ['needle select:repo', 'path', /select:repo/],
  ])('%s by %s says what is missing', async (query, by, reason) => {
    const answer = await ask(world, query, by);
    expect(answer.unavailable).toMatch(reason);
    expect(answer).toMatchObject({ groups: [], matchCount: 0, verdict: { exhaustive: false } });
    expect(world.service.aggregationModes(query)[by]).toBe(answer.unavailable);
  });

  it.each<readonly [string, AggregationMode]>([
    ['/(a)/', 'capture-group'],
    ['content:/(a)/', 'capture-group'],
    ['type:commit (a)+ patterntype:regexp', 'capture-group'],
    ['type:commit a', 'author'],
    ['a', 'repo'],
    ['select:repo a', 'repo'],
    ['type:symbol a', 'language'],
  ])('is not %s by %s', (query, by) => expect(world.service.aggregationModes(query)[by]).toBeUndefined());

  it('is told from one that is wrong', async () => {
    const answer = await ask(world, 'count:none x', 'repo');
    expect(answer).toMatchObject({ groups: [], alert: { kind: 'invalid-query' }, verdict: { exhaustive: false } });
    expect(answer.unavailable).toBeUndefined();
  });
});

describe('groups of what the asker may see', () => {
  let world: SearchWorld;
  beforeEach(async () => {
    world = await SearchWorld.open();
  });
  afterEach(() => world.close());

  it('leave out hidden repositories and hidden paths, also from the sums', async () => {
    await world.add('seen', { tree: { 'a.ts': 'needle\n', 'hidden.py': 'needle\nneedle\n' } });
    await world.add('unseen', { tree: { 'b.go': 'needle\n' } });
    world.wall.hiddenPaths.set(1, new Set(['hidden.py']));
    world.wall.grant(ada, [1]);
    for (const [by, label] of [
      ['repo', 'seen'],
      ['path', 'a.ts'],
      ['language', 'TypeScript'],
    ] as const) {
      const { groups, ...sums } = await ask(world, 'type:file needle', by, { actor: ada });
      expect(groups).toMatchObject([{ label, count: 1 }]);
      expect(sums).toMatchObject({ otherGroups: 0, otherCount: 0, ungroupedCount: 0, matchCount: 1 });
    }
  });

  it('leave out what was taken away while they were counted', async () => {
    for (const name of ['kept', 'taken']) await world.add(name, { tree: { 'a.ts': 'needle\n' } });
    world.wall.grant(ada, [1, 2]);
    const { realNode } = world;
    world.node = {
      ...realNode,
      async *search(request) {
        yield* realNode.search(request);
        world.wall.grant(ada, [1]);
      },
    };
    for (const by of ['repo', 'path', 'language'] as const) {
      world.wall.grant(ada, [1, 2]);
      const answer = await ask(world, 'type:file needle', by, { actor: ada });
      expect(answer.matchCount).toBe(1);
      expect(JSON.stringify(answer)).not.toContain('taken');
    }
  });

  it('are of authors and of groups in messages and changes', async () => {
    await world.add('a', {
      history: [
        { tree: {}, message: 'Fix bug-12' },
        { tree: {}, message: 'Fix bug-7\n\nand bug-12 again' },
      ],
      tree: { 'a.txt': 'x\n' },
      message: 'Add a',
      diff: [added('a.txt', 'see bug-7')],
    });
    const authors = await ask(world, 'type:commit bug', 'author');
    expect(pairs(authors)).toEqual([['Ada Test <ada@example.com>', 3]]);
    expect((await world.ask(authors.groups[0]!.query!)).progress.matchCount).toBe(3);
    const messages = await ask(world, 'type:commit /bug-(\\d+)/', 'capture-group');
    expect(pairs(messages)).toEqual([
      ['12', 2],
      ['7', 1],
    ]);
    for (const { query, count } of messages.groups) expect((await world.ask(query!)).progress.matchCount).toBe(count);
    expect(pairs(await ask(world, 'type:diff /bug-(\\d+)/', 'capture-group'))).toEqual([['7', 1]]);
  });

  it('are of the names of paths and symbols where those are searched', async () => {
    await world.add('a', { tree: { 'get-one.ts': 'export function getTwo() {}\nexport function getTwoMore() {}\n' } });
    expect(pairs(await ask(world, 'type:path /get-(\\w+)/', 'capture-group'))).toEqual([['one', 1]]);
    expect(pairs(await ask(world, 'type:symbol /^get(\\w)/', 'capture-group'))).toEqual([['T', 2]]);
  });

  it('say that the time was up', async () => {
    await world.add('a', { tree: { 'a.ts': 'needle\n' } });
    world.settings = { ...world.settings, defaultTimeout: 0 };
    world.git.beforeCommit = () => world.pass(1);
    const answer = await ask(world, 'type:commit a', 'author');
    expect(answer.verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'timed-out' }] });
  });

  it('do not read hits longer than a line is wide as different values', async () => {
    await world.add('a', { tree: { 'a.txt': `key=${'x'.repeat(300)}\nkey=short\n` } });
    expect(await ask(world, 'type:file /key=(\\w+)/', 'capture-group')).toMatchObject({
      groups: [{ label: 'short', count: 1 }],
      ungroupedCount: 1,
      matchCount: 2,
    });
  });
});
