import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource } from '../index/memory-blob-source.js';
import { openShard } from '../index/open-shard.js';
import { Shard } from '../index/shard.js';
import { ShardFiles } from '../index/shard-files.js';
import { compileQuery } from './compiled-query.js';
import type { DocExpr } from './contract.js';
import { InlineExecutor } from './inline-executor.js';
import { SearchEngine } from './search-engine.js';
import { ShardSieve } from './shard-sieve.js';

const source = new MemoryBlobSource();

async function withShards<T>(texts: readonly string[], use: (engine: SearchEngine, shards: readonly Shard[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-sieve-'));
  const store = await IndexStore.open(folder, { languageOf: () => undefined, retireAfter: 0 });
  const engine = new SearchEngine(store, new InlineExecutor());
  try {
    for (const [at, text] of texts.entries()) {
      const commit = source.commit({ [`path-${at}.txt`]: text });
      await store.update({ repository: { id: at, name: `r${at}` }, branches: [{ name: 'main', commit }], source });
    }
    const manifests = [...(await store.manifests()).values()];
    return await use(
      engine,
      manifests.map(({ shards }) => new Shard(openShard(join(folder, 'shards'), shards[0]!.id), new ShardFiles(0))),
    );
  } finally {
    await engine.close();
    await rm(folder, { recursive: true });
  }
}

const literal = (text: string): DocExpr => ({
  op: 'match',
  in: ['content', 'path'],
  pattern: { kind: 'literal', source: text, caseSensitive: false },
});

it('throws out no shard in which something matches', async () => {
  const words = fc.constantFrom('alpha', 'Bravo', 'charlie_delta', 'path-1', 'path-2', 'ab', 'größe', 'x');
  const text = fc.array(words, { maxLength: 4 }).map((all) => all.join(' '));
  const expr = fc.letrec<{ any: DocExpr }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      words.map(literal),
      words.map((word): DocExpr => ({ op: 'content', pattern: { kind: 'regexp', source: `${word}|zulu.*${word}`, caseSensitive: true } })),
      fc.integer({ min: 0, max: 5 }).map((id): DocExpr => ({ op: 'repository', ids: [id] })),
      tie('any').map((of): DocExpr => ({ op: 'not', of })),
      fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((of): DocExpr => ({ op: 'and', of })),
      fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((of): DocExpr => ({ op: 'or', of })),
    ),
  })).any;
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), fc.array(expr, { minLength: 4, maxLength: 12 }), (texts, exprs) =>
      withShards(texts, async (engine, shards) => {
        const sieve = new ShardSieve();
        for (const shard of shards) sieve.add(shard);
        for (const one of exprs) {
          const compiled = compileQuery(one);
          const scope = { repositories: shards.map((_, id) => ({ id })) };
          const limits = { maxMatches: 1_000, maxDocuments: 1_000, contextLines: 0, deadline: 60_000, countAll: false };
          for await (const event of engine.search({ scope, expr: one, want: 'content', limits }))
            if (event.type === 'documents')
              for (const { repository } of event.documents)
                expect(sieve.passes(shards[repository]!.id, compiled), `${JSON.stringify(one)} in ${texts[repository]}`).toBe(true);
        }
      }),
    ),
    { numRuns: 20 },
  );
});

it('throws out shards that lack a text, however many there are, and goes by those that it has', async () => {
  await withShards(['the needle', 'the haystack'], async (_engine, [needle, haystack]) => {
    const sieve = new ShardSieve();
    const copies = Array.from({ length: 600 }, (_, at) => `copy-${at}`);
    sieve.add(needle!);
    for (const id of copies) sieve.add({ id, trigramsUpTo: (most: number) => haystack!.trigramsUpTo(most) } as Shard);
    const query = compileQuery(literal('needle'));
    expect(sieve.passes(needle!.id, query)).toBe(true);
    expect(copies.filter((id) => sieve.passes(id, query))).toEqual([]);
    // What it does not have it does not know; a place that became free is the next one's alone.
    sieve.drop(needle!.id);
    sieve.drop('copy-7');
    expect(sieve.passes('copy-7', query)).toBe(true);
    sieve.add({ id: 'new', trigramsUpTo: (most: number) => haystack!.trigramsUpTo(most) } as Shard);
    sieve.add({ id: 'large', trigramsUpTo: () => undefined } as unknown as Shard);
    expect([sieve.passes('new', query), sieve.passes('large', query)]).toEqual([false, true]);
  });
});
