import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import type { DocExpr, EngineDocument, EngineEvent, EngineRequest, EngineSummary, PatternSpec } from './contract.js';
import { InlineExecutor } from './inline-executor.js';
import { scanDocuments } from './scan-documents.js';
import { SearchEngine } from './search-engine.js';
import { threadClock } from './thread-clock.js';

let folder: string;
let store: IndexStore;
let engine: SearchEngine;
const source = new MemoryBlobSource();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-engine-'));
  store = await IndexStore.open(folder, {
    languageOf: (path) => (path.endsWith('.ts') ? 'TypeScript' : undefined),
    retireAfter: 0,
  });
  engine = new SearchEngine(store, new InlineExecutor());
});
afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const index = (id: number, branches: Record<string, MemoryTree>) =>
  store.update({
    repository: { id, name: `example.com/r${id}` },
    branches: Object.entries(branches).map(([name, tree]) => ({ name, commit: source.commit(tree) })),
    source,
  });

const literal = (text: string, caseSensitive = false): PatternSpec => ({ kind: 'literal', source: text, caseSensitive });
const content = (pattern: PatternSpec | string): DocExpr => ({
  op: 'match',
  in: ['content'],
  pattern: typeof pattern === 'string' ? literal(pattern) : pattern,
});

type Options = Partial<EngineRequest['limits']> & { ids?: number[]; branch?: string; want?: EngineRequest['want'] };

const search = (expr: DocExpr, { ids = [1], branch, ...options }: Options = {}) =>
  searchIn(
    ids.map((id) => ({ id, branch })),
    expr,
    options,
  );

async function searchIn(
  repositories: EngineRequest['scope']['repositories'],
  expr: DocExpr,
  { want = 'content', ...limits }: Omit<Options, 'ids' | 'branch'> = {},
) {
  const documents: EngineDocument[] = [];
  let summary: EngineSummary | undefined;
  for await (const event of engine.search({
    scope: { repositories },
    expr,
    want,
    limits: { maxMatches: 1000, maxDocuments: 100, contextLines: 0, deadline: 10_000, countAll: false, ...limits },
  })) {
    if (event.type === 'documents') documents.push(...event.documents);
    if (event.type === 'done') summary = event.summary;
  }
  return { documents, summary: summary!, paths: documents.map(({ path }) => path).sort() };
}

describe('SearchEngine', () => {
  it('finds a literal with its line, offset and columns', async () => {
    await index(1, { main: { 'src/a.ts': 'first\nconst größe = needle(1);\n', 'b.txt': 'nothing' } });
    const { documents, summary } = await search(content('needle'));
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({
      repository: 1,
      path: 'src/a.ts',
      branches: ['main'],
      language: 'TypeScript',
      matchCount: 1,
      chunks: [
        {
          text: 'const größe = needle(1);',
          start: { offset: 6, line: 1, column: 0 },
          ranges: [{ start: { offset: 22, line: 1, column: 14 }, end: { offset: 28, line: 1, column: 20 } }],
        },
      ],
    });
    expect(summary).toMatchObject({ matchCount: 1, documentCount: 1, limitHit: false, timedOut: false, notIndexed: [], degraded: [] });
  });

  it('combines patterns, filters on path and language, and negation', async () => {
    await index(1, {
      main: { 'a.ts': 'alpha beta', 'b.ts': 'alpha', 'c.js': 'alpha beta', 'd.ts': 'alpha beta gamma' },
    });
    const expr: DocExpr = {
      op: 'and',
      of: [content('ALPHA'), content('beta'), { op: 'language', names: ['TypeScript'] }, { op: 'not', of: content('gamma') }],
    };
    expect((await search(expr)).paths).toEqual(['a.ts']);
    expect(
      (
        await search({
          op: 'and',
          of: [content('alpha'), { op: 'path', pattern: { kind: 'regexp', source: '\\.js$', caseSensitive: false } }],
        })
      ).paths,
    ).toEqual(['c.js']);
  });

  it('searches the branches asked for and answers a document once', async () => {
    await index(1, { main: { 'a.ts': 'needle', 'old.ts': 'needle' }, next: { 'a.ts': 'needle', 'new.ts': 'needle' } });
    expect((await search(content('needle'))).paths).toEqual(['a.ts', 'old.ts']);
    expect((await search(content('needle'), { branch: 'next' })).paths).toEqual(['a.ts', 'new.ts']);
    const { documents } = await searchIn(
      [
        { id: 1, branch: 'main' },
        { id: 1, branch: 'next' },
      ],
      content('needle'),
    );
    expect(Object.fromEntries(documents.map(({ path, branches }) => [path, branches]))).toEqual({
      'a.ts': ['main', 'next'],
      'old.ts': ['main'],
      'new.ts': ['next'],
    });
    expect(new Set(documents.map(({ commit }) => commit)).size).toBe(2);
  });

  it('names repositories and branches that it does not hold', async () => {
    await index(1, { main: { 'a.ts': 'needle' } });
    expect((await search(content('needle'), { ids: [1, 9] })).summary.notIndexed).toEqual([9]);
    const other = await search(content('needle'), { branch: 'other' });
    expect([other.paths, other.summary.notIndexed]).toEqual([[], [1]]);
  });

  it('shows the hits of those branches of an expression only that hold', async () => {
    await index(1, { main: { 'a.ts': 'foo bar' } });
    await index(2, { main: { 'a.ts': 'foo bar' } });
    const inRepository = (id: number, text: string): DocExpr => ({ op: 'and', of: [{ op: 'repository', ids: [id] }, content(text)] });
    const { documents } = await search({ op: 'or', of: [inRepository(1, 'foo'), inRepository(2, 'bar')] }, { ids: [1, 2] });
    const shown = documents.map(({ repository, chunks }) => [repository, chunks[0]!.ranges.map(({ start }) => start.column)]);
    expect(shown.sort()).toEqual([
      [1, [0]],
      [2, [4]],
    ]);
    const negated = await search({
      op: 'and',
      of: [
        content('foo'),
        { op: 'not', of: { op: 'and', of: [content('bar'), content('absent')] } },
        { op: 'content', pattern: literal('bar') },
      ],
    });
    expect(negated.documents[0]!.chunks[0]!.ranges).toHaveLength(1);
  });

  it('answers hits in paths, in code points', async () => {
    await index(1, { main: { 'größe/größe.ts': 'x' } });
    const { documents } = await search({
      op: 'match',
      in: ['content', 'path'],
      pattern: { kind: 'regexp', source: 'e\\.ts$', caseSensitive: true },
    });
    expect(documents[0]).toMatchObject({ pathRanges: [[10, 14]], chunks: [], matchCount: 1 });
    expect((await search({ op: 'match', in: ['path'], pattern: literal('GRÖSSE') }, { want: 'path' })).paths).toEqual([]);
    expect((await search({ op: 'match', in: ['path'], pattern: literal('GRÖßE') }, { want: 'path' })).paths).toEqual(['größe/größe.ts']);
  });

  it('joins neighbouring hits into one chunk, with the lines around', async () => {
    const lines = Array.from({ length: 12 }, (_, line) => ([3, 4, 9].includes(line) ? `hit ${line}` : `line ${line}`));
    await index(1, { main: { 'a.txt': `${lines.join('\n')}\n` } });
    const texts = async (contextLines: number) =>
      (await search(content('hit'), { contextLines })).documents[0]!.chunks.map(({ text, start }) => [start.line, text.split('\n').length]);
    expect(await texts(0)).toEqual([
      [3, 2],
      [9, 1],
    ]);
    expect(await texts(1)).toEqual([
      [2, 4],
      [8, 3],
    ]);
    expect(await texts(2)).toEqual([[1, 11]]);
  });

  it('cuts a line of a megabyte around its hits, at whole characters', async () => {
    await index(1, { main: { 'min.js': `${'ä'.repeat(100_000)}needle${'ö'.repeat(100_000)}needle;` } });
    const { documents } = await search(content('needle'));
    expect(documents[0]!.chunks).toHaveLength(2);
    for (const { text, start, ranges, truncated } of documents[0]!.chunks) {
      expect([truncated, text.includes('\ufffd'), text.length < 1_000]).toEqual([true, false, true]);
      const { start: from, end: to } = ranges[0]!;
      expect([...text].slice(from.column - start.column, to.column - start.column).join('')).toBe('needle');
    }
  });

  it('knows skipped files by path, and never finds ignored ones', async () => {
    await index(1, { main: { 'needle.bin': 'needle\0', 'needle.txt': 'x', 'secret/needle.txt': 'needle', '.sextant/ignore': 'secret' } });
    const { paths, summary } = await search({ op: 'match', in: ['content', 'path'], pattern: literal('needle') });
    expect(paths).toEqual(['needle.bin', 'needle.txt']);
    expect(summary.skippedFiles).toEqual({ binary: 1, ignored: 1 });
    expect((await search({ op: 'not', of: content('x') })).paths).toEqual(['.sextant/ignore', 'needle.bin']);
  });

  it('stops collecting at its limits, the same way each time, and says so', async () => {
    const tree = Object.fromEntries(Array.from({ length: 20 }, (_, file) => [`${file}.txt`, 'hit\n'.repeat(10)]));
    await index(1, { main: tree });
    const ranges = (documents: readonly EngineDocument[]) =>
      documents.flatMap(({ path, chunks }) => chunks.flatMap((chunk) => chunk.ranges.map(({ start }) => `${path}:${start.line}`)));
    const first = await search(content('hit'), { maxMatches: 25 });
    expect(ranges(first.documents)).toHaveLength(25);
    expect(first.summary).toMatchObject({ limitHit: true, timedOut: false });
    expect(ranges((await search(content('hit'), { maxMatches: 25 })).documents)).toEqual(ranges(first.documents));
    const exact = await search(content('hit'), { maxMatches: 200 });
    expect(exact.summary).toMatchObject({ matchCount: 200, limitHit: false });
    expect((await search(content('hit'), { maxDocuments: 3 })).summary).toMatchObject({
      matchCount: 200,
      documentCount: 20,
      limitHit: true,
    });
    expect((await search(content('hit'), { maxMatches: 1, countAll: true })).summary).toMatchObject({ matchCount: 200, limitHit: true });
  });

  it('collects as many matches as were asked for, the last document included in which it ends', async () => {
    await index(1, { main: { 'a.txt': 'hit\n', 'b.txt': 'hit\n'.repeat(70) } });
    const shown = ({ chunks }: EngineDocument) => chunks.flatMap(({ ranges }) => ranges).length;
    const some = await search(content('hit'), { maxMatches: 3 });
    expect(Object.fromEntries(some.documents.map((document) => [document.path, [shown(document), document.matchCount]]))).toEqual({
      'a.txt': [1, 1],
      'b.txt': [2, 2],
    });
    const counted = await search(content('hit'), { maxMatches: 3, countAll: true });
    expect(counted.documents.map(({ matchCount }) => matchCount).sort()).toEqual([1, 70]);
    expect(counted.summary.matchCount).toBe(71);
  });

  it('answers the same when every document is a turn of its own', async () => {
    await index(1, { main: Object.fromEntries(Array.from({ length: 30 }, (_, file) => [`${file}.txt`, 'hit\n'.repeat(file % 7)])) });
    await index(2, { main: { 'a.txt': 'hit hit', 'b.txt': 'hit' } });
    const whole = engine;
    const sliced = new SearchEngine(store, new InlineExecutor(-1));
    for (const limits of [
      {},
      { maxMatches: 25 },
      { maxMatches: 84 },
      { maxDocuments: 5 },
      { maxMatches: 10, countAll: true },
      { maxMatches: 1 },
    ]) {
      engine = whole;
      const expected = await search(content('hit'), { ids: [1, 2], ...limits });
      engine = sliced;
      expect(await search(content('hit'), { ids: [1, 2], ...limits }), JSON.stringify(limits)).toEqual(expected);
    }
  });

  it('goes no further than its reader, and tells everything in the end', async () => {
    store = await IndexStore.open(folder, { languageOf: () => undefined, retireAfter: 0, maxShardBytes: 30_000 });
    await index(1, { main: Object.fromEntries(Array.from({ length: 60 }, (_, file) => [`${file}.txt`, `hit ${file}\n`.repeat(4_000)])) });
    let settled = 0;
    const executor = new InlineExecutor(-1);
    const { submit } = executor;
    executor.submit = (query) => {
      const { settle } = query;
      query.settle = (result) => {
        if ('answer' in result) settled++;
        settle.call(query, result);
      };
      submit.call(executor, query);
    };
    const limits = { maxMatches: 1_000_000, maxDocuments: 1_000, contextLines: 0, deadline: 60_000, countAll: false };
    const events = new SearchEngine(store, executor).search({
      scope: { repositories: [{ id: 1 }] },
      expr: content('hit'),
      want: 'content',
      limits,
      hold: 0,
    });
    const paths = new Set<string>();
    const take = (event: IteratorResult<EngineEvent>) => {
      if (!event.done && event.value.type === 'documents') for (const { path } of event.value.documents) paths.add(path);
    };
    take(await events.next());
    let before: number;
    do {
      before = settled;
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (settled > before);
    const shards = (await store.manifests()).get(1)!.shards.length;
    expect(settled).toBeLessThan(shards / 2);
    for await (const event of events) take({ done: false, value: event });
    expect(paths.size).toBe(60);
  });

  describe('while the time of day jumps (hostile row 46)', () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });
    /** The first look at it is right, every other off by this many milliseconds. */
    const jump = (by: number): void => {
      const began = Date.now();
      let looked = false;
      vi.spyOn(Date, 'now').mockImplementation(() => {
        const now = looked ? began + by : began;
        looked = true;
        return now;
      });
    };

    it('searches to its end', async () => {
      await index(1, { main: Object.fromEntries(Array.from({ length: 30 }, (_, file) => [`${file}.txt`, 'hit\n'])) });
      jump(3_600_000);
      expect((await search(content('hit'), { deadline: 20_000 })).summary).toMatchObject({ matchCount: 30, timedOut: false });
    });

    it('answers at its deadline', async () => {
      async function* endless(): AsyncGenerator<never> {
        await new Promise(() => undefined);
      }
      jump(-3_600_000);
      const limits = { maxMatches: 10, maxDocuments: 10, contextLines: 0, deadline: 50, countAll: false };
      const of = { expr: content('hit'), want: 'content' as const, limits, repository: { id: 1 }, revision: 'v1', commit: 'c1' };
      const summaries: EngineSummary[] = [];
      for await (const event of scanDocuments({ ...of, languageOf: () => undefined }, endless(), new InlineExecutor()))
        if (event.type === 'done') summaries.push(event.summary);
      expect(summaries).toMatchObject([{ timedOut: true }]);
    });
  });

  it('counts a line once for a pattern that can be empty, and a document once for a filter', async () => {
    await index(1, { main: { 'a.txt': 'one\n\ntwo\n' } });
    expect((await search(content({ kind: 'regexp', source: '^$', caseSensitive: true }))).summary.matchCount).toBe(1);
    expect((await search(content({ kind: 'regexp', source: 'x*', caseSensitive: true }))).summary.matchCount).toBe(3);
    expect((await search({ op: 'const', value: true })).summary).toMatchObject({ matchCount: 1, documentCount: 1 });
  });
});

describe('ranking', () => {
  const order = async (tree: MemoryTree, expr: DocExpr) => {
    store = await IndexStore.open(folder, { languageOf: () => 'TypeScript', retireAfter: 0 });
    engine = new SearchEngine(store, new InlineExecutor());
    await index(1, { main: tree });
    return (await search(expr)).documents.map(({ path }) => path);
  };

  it('puts a definition before uses, and the name as asked before the other case', async () => {
    const tree = {
      'use.ts': 'parseQuery(1);\nparseQuery(2);\nparseQuery(3);\n',
      'lower.ts': 'function parsequery() {}\n',
      'def.ts': 'export function parseQuery(x) {}\n',
    };
    expect(await order(tree, content('parseQuery'))).toEqual(['def.ts', 'lower.ts', 'use.ts']);
  });

  it('puts whole words before parts of words', async () => {
    expect(
      await order({ 'part.ts': 'x = superindexing;', 'camel.ts': 'x = superIndex;', 'word.ts': 'x = index;' }, content('index')),
    ).toEqual(['word.ts', 'camel.ts', 'part.ts']);
  });

  it('puts tests, vendored and generated files below the original', async () => {
    const body = 'export function openStore() {}\n';
    expect(await order({ 'vendor/a/store.ts': body, 'src/store.ts': body, 'test/store.ts': body }, content('openStore'))).toEqual([
      'src/store.ts',
      'test/store.ts',
      'vendor/a/store.ts',
    ]);
  });

  it('puts documents first in which the words stand close together, and file names that match', async () => {
    const far = `alpha\n${'\n'.repeat(50)}beta\n`;
    expect(await order({ 'far.ts': far, 'near.ts': 'alpha\nbeta\n' }, { op: 'and', of: [content('alpha'), content('beta')] })).toEqual([
      'near.ts',
      'far.ts',
    ]);
    expect(await order({ 'a/other.ts': 'router', 'b/router.ts': 'router' }, content('router'))).toEqual(['b/router.ts', 'a/other.ts']);
  });

  it('prefers repositories of higher rank among equals', async () => {
    await index(1, { main: { 'a.ts': 'needle' } });
    await index(2, { main: { 'a.ts': 'needle' } });
    const { documents } = await searchIn([{ id: 1 }, { id: 2, rank: 0.5 }], content('needle'));
    expect(documents.map(({ repository }) => repository)).toEqual([2, 1]);
    expect(documents[0]!.features).toMatchObject({ repositoryRank: 0.5, word: 1 });
  });
});

it('threads keep each other’s deadlines: their clock is one', async () => {
  const clock = new URL('../../dist/engine/thread-clock.js', import.meta.url);
  const says = `import(${JSON.stringify(clock.href)}).then(({ threadClock }) => require('node:worker_threads').parentPort.postMessage(threadClock()))`;
  const before = threadClock();
  const there = await new Promise<number>((resolve) => new Worker(says, { eval: true }).once('message', resolve));
  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(threadClock());
});
