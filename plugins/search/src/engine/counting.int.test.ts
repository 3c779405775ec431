import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource } from '../index/memory-blob-source.js';
import type { DocExpr, EngineDocument, EngineRequest } from './contract.js';
import { InlineExecutor } from './inline-executor.js';
import { SearchEngine } from './search-engine.js';
import type { ShardExecutor } from './shard-executor.js';
import { WorkerPool } from './worker-pool.js';

// Threads run compiled code, as in production.
const workerUrl = new URL('../../dist/engine/worker.js', import.meta.url);
const pattern = { kind: 'regexp', source: 'get(\\w+)', caseSensitive: true } as const;
const expr: DocExpr = { op: 'match', in: ['content'], pattern };

describe.each<[string, () => ShardExecutor]>([
  ['threads', () => new WorkerPool({ threads: 1, workerUrl })],
  ['turns of one thread', () => new InlineExecutor(0)],
])('documents that are only counted, by %s', (_name, executor) => {
  let root: string;
  let engine: SearchEngine;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sextant-counting-'));
    const languageOf = (path: string): string | undefined => ({ ts: 'TypeScript', go: 'Go' })[path.split('.')[1] ?? ''];
    const store = await IndexStore.open(root, { languageOf, retireAfter: 0 });
    const source = new MemoryBlobSource();
    const tree = Object.fromEntries([
      ...Array.from({ length: 30 }, (_, i) => [`a${i}.ts`, `getOne() getTwo()\nxx getOne getÄ ${i}\n`]),
      ...Array.from({ length: 10 }, (_, i) => [`b${i}.go`, `getTwo ${i}\n`]),
    ]);
    await store.update({ repository: { id: 1, name: 'r' }, branches: [{ name: 'main', commit: source.commit(tree) }], source });
    engine = new SearchEngine(store, executor());
  });
  afterAll(async () => {
    await engine.close();
    await rm(root, { recursive: true });
  });

  async function search(limits: Partial<EngineRequest['limits']>, more: Partial<EngineRequest> = {}): Promise<readonly EngineDocument[]> {
    const all: EngineDocument[] = [];
    const base = { maxMatches: 100_000, maxDocuments: 1_000, contextLines: 0, deadline: 10_000, countAll: false, lines: false };
    const request = { scope: { repositories: [{ id: 1 }] }, expr, want: 'content', limits: { ...base, ...limits }, ...more } as const;
    for await (const event of engine.search(request)) if (event.type === 'documents') all.push(...event.documents);
    return all;
  }

  it('come with the values of a group, each with its hits', async () => {
    const documents = await search({ countedGroup: pattern, scores: false });
    expect(documents).toHaveLength(40);
    const sums: Record<string, number> = {};
    for (const [value, count] of documents.flatMap((d) => d.groupValues ?? [])) sums[value] = (sums[value] ?? 0) + count;
    // \w is ASCII in RE2, so "getÄ" is no hit.
    expect(sums).toEqual({ One: 60, Two: 40 });
    expect(documents.every(({ groupValues, matchCount }) => groupValues?.reduce((sum, [, count]) => sum + count, 0) === matchCount)).toBe(
      true,
    );
  });

  it('count as much without a score as with one', async () => {
    const counts = (documents: readonly EngineDocument[]) => documents.map(({ path, matchCount }) => `${path} ${matchCount}`).sort();
    const plain = await search({ scores: false });
    expect(counts(plain)).toEqual(counts(await search({})));
    expect(new Set(plain.map(({ score }) => score))).toEqual(new Set([0]));
  });

  it('are one of a shard where it is enough that there is one, and none where there is none', async () => {
    for (const scores of [true, false]) {
      const documents = await search({ firstOf: 'repository', scores });
      expect(documents.map(({ repository }) => repository)).toEqual([1]);
    }
    const nothing: DocExpr = { op: 'match', in: ['content'], pattern: { ...pattern, source: 'getNothing' } };
    expect(await search({ firstOf: 'repository' }, { expr: nothing })).toEqual([]);
  });

  it('are few of each language where that is enough', async () => {
    const all: DocExpr = { op: 'language', names: ['TypeScript', 'Go'] };
    const documents = await search({ firstOf: 'language', scores: false }, { expr: all, want: 'path' });
    expect(documents.map(({ language }) => language).sort()).toEqual(['Go', 'TypeScript']);
    expect(await search({}, { expr: all, want: 'path' })).toHaveLength(40);
  });
});
