import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { blobOid, MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import type { DocExpr, EngineDocument, EngineEvent, EngineSummary } from './contract.js';
import { DocumentCounts } from './document-counts.js';
import { InlineExecutor } from './inline-executor.js';
import { scanDocuments } from './scan-documents.js';
import { SearchEngine } from './search-engine.js';

const LIMITS = { maxMatches: 100_000, maxDocuments: 1_000, contextLines: 1, deadline: 20_000, countAll: false };
const languageOf = (path: string) => ({ ts: 'TypeScript', go: 'Go' })[path.split('.').at(-1)!];

async function collect(events: AsyncIterable<EngineEvent>): Promise<{ documents: EngineDocument[]; summary: EngineSummary }> {
  const documents: EngineDocument[] = [];
  for await (const event of events) {
    if (event.type === 'documents') documents.push(...event.documents);
    if (event.type === 'done') return { documents, summary: event.summary };
  }
  throw new Error('the search ended without a summary');
}

const byPath = (documents: readonly EngineDocument[]) => [...documents].sort((a, b) => (a.path < b.path ? -1 : 1));

async function withIndex<T>(tree: MemoryTree, use: (engine: SearchEngine) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-equality-'));
  const store = await IndexStore.open(folder, { languageOf, retireAfter: 0, maxShardBytes: 20_000 });
  const source = new MemoryBlobSource();
  const engine = new SearchEngine(store, new InlineExecutor());
  try {
    await store.update({ repository: { id: 7, name: 'example.com/r' }, branches: [{ name: 'main', commit: source.commit(tree) }], source });
    return await use(engine);
  } finally {
    await engine.close();
    await rm(folder, { recursive: true });
  }
}

const searchIndex = (engine: SearchEngine, expr: DocExpr, want: 'content' | 'path' | 'symbol' = 'content') =>
  collect(engine.search({ scope: { repositories: [{ id: 7 }] }, expr, want, limits: LIMITS }));

const scanTree = (tree: MemoryTree, expr: DocExpr, want: 'content' | 'path' | 'symbol' = 'content') =>
  collect(
    scanDocuments(
      {
        repository: { id: 7 },
        revision: 'main',
        commit: new MemoryBlobSource().commit(tree),
        expr,
        want,
        limits: LIMITS,
        languageOf,
      },
      (async function* () {
        for (const [path, content] of Object.entries(tree)) yield { path, oid: blobOid(content), content: Buffer.from(content) };
      })(),
      new InlineExecutor(),
    ),
  );

/** An evaluation that shares nothing with the engine: strings and JavaScript's own regular expressions. */
function holds(expr: DocExpr, path: string, content: string): boolean {
  switch (expr.op) {
    case 'and':
      return expr.of.every((part) => holds(part, path, content));
    case 'or':
      return expr.of.some((part) => holds(part, path, content));
    case 'not':
      return !holds(expr.of, path, content);
    case 'const':
      return expr.value;
    case 'language':
      return expr.names.includes(languageOf(path) ?? '');
    case 'repository':
      return expr.ids.includes(7);
    case 'path':
      return occurs(expr.pattern, path);
    case 'content':
      return occurs(expr.pattern, content);
    case 'match':
      return (expr.in.includes('path') && occurs(expr.pattern, path)) || (expr.in.includes('content') && occurs(expr.pattern, content));
    default:
      throw new Error(expr.op);
  }
}

function occurs({ kind, source, caseSensitive }: Extract<DocExpr, { op: 'path' }>['pattern'], text: string): boolean {
  const pattern = kind === 'literal' ? source.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : source;
  return new RegExp(pattern, caseSensitive ? 'm' : 'mi').test(text);
}

const word = fc.constantFrom('foo', 'Bar', 'foobar', 'x', 'mutex_lock', 'return', '}', 'größe', 'a.b', '->next', 'FOO');
const anyContent = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: word },
      fc.constantFrom(' ', '\n', '\t'),
      fc.nat({ max: 3 }).map((n) => ' .'.repeat(1000 + n)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));
const anyPath = fc
  .tuple(fc.constantFrom('src', 'test', 'lib/Foo'), fc.constantFrom('foo', 'bar', 'Main'), fc.constantFrom('ts', 'go', 'txt'))
  .map(([a, b, c]) => `${a}/${b}.${c}`);
const anyTree: fc.Arbitrary<MemoryTree> = fc.dictionary(anyPath, anyContent, { minKeys: 1, maxKeys: 9 });
const anyPattern = fc.record({
  kind: fc.constantFrom('literal' as const, 'regexp' as const),
  source: fc.constantFrom(
    'foo',
    'Bar',
    'mutex_lock',
    'oob',
    'x',
    're',
    'größe',
    'a.b',
    'foo bar',
    'o{2}b',
    'fo+(bar|Bar)?',
    '^foo',
    'next$',
    '(foo|lock)[^\\n]*Bar',
    'mutex\\w+',
    '[a-c]\\.b',
  ),
  caseSensitive: fc.boolean(),
});
const { expr: anyExpr } = fc.letrec<{ expr: DocExpr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'expr' },
    fc.record({
      op: fc.constant('match' as const),
      in: fc.constantFrom(['content' as const], ['path' as const], ['content' as const, 'path' as const]),
      pattern: anyPattern,
    }),
    fc.record({ op: fc.constantFrom('path' as const, 'content' as const), pattern: anyPattern }),
    fc.record({ op: fc.constant('language' as const), names: fc.constantFrom(['Go'], ['Go', 'TypeScript'], ['Rust']) }),
    fc.record({ op: fc.constant('repository' as const), ids: fc.constantFrom([7], [8]) }),
    fc.record({ op: fc.constant('not' as const), of: tie('expr') }),
    fc.record({ op: fc.constantFrom('and' as const, 'or' as const), of: fc.array(tie('expr'), { minLength: 1, maxLength: 3 }) }),
  ),
}));

describe('indexed search', () => {
  it('finds the documents that an independent scan finds, and answers as the unindexed search does', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, fc.array(anyExpr, { minLength: 4, maxLength: 8 }), (tree, exprs) =>
        withIndex(tree, async (engine) => {
          for (const expr of exprs) {
            const indexed = await searchIndex(engine, expr);
            const expected = Object.entries(tree).filter(([path, content]) => holds(expr, path, content as string));
            expect(byPath(indexed.documents).map(({ path }) => path)).toEqual(expected.map(([path]) => path).sort());
            const scanned = await scanTree(tree, expr);
            expect(byPath(indexed.documents)).toEqual(byPath(scanned.documents));
            expect(indexed.summary.matchCount).toBe(scanned.summary.matchCount);
          }
        }),
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it('finds a literal wherever it lies across the borders of units', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 100 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: -110, max: 10 }),
        async (length, unit, shift) => {
          const needle = 'NeedleInTheHaystack_'.repeat(6).slice(0, length);
          const at = Math.max(0, unit * 2048 + shift);
          const tree = { 'a.txt': `${'.'.repeat(at)}${needle}${'.'.repeat(3000)}` };
          await withIndex(tree, async (engine) => {
            for (const caseSensitive of [true, false]) {
              const source = caseSensitive ? needle : needle.toUpperCase();
              const { documents } = await searchIndex(engine, {
                op: 'match',
                in: ['content'],
                pattern: { kind: 'literal', source, caseSensitive },
              });
              expect(documents[0]?.chunks[0]?.ranges[0]).toMatchObject({ start: { offset: at }, end: { offset: at + length } });
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it('finds two bytes wherever they are, also at the very end and as all there is', async () => {
    const filler = '.'.repeat(2_047);
    const tree = {
      'end.txt': 'anything xq',
      'only.txt': 'xq',
      'border.txt': `${filler}xq${filler}`,
      'last.txt': `${filler}xq`,
      'folded.txt': 'an XQ here',
      'not.txt': 'x q',
    };
    await withIndex(tree, async (engine) => {
      for (const caseSensitive of [true, false]) {
        const { documents } = await searchIndex(engine, {
          op: 'match',
          in: ['content'],
          pattern: { kind: 'literal', source: 'xq', caseSensitive },
        });
        const found = ['border.txt', 'end.txt', ...(caseSensitive ? [] : ['folded.txt']), 'last.txt', 'only.txt'];
        expect(byPath(documents).map(({ path }) => path)).toEqual(found);
      }
    });
  });

  it('counts what it would show, whatever part of it is shown', async () => {
    const word = fc.constantFrom('aa', 'aaa', 'ab', 'x', 'Ab', '\n', ' ', '.'.repeat(2_046), 'needle', 'a.ts');
    const file = fc.array(word, { maxLength: 14 }).map((words) => words.join(''));
    const path = fc.constantFrom('a.ts', 'b.go', 'src/test/aa.ts', 'needle', 'ab/c.go', 'same.go');
    const filter = fc.constantFrom<DocExpr | undefined>(
      undefined,
      { op: 'language', names: ['Go'] },
      { op: 'path', pattern: { kind: 'regexp', source: 'a', caseSensitive: true } },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(path, file, { minKeys: 1 }),
        fc.constantFrom('aa', 'a', 'ab', 'needle', 'b', 'ts'),
        fc.boolean(),
        filter,
        fc.constantFrom<readonly ('content' | 'path')[]>(['content'], ['content', 'path']),
        fc.nat({ max: 3 }),
        async (tree, source, caseSensitive, beside, places, shown) => {
          const match: DocExpr = { op: 'match', in: places, pattern: { kind: 'literal', source, caseSensitive } };
          const expr: DocExpr = beside ? { op: 'and', of: [match, beside] } : match;
          await withIndex(tree, async (engine) => {
            const all = await searchIndex(engine, expr);
            const expected = new DocumentCounts(7);
            const few = {
              documents: [] as EngineDocument[],
              counts: new DocumentCounts(7),
              summary: undefined as EngineSummary | undefined,
            };
            const limits = { ...LIMITS, countAll: true, counts: true, maxDocuments: shown };
            for await (const event of engine.search({ scope: { repositories: [{ id: 7 }] }, expr, want: 'content', limits })) {
              if (event.type === 'documents') few.documents.push(...event.documents);
              if (event.type === 'counted') for (const counts of event.counts) few.counts.addAll(counts);
              if (event.type === 'done') few.summary = event.summary;
            }
            const seen = new Set(few.documents.map((document) => document.path));
            expect(seen.size).toBe(Math.min(shown, all.documents.length));
            for (const document of all.documents.filter((one) => !seen.has(one.path))) {
              const kind = document.chunks.length > 0 ? 'content' : 'path';
              expected.add({ path: document.path, language: document.language, kind, matches: document.matchCount });
            }
            expect(few.counts.told()).toEqual(expected.told());
            expect(few.summary).toEqual(all.summary);
          });
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('finds a match whose parts lie in different units of one line', async () => {
    for (const gap of [10, 2_000, 2_048, 5_000, 20_000]) {
      const tree = { 'a.txt': `first\n${'.'.repeat(2_040)}alphaOne${' '.repeat(gap)}omegaTwo;\nlast\nalphaOne\nomegaTwo\n` };
      await withIndex(tree, async (engine) => {
        const { summary } = await searchIndex(engine, {
          op: 'match',
          in: ['content'],
          pattern: { kind: 'regexp', source: 'alphaOne.*omegaTwo', caseSensitive: true },
        });
        expect(summary.matchCount, `gap ${gap}`).toBe(1);
      });
    }
  });

  it('searches bytes that are not UTF-8 as bytes, and counts columns in what is shown', async () => {
    const content = Buffer.concat([Buffer.from([0x61, 0xff, 0xfe, 0x20]), Buffer.from('needle'), Buffer.from([0xe4, 0x0a])]);
    await withIndex({ 'latin1.txt': content }, async (engine) => {
      const { documents } = await searchIndex(engine, {
        op: 'match',
        in: ['content'],
        pattern: { kind: 'literal', source: 'needle', caseSensitive: true },
      });
      const chunk = documents[0]!.chunks[0]!;
      expect(chunk.text).toBe('a\ufffd\ufffd needle\ufffd');
      expect(chunk.ranges).toEqual([{ start: { offset: 4, line: 0, column: 4 }, end: { offset: 10, line: 0, column: 10 } }]);
    });
  });

  it('finds symbols with their container, and the same without an index', async () => {
    const tree = { 'a.ts': 'export class Größe {\n  rechne(x: number) {}\n}\n', 'b.ts': 'const rechne = 1;\n' };
    const named: DocExpr = { op: 'match', in: ['symbol'], pattern: { kind: 'literal', source: 'rechne', caseSensitive: false } };
    const methods: DocExpr = { op: 'and', of: [named, { op: 'symbolKind', kinds: ['method'] }] };
    await withIndex(tree, async (engine) => {
      const all = await searchIndex(engine, named, 'symbol');
      expect(byPath(all.documents).map(({ path, symbols }) => [path, symbols])).toEqual([
        ['a.ts', [{ name: 'rechne', kind: 'method', container: 'Größe', line: 1, column: 2 }]],
        ['b.ts', [{ name: 'rechne', kind: 'constant', container: undefined, line: 0, column: 6 }]],
      ]);
      expect(byPath(all.documents)).toEqual(byPath((await scanTree(tree, named, 'symbol')).documents));
      expect((await searchIndex(engine, methods, 'symbol')).documents.map(({ path }) => path)).toEqual(['a.ts']);
    });
  });
});

describe('a search that spares the lines', () => {
  const tree = { 'a.ts': 'needle needle\nhay\nneedle\n', 'needle.txt': 'hay\n', 'b.ts': 'function needle() {}\n' };
  const expr: DocExpr = {
    op: 'match',
    in: ['content', 'path'],
    pattern: { kind: 'literal', source: 'needle', caseSensitive: true },
  };

  it('finds, counts and scores what one with lines does', () =>
    withIndex(tree, async (engine) => {
      const ask = (lines: boolean) =>
        collect(engine.search({ scope: { repositories: [{ id: 7 }] }, expr, want: 'content', limits: { ...LIMITS, lines } }));
      const [whole, spared] = [await ask(true), await ask(false)];
      expect(spared.summary).toEqual(whole.summary);
      expect(spared.documents).toEqual(
        whole.documents.map((document) => (document.chunks.length > 0 ? { ...document, chunks: [], inContent: true } : document)),
      );
      expect(spared.documents.map(({ path, inContent }) => [path, inContent]).sort()).toEqual([
        ['a.ts', true],
        ['b.ts', true],
        ['needle.txt', undefined],
      ]);
    }));
});
