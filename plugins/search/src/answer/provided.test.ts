import type { Contribution } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResultSource, SearchPredicate, SourcedMatch } from '../api.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';
import { added } from '../testing/fake-git.js';

let world: SearchWorld;
let refusals: string[];
beforeEach(async () => {
  refusals = [];
  world = await SearchWorld.open();
  await world.add('acme/app', { tree: { 'src/a.ts': 'needle\n', 'docs/a.md': 'needle\n' }, diff: [added('docs/a.md', 'needle')] });
  await world.add('acme/lib', { tree: { 'src/b.ts': 'needle\n' }, diff: [added('src/b.ts', 'needle')] });
  await world.add('other', { tree: { 'src/c.ts': 'needle\n' }, indexed: false });
});
afterEach(() => world.close());

const contribution = <V>(value: V): Contribution<V> => ({ plugin: 'test', value, reject: (reason) => void refusals.push(reason) });
const provide = (...predicates: readonly SearchPredicate[]): void => void world.predicates.push(...predicates.map(contribution));
const source = (...sources: readonly ResultSource[]): void => void world.resultSources.push(...sources.map(contribution));

const files = async (query: string, actor = admin): Promise<readonly string[]> =>
  (await world.ask(query, actor)).matches
    .map((match) => `${match.repository.name} ${'path' in match ? match.path : 'oid' in match ? 'commit' : ''}`.trim())
    .sort();

/** `repo:has.prefix(x)`: those whose names begin so. */
const hasPrefix: SearchPredicate = {
  on: 'repo',
  name: 'has.prefix',
  problem: (argument) => (argument === '' ? 'It needs a prefix.' : undefined),
  choose: (argument, repositories) => new Set(repositories.filter(({ name }) => name.startsWith(argument)).map(({ id }) => id)),
};
/** `file:has.owner(x)`: acme/app's folder docs is docs-team's, all of other is core's. */
const hasOwner: SearchPredicate = {
  on: 'file',
  name: 'has.owner',
  paths: async (argument) => new Map(argument === '@docs-team' ? [[1, ['^docs/']]] : argument === 'core' ? [[3, ['.']]] : []),
};

describe('a predicate that a plugin provides', () => {
  it('chooses repositories, and by its opposite the others', async () => {
    provide(hasPrefix);
    expect(await files('repo:has.prefix(acme/) type:file needle')).toEqual([
      'acme/app docs/a.md',
      'acme/app src/a.ts',
      'acme/lib src/b.ts',
    ]);
    expect(await files('-repo:has.prefix(acme/) type:file needle')).toEqual(['other src/c.ts']);
    expect(await files('repo:lib repo:has.prefix(acme/)')).toEqual(['acme/lib']);
    expect(await files('(repo:has.prefix(acme/l) or repo:other) file:src')).toEqual(['acme/lib src/b.ts', 'other src/c.ts']);
  });

  it('chooses files, with an index and without, in changes, and in any boolean query', async () => {
    provide(hasOwner);
    expect(await files('file:has.owner(@docs-team) needle')).toEqual(['acme/app docs/a.md']);
    expect(await files('-file:has.owner(@docs-team) needle')).toEqual(['acme/app src/a.ts', 'acme/lib src/b.ts', 'other src/c.ts']);
    expect(await files('file:has.owner(core) needle')).toEqual(['other src/c.ts']);
    expect(await files('file:has.owner(nobody) needle')).toEqual([]);
    expect(await files('(file:has.owner(core) or file:has.owner(@docs-team)) needle')).toEqual(['acme/app docs/a.md', 'other src/c.ts']);
    expect(await files('type:diff file:has.owner(@docs-team) needle')).toEqual(['acme/app commit']);
    expect(await files('type:diff -file:has.owner(@docs-team) needle')).toEqual(['acme/lib commit']);
  });

  it('is asked of what the actor may see and the other filters leave, alone', async () => {
    const asked: unknown[] = [];
    provide({
      ...hasPrefix,
      choose: (_argument, repositories, { actor }) => {
        asked.push([actor.id, repositories]);
        return new Set([1, 2, 3]);
      },
    });
    world.wall.grant(aUser(2), [2, 3]);
    expect(await files('repo:acme repo:has.prefix(a) type:file needle', aUser(2))).toEqual(['acme/lib src/b.ts']);
    expect(asked).toEqual([['user:2', [{ id: 2, name: 'acme/lib' }]]]);
  });

  it('says what is wrong with its argument, with the place, before anything is searched', async () => {
    provide(hasPrefix);
    const { alert, verdict, matches } = await world.ask('repo:has.prefix() needle');
    expect(alert).toMatchObject({ kind: 'invalid-query', description: 'has.prefix: It needs a prefix. (at 1–17)' });
    expect([matches, verdict.exhaustive]).toEqual([[], false]);
  });

  const fault = (choose: () => never | Promise<never>): SearchPredicate => ({ ...hasPrefix, choose });
  it.each<[string, SearchPredicate, RegExp]>([
    [
      'throws',
      fault(() => {
        throw new Error('/srv/secret');
      }),
      /repo:has\.prefix\(\) could not be answered/,
    ],
    ['answers with no Set', { ...hasPrefix, choose: () => [1] as never }, /repo:has\.prefix\(\) could not be answered/],
    ['never answers', fault(() => new Promise<never>(() => undefined)), /The time was up before repo:has\.prefix\(\) was answered/],
  ])('leaves out what it was asked of when it %s, also by its opposite, and the verdict says so', async (_what, predicate, words) => {
    provide(predicate);
    for (const sign of ['', '-']) {
      const { matches, verdict } = await world.ask(`${sign}repo:has.prefix(a) type:file needle timeout:50ms`);
      expect([matches, verdict.exhaustive]).toEqual([[], false]);
      expect(verdict.words).toMatch(words);
      expect(verdict.words).not.toContain('secret');
    }
  });

  it.each<[string, ReadonlyMap<number, readonly string[]>]>([
    ['what is no pattern', new Map([[1, ['(']]])],
    ['too many patterns', new Map([[1, Array.from({ length: 1_001 }, (_, i) => `p${i}`)]])],
  ])('leaves out all files when it answers with %s', async (_what, paths) => {
    provide({ ...hasOwner, on: 'file', paths: () => paths });
    const { matches, verdict } = await world.ask('-file:has.owner(x) needle');
    expect(matches).toEqual([]);
    expect(verdict.words).toContain('file:has.owner() could not be answered');
  });

  it('is refused when its name is one of the search, taken, or cannot be written', async () => {
    provide(hasPrefix, hasPrefix, { ...hasPrefix, name: 'has.path' }, { ...hasPrefix, name: 'prefix' });
    expect(await files('repo:has.prefix(other) type:file needle')).toEqual(['other src/c.ts']);
    expect(new Set(refusals)).toEqual(
      new Set([
        'another plugin provides repo:has.prefix()',
        "repo:has.path() is the search's own",
        'the name of the predicate "prefix" is not "has." and lower-case words with dots',
      ]),
    );
  });

  it('is proposed where its name is mistyped, and suggested where it may stand', async () => {
    provide(hasPrefix);
    const { alert } = await world.ask('repo:has.perfix(a) needle');
    expect(alert?.description).toMatch(
      /^repo: has no predicate "has\.perfix", and no plugin provides it\. It has .*has\.prefix\. \(at 6–15\)$/,
    );
    expect(alert?.proposedQueries).toEqual([{ description: 'Use has.prefix', query: 'repo:has.prefix(a) needle' }]);
    const { suggestions } = await world.service.suggest({
      query: 'repo:has.pre',
      position: 12,
      actor: admin,
      signal: new AbortController().signal,
    });
    expect(suggestions).toMatchObject([{ kind: 'predicate', insertText: 'has.prefix(' }]);
  });
});

describe('what no plugin provides', () => {
  it.each([
    ['file:has.owner(ada) needle', '"file:has.owner(ada)" (ownership, at 1–19)', 'needle'],
    ['needle -file:has.contributor(ada)', '"-file:has.contributor(ada)" (contributors, at 8–33)', 'needle'],
    ['context:mine needle', '"context:mine" (search-contexts, at 1–12)', 'needle'],
    ['select:file.owners needle', '"select:file.owners" (ownership, at 1–18)', 'needle'],
    ['context:mine', '"context:mine" (search-contexts, at 1–12)', undefined],
  ])('%s is answered with its place, and the query without it', async (query, what, rest) => {
    const { alert, verdict, matches } = await world.ask(query);
    expect(alert).toMatchObject({ kind: 'no-provider', description: `No plugin provides ${what}.` });
    expect(alert?.proposedQueries.map((proposed) => proposed.query)).toEqual(rest === undefined ? [] : [rest]);
    expect([matches, verdict.exhaustive]).toEqual([[], false]);
    expect(await world.service.explain({ query, actor: admin, signal: new AbortController().signal })).toEqual(alert);
  });

  it.each([
    ['repo:has.paht(x) needle', 'repo:has.path(x) needle'],
    ['type:files needle', 'type:file needle'],
    ['type:sym needle', 'type:symbol needle'],
    ['type:whatever needle', undefined],
    ['-repo:has.nothing() needle', undefined],
  ])('%s is a query that is wrong, with a proposal where there is one', async (query, fixed) => {
    const { alert } = await world.ask(query);
    expect(alert).toMatchObject({ kind: 'invalid-query', description: expect.stringMatching(/ \(at \d+–\d+\)$/) });
    expect(alert?.proposedQueries.map((proposed) => proposed.query)).toEqual(fixed === undefined ? [] : [fixed]);
  });
});

const ticket = (repositoryId: number, title: string): SourcedMatch => ({
  repositoryId,
  commit: 'c0ffee',
  match: {
    type: 'content',
    path: `tickets/${title}.md`,
    pathRanges: [],
    matchCount: 1,
    score: 1,
    chunks: [{ content: title, start: { offset: 0, line: 0, column: 0 }, ranges: [], truncated: false }],
  },
});
/** `type:ticket`: those of acme/app and other whose titles fit. */
const tickets: ResultSource = {
  type: 'ticket',
  async *find({ fits }) {
    for (const [id, title] of [
      [1, 'needle lost'],
      [1, 'hay found'],
      [3, 'needle found'],
      [99, 'needle elsewhere'],
    ] as const) {
      const path = `tickets/${title}.md`;
      if (fits(title, { repositoryId: id, path })) yield [ticket(id, title)];
    }
  },
};

describe('results that a plugin finds', () => {
  it('are those of its type alone, within the filters, in the stream of the others, counted and with a facet', async () => {
    source(tickets);
    const { matches, filters, progress, verdict } = await world.ask('type:ticket needle');
    expect(matches).toMatchObject([
      { type: 'content', source: 'ticket', repository: { name: 'acme/app' }, freshness: { stale: false, lagSeconds: 0 } },
      { repository: { name: 'other' }, path: 'tickets/needle found.md' },
    ]);
    expect(filters).toContainEqual({ kind: 'type', value: 'type:ticket', label: 'ticket', count: 2, limitHit: false });
    expect([progress.matchCount, verdict.exhaustive]).toEqual([2, true]);
    expect(await files('type:ticket repo:other needle')).toEqual(['other tickets/needle found.md']);
    expect(await files('type:ticket -file:lost needle')).toEqual(['other tickets/needle found.md']);
    expect(await files('type:ticket type:path /^src.a|lost/')).toEqual(['acme/app src/a.ts', 'acme/app tickets/needle lost.md']);
    expect(await files('type:ticket needle select:repo')).toEqual(['acme/app', 'other']);
    expect(await files('needle type:file')).not.toContain('other tickets/needle found.md');
  });

  it('are shown to nobody who may not see the repository or the path', async () => {
    source({
      ...tickets,
      find: async function* () {
        yield [ticket(1, 'needle lost'), ticket(1, 'secret'), ticket(2, 'needle')];
      },
    });
    world.wall.grant(aUser(2), [1]);
    world.wall.hiddenPaths.set(1, new Set(['tickets/secret.md']));
    expect(await files('type:ticket needle', aUser(2))).toEqual(['acme/app tickets/needle lost.md']);
  });

  it('end with the search: what never answers is given up, and told that the time is up', async () => {
    let told: unknown;
    source({
      ...tickets,
      async *find({ signal }) {
        yield [ticket(1, 'needle')];
        await new Promise((resolve) => signal.addEventListener('abort', () => resolve((told = signal.reason)), { once: true }));
        await new Promise(() => undefined);
      },
    });
    const { matches, verdict } = await world.ask('type:ticket needle timeout:50ms');
    expect(matches).toHaveLength(1);
    expect(verdict.words).toContain('The time was up before type:ticket was answered');
    expect(told).toBeInstanceOf(DOMException);
  });

  it('are limited by count:, and a source that throws ends its own alone', async () => {
    source(tickets, {
      type: 'broken',
      find: () => {
        throw new Error('/srv/secret');
      },
    });
    expect((await world.ask('type:ticket needle count:1')).verdict.words).toContain('The limit of 1 result was reached');
    const { matches, verdict } = await world.ask('(type:broken or type:ticket) needle');
    expect(matches).toHaveLength(2);
    expect(verdict.words).toBe('This answer is incomplete: type:broken could not be answered.');
  });

  it('are refused when their type is one of the search, taken, or cannot be written', async () => {
    source(tickets, tickets, { ...tickets, type: 'file' }, { ...tickets, type: 'Two words' });
    expect(await files('type:ticket lost')).toEqual(['acme/app tickets/needle lost.md']);
    expect(new Set(refusals)).toEqual(
      new Set([
        'another plugin provides type:ticket',
        "type:file is the search's own",
        'the type "Two words" is not lower-case words with hyphens',
      ]),
    );
  });
});
