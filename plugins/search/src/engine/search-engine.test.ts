import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import type { DocExpr, EngineDocument, EngineRequest, EngineSummary, PatternSpec } from './contract.js';
import { InlineExecutor } from './inline-executor.js';
import { SearchEngine } from './search-engine.js';

let folder: string;
let store: IndexStore;
let engine: SearchEngine;
const source = new MemoryBlobSource();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-engine-'));
  store = await IndexStore.open(folder, {
    languageOf: (path) => (path.endsWith('.ts') ? 'TypeScript' : undefined),
    extractSymbols: () => [],
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

async function search(
  expr: DocExpr,
  options: Partial<EngineRequest['limits']> & { ids?: number[]; branch?: string; want?: EngineRequest['want'] } = {},
) {
  const { ids = [1], branch, want = 'content', ...limits } = options;
  const documents: EngineDocument[] = [];
  let summary: EngineSummary | undefined;
  for await (const event of engine.search({
    scope: { repositories: ids.map((id) => ({ id, branch })) },
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
});
