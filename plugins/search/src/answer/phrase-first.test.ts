import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocExpr, EngineDocument, EngineRequest, EngineSummary, PatternSpec, SearchLimits } from '../engine/contract.js';
import { InlineExecutor } from '../engine/inline-executor.js';
import { SearchEngine } from '../engine/search-engine.js';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource } from '../index/memory-blob-source.js';
import { phraseFirst } from './phrase-first.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-phrase-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function engineOver(repositories: readonly Readonly<Record<string, string>>[]): Promise<SearchEngine> {
  const source = new MemoryBlobSource();
  const store = await IndexStore.open(folder, { languageOf: () => undefined, retireAfter: 0 });
  for (const [at, tree] of repositories.entries())
    await store.update({
      repository: { id: at + 1, name: `r${at + 1}` },
      branches: [{ name: 'main', commit: source.commit(tree) }],
      source,
    });
  return new SearchEngine(store, new InlineExecutor());
}

const word = (source: string): DocExpr => ({
  op: 'match',
  in: ['content', 'path'],
  pattern: { kind: 'literal', source, caseSensitive: false },
});
const sentence = (source: string): PatternSpec => ({ kind: 'literal', source, caseSensitive: false });
const words = (...all: readonly string[]): DocExpr => ({ op: 'and', of: all.map(word) });

const asking = (expr: DocExpr, repositories: number, limits: Partial<SearchLimits> = {}): EngineRequest => ({
  scope: { repositories: Array.from({ length: repositories }, (_, at) => ({ id: at + 1 })) },
  expr,
  want: 'content',
  limits: { maxMatches: 1_000, maxDocuments: 1_000, contextLines: 0, deadline: 60_000, countAll: false, ...limits },
  hold: 60_000,
  signal: new AbortController().signal,
});

async function answered(events: AsyncIterable<{ type: string } & Record<string, unknown>>) {
  const documents: EngineDocument[] = [];
  let summary: EngineSummary | undefined;
  for await (const event of events) {
    if (event.type === 'documents') documents.push(...(event.documents as EngineDocument[]));
    if (event.type === 'done') summary = event.summary as EngineSummary;
  }
  return { documents, summary: summary! };
}

describe('a search for several words', () => {
  it('has the sentence that they are, however many files before it hold the words', async () => {
    const scattered = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`${at}.md`, 'pings many too, too many and too many pings?'.replace('too many p', 'p')]),
    );
    const engine = await engineOver([scattered, { 'deep/in/transport.cc': 'error("Too many pings");' }]);
    const request = asking(words('too', 'many', 'pings'), 2, { maxMatches: 12 });
    const { documents, summary } = await answered(phraseFirst(engine, request, sentence('too many pings'), () => 60_000));
    expect(documents[0]!.path).toBe('deep/in/transport.cc');
    expect(documents.reduce((sum, { matchCount }) => sum + Math.min(matchCount, 12), 0)).toBeGreaterThanOrEqual(12);
    expect(summary).toMatchObject({ limitHit: true, matchCount: 12 });
    await engine.close();
  });

  it('stops with the sentences where they are as many as are wanted, and says whether there is more', async () => {
    const engine = await engineOver([
      { 'a.md': 'one two', 'b.md': 'one two', 'c.md': 'two one' },
      { 'a.md': 'one two', 'b.md': 'one two' },
    ]);
    const asked = async (ids: readonly number[], maxMatches: number) => {
      const request = asking(words('one', 'two'), 2, { maxMatches });
      const scope = { repositories: ids.map((id) => ({ id })) };
      const { documents, summary } = await answered(phraseFirst(engine, { ...request, scope }, sentence('one two'), () => 60_000));
      return { paths: documents.map(({ path }) => path), limitHit: summary.limitHit };
    };
    expect(await asked([1], 4)).toEqual({ paths: ['a.md', 'b.md'], limitHit: true });
    expect(await asked([2], 4)).toEqual({ paths: ['a.md', 'b.md'], limitHit: false });
    await engine.close();
  });

  it('has a file of several branches in each of them, whether the sentence stands there or not', async () => {
    const source = new MemoryBlobSource();
    const store = await IndexStore.open(folder, { languageOf: () => undefined, retireAfter: 0 });
    const branches = { main: { 'a.md': 'one two' }, next: { 'a.md': 'two one' } };
    await store.update({
      repository: { id: 1, name: 'r1' },
      branches: Object.entries(branches).map(([name, tree]) => ({ name, commit: source.commit(tree) })),
      source,
    });
    const engine = new SearchEngine(store, new InlineExecutor());
    const scope = { repositories: Object.keys(branches).map((branch) => ({ id: 1, branch })) };
    const { documents } = await answered(
      phraseFirst(engine, { ...asking(words('one', 'two'), 1), scope }, sentence('one two'), () => 60_000),
    );
    expect(documents.map((document) => document.branches).sort()).toEqual([['main'], ['next']]);
    await engine.close();
  });

  it('finds and counts, and leaves out, what the engine does, best first', async () => {
    const text = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'alpha beta', '\n'), { minLength: 1, maxLength: 12 });
    const trees = fc.array(fc.dictionary(fc.constantFrom('a.c', 'beta.c', 'c.c', 'd.c'), text, { minKeys: 1 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(trees, async (drawn) => {
        const engine = await engineOver(
          drawn.map((tree) => Object.fromEntries(Object.entries(tree).map(([path, parts]) => [path, parts.join(' ')]))),
        );
        // The last repository has no index.
        const request = asking(words('alpha', 'beta'), drawn.length + 1);
        const plain = await answered(engine.search(request));
        const ours = await answered(phraseFirst(engine, request, sentence('alpha beta'), () => 60_000));
        const told = ({ documents }: typeof plain) => documents.map((document) => JSON.stringify(document)).sort();
        expect(told(ours)).toEqual(told(plain));
        expect(ours.summary).toEqual(plain.summary);
        const scores = ours.documents.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        await engine.close();
        await rm(folder, { recursive: true });
      }),
      { numRuns: 40 },
    );
    folder = await mkdtemp(join(tmpdir(), 'sextant-phrase-'));
  });
});
