import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import { openShard } from '../index/open-shard.js';
import type { DocExpr, EngineDocument, EngineRequest } from './contract.js';
import { FirstTurn } from './first-turn.js';
import { InlineExecutor } from './inline-executor.js';
import { SearchEngine } from './search-engine.js';
import type { RunningQuery } from './shard-executor.js';
import { ShardImages } from './shard-images.js';

let folder: string;
let store: IndexStore;
let images: ShardImages;
let firstTurn: FirstTurn;
const source = new MemoryBlobSource();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-first-turn-'));
  store = await IndexStore.open(folder, { languageOf: () => undefined, retireAfter: 0 });
  images = new ShardImages(64 << 20);
  firstTurn = new FirstTurn(images, Number.POSITIVE_INFINITY);
});
afterEach(async () => {
  firstTurn.close();
  await rm(folder, { recursive: true });
});

async function index(id: number, tree: MemoryTree): Promise<void> {
  await store.update({ repository: { id, name: `r${id}` }, branches: [{ name: 'main', commit: source.commit(tree) }], source });
}

async function openShards(id: number): Promise<void> {
  for (const shard of (await store.manifests()).get(id)!.shards) images.add(openShard(join(folder, 'shards'), shard.id));
}

/** Searches with first turns; what they leave is done by others. `left` says what they left. */
class FirstTurnThenOthers extends InlineExecutor {
  readonly left: boolean[] = [];

  override submit(query: RunningQuery): void {
    const { left } = firstTurn.take(query);
    this.left.push(left);
    if (left) super.submit(query);
  }
}

async function search(executor: InlineExecutor, expr: DocExpr, asked: Partial<EngineRequest> = {}) {
  const engine = new SearchEngine(store, executor);
  const documents: EngineDocument[] = [];
  const limits = { maxMatches: 1_000, maxDocuments: 100, contextLines: 0, deadline: 10_000, countAll: false };
  const scope = { repositories: [{ id: 1 }, { id: 2 }] };
  for await (const event of engine.search({ scope, expr, want: 'content', limits, hold: 60_000, ...asked })) {
    if (event.type === 'documents') documents.push(...event.documents);
    if (event.type === 'done') return { documents, summary: event.summary };
  }
  throw new Error('no summary');
}

const content = (source: string, kind: 'literal' | 'regexp' = 'literal'): DocExpr => ({
  op: 'match',
  in: ['content'],
  pattern: { kind, source, caseSensitive: true },
});

describe('the first turn of a search', () => {
  it('answers a short one whose shards are open', async () => {
    await index(1, { 'a.txt': 'needle one', 'b.txt': 'nothing' });
    await index(2, { 'c.txt': 'needle two, needle three' });
    await openShards(1);
    await openShards(2);
    const executor = new FirstTurnThenOthers();
    for (const expr of [content('needle'), content('needle t\\w+', 'regexp'), content('absent')]) {
      expect(await search(executor, expr)).toEqual(await search(new InlineExecutor(), expr));
    }
    expect(executor.left).toEqual([false, false, false]);
  });

  it('leaves what is not open, and what has to read much, to others, who answer the same', async () => {
    await index(1, { 'a.txt': 'needle one\nfunction f() {}\n' });
    await index(2, { 'large.txt': `${'hay '.repeat(600_000)}needle`, 'small.txt': 'needle' });
    const executor = new FirstTurnThenOthers();
    const same = async (expr: DocExpr, asked?: Partial<EngineRequest>) =>
      expect(await search(executor, expr, asked)).toEqual(await search(new InlineExecutor(), expr, asked));
    await same(content('needle'));
    await openShards(1);
    await same(content('needle'));
    await openShards(2);
    await same(content('needle'));
    await same(content('n.*e', 'regexp'));
    await same(content('f'), { want: 'symbol' });
    expect(executor.left).toContain(true);
    expect(executor.left.slice(-2)).toEqual([true, true]);
  });

  it('ends in the middle of a shard when it has had its time', async () => {
    await index(1, { 'a.txt': 'needle', 'b.txt': 'needle', 'c.txt': 'needle' });
    await openShards(1);
    firstTurn = new FirstTurn(images, -1);
    const executor = new FirstTurnThenOthers();
    expect(await search(executor, content('needle'))).toEqual(await search(new InlineExecutor(), content('needle')));
    expect(executor.left[0]).toBe(true);
  });

  it('puts the fault of a shard down to that shard', async () => {
    await index(1, { 'a.txt': 'needle one' });
    await index(2, { 'b.txt': 'needle two' });
    await openShards(1);
    await openShards(2);
    const [shard] = (await store.manifests()).get(1)!.shards;
    await rm(join(folder, 'shards', `${shard!.id}.sxc`));
    const { documents, summary } = await search(new FirstTurnThenOthers(), content('needle'));
    expect(documents.map(({ path }) => path)).toEqual(['b.txt']);
    expect(summary.degraded).toEqual([{ repository: 1, reason: expect.stringContaining('a file of it is missing') }]);
  });
});
