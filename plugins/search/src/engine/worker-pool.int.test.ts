import { existsSync, readdirSync, readFileSync as readNow } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { blobOid, MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import type { DocExpr, EngineDocument, EngineRequest, EngineSummary } from './contract.js';
import { InlineExecutor } from './inline-executor.js';
import { scanDocuments } from './scan-documents.js';
import type { ScanInput, ScanRequest } from './scan-request.js';
import { SearchEngine } from './search-engine.js';
import { WorkerPool } from './worker-pool.js';

// Threads run compiled code, as in production.
const workerUrl = new URL('../../dist/engine/worker.js', import.meta.url);

let root: string;
let store: IndexStore;
let engine: SearchEngine;
const source = new MemoryBlobSource();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-pool-'));
  store = await IndexStore.open(root, {
    languageOf: (path) => (path.endsWith('.js') ? 'JavaScript' : undefined),
    retireAfter: 0,
    maxShardBytes: 40_000,
  });
  engine = new SearchEngine(store, new WorkerPool({ threads: 2, workerUrl }));
});
afterEach(async () => {
  await engine.close();
  await rm(root, { recursive: true });
});

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
const manyFiles = (files: number): MemoryTree =>
  Object.fromEntries(
    Array.from({ length: files }, (_, file) => [
      `f${file}.txt`,
      Array.from({ length: 200 }, (_, line) => `${words[(file * line) % 5]} ${file} ${line}\n`).join(''),
    ]),
  );

const update = (id: number, tree: MemoryTree) =>
  store.update({ repository: { id, name: `r${id}` }, branches: [{ name: 'main', commit: source.commit(tree) }], source });

const pattern = (text: string, kind: 'literal' | 'regexp' = 'literal'): DocExpr => ({
  op: 'match',
  in: ['content'],
  pattern: { kind, source: text, caseSensitive: true },
});

/** The priorities of the threads of this process. */
const nices = (): number[] =>
  readdirSync('/proc/self/task').map((task) =>
    Number(readNow(`/proc/self/task/${task}/stat`, 'latin1').replace(/^.*\)/s, '').split(' ')[17]),
  );

const script = (code: string) =>
  new URL(`data:text/javascript,import fs from 'node:fs'; import { parentPort } from 'node:worker_threads'; ${encodeURIComponent(code)}`);

async function search(
  with_: SearchEngine,
  expr: DocExpr,
  options: Partial<EngineRequest['limits']> & { ids?: number[]; signal?: AbortSignal } = {},
) {
  const { ids = [1], signal, ...limits } = options;
  const documents: EngineDocument[] = [];
  let summary: EngineSummary | undefined;
  for await (const event of with_.search({
    scope: { repositories: ids.map((id) => ({ id })) },
    expr,
    want: 'content',
    hold: 60_000,
    signal,
    limits: { maxMatches: 1_000_000, maxDocuments: 1_000, contextLines: 0, deadline: 60_000, countAll: false, ...limits },
  })) {
    if (event.type === 'documents') documents.push(...event.documents);
    if (event.type === 'done') summary = event.summary;
  }
  return { documents, summary: summary! };
}

describe('scanDocuments', () => {
  const request = (expr: DocExpr, limits: Partial<EngineRequest['limits']> = {}): ScanRequest => ({
    expr,
    want: 'content',
    limits: { maxMatches: 1_000_000, maxDocuments: 1_000, contextLines: 0, deadline: 60_000, countAll: false, ...limits },
    repository: { id: 1 },
    revision: 'v1',
    commit: 'c1',
    languageOf: () => undefined,
  });
  async function* stream(tree: MemoryTree): AsyncGenerator<ScanInput> {
    for (const [path, content] of Object.entries(tree)) yield { path, oid: blobOid(content), content: Buffer.from(content) };
  }
  async function scan(of: ScanRequest, documents: AsyncIterable<ScanInput>) {
    const pool = new WorkerPool({ threads: 2, workerUrl });
    const found: EngineDocument[] = [];
    try {
      for await (const event of scanDocuments(of, documents, pool)) {
        if (event.type === 'documents') found.push(...event.documents);
        if (event.type === 'done') return { found, summary: event.summary };
      }
      throw new Error('no summary');
    } finally {
      await pool.close();
    }
  }

  it('finds on threads what the index finds', async () => {
    const tree = manyFiles(300);
    await update(1, tree);
    const { documents, summary } = await search(engine, pattern('gamma'));
    const scanned = await scan(request(pattern('gamma')), stream(tree));
    const comparable = (list: readonly EngineDocument[]) =>
      list.map((document) => ({ ...document, branches: [], commit: '' })).sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(comparable(scanned.found)).toEqual(comparable(documents));
    expect(scanned.summary).toMatchObject({
      matchCount: summary.matchCount,
      documentCount: summary.documentCount,
      limitHit: false,
      timedOut: false,
      skippedFiles: {},
    });
  });

  it('leaves the stream when the limit is reached', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<ScanInput> {
      for (;;) yield { path: `${asked++}.txt`, oid: '0', content: Buffer.from('alpha\n'.repeat(100)) };
    }
    const { summary, found } = await scan(request(pattern('alpha'), { maxMatches: 1_000 }), endless());
    expect(summary).toMatchObject({ limitHit: true, timedOut: false });
    expect(found.flatMap(({ chunks }) => chunks.flatMap(({ ranges }) => ranges))).toHaveLength(1_000);
    expect(asked).toBeLessThan(50_000);
  });

  it('answers at its deadline when the source is slow, and passes on what the source throws', async () => {
    async function* slow(): AsyncGenerator<ScanInput> {
      yield* stream(manyFiles(200));
      await new Promise(() => undefined);
    }
    const { summary, found } = await scan(request(pattern('alpha'), { deadline: 2_000 }), slow());
    expect(summary).toMatchObject({ timedOut: true });
    expect(found.length).toBeGreaterThan(0);
    async function* failing(): AsyncGenerator<ScanInput> {
      yield* stream(manyFiles(2));
      throw new Error('the archive broke off');
    }
    await expect(scan(request(pattern('alpha')), failing())).rejects.toThrow('the archive broke off');
  });
});

describe('WorkerPool', () => {
  it('answers as one thread does, whatever the limit', async () => {
    await update(1, manyFiles(60));
    await update(2, manyFiles(20));
    const inline = new SearchEngine(store, new InlineExecutor());
    for (const limits of [{}, { maxMatches: 100 }, { maxDocuments: 7 }, { maxMatches: 50, countAll: true }]) {
      const [pooled, single] = [
        await search(engine, pattern('gamma'), { ids: [1, 2], ...limits }),
        await search(inline, pattern('gamma'), { ids: [1, 2], ...limits }),
      ];
      expect(pooled.documents).toEqual(single.documents);
      expect(pooled.summary).toEqual(single.summary);
    }
  });

  it('parses on threads as well, and gives up a search in the middle of a file when it is aborted', async () => {
    const code = (pattern: string): DocExpr => ({ op: 'structural', pattern });
    const deep = Array.from({ length: 40 }, (_, n) => [`b${n}.js`, `f(${n}, ${'['.repeat(4_000)}${']'.repeat(4_000)})\n`]);
    await update(1, { 'a.js': 'f(1)\n', ...Object.fromEntries(deep) });
    const { summary, documents } = await search(engine, code('f($$$X)'), { deadline: 60_000 });
    expect([summary.matchCount, documents.length, summary.unparsed]).toEqual([41, 41, undefined]);
    const abort = new AbortController();
    const slow = search(engine, code(`f($N, ${'['.repeat(3_900)}$X${']'.repeat(3_900)})`), { signal: abort.signal });
    setTimeout(() => abort.abort(), 300);
    await expect(slow).rejects.toThrow('aborted');
    expect((await search(engine, code('f($X)'))).summary.matchCount).toBe(1);
  });

  it('answers the same when opened shards do not fit in memory', async () => {
    await update(1, manyFiles(60));
    const narrow = new SearchEngine(store, new WorkerPool({ threads: 2, workerUrl, residentBytes: 1 }));
    const expected = await search(engine, pattern('gamma'));
    for (const _ of [1, 2, 3]) expect((await search(narrow, pattern('gamma'))).documents).toEqual(expected.documents);
    await narrow.close();
  });

  it('ends threads that have nothing to do, all but one, and starts them again', async () => {
    await update(1, manyFiles(60));
    const expected = await search(engine, pattern('gamma'));
    let [started, ended] = [0, 0];
    const count = (worker: Worker) => {
      started++;
      worker.on('exit', () => ended++);
    };
    process.on('worker', count);
    const resting = new SearchEngine(store, new WorkerPool({ threads: 2, workerUrl, idleAfter: 1 }));
    try {
      for (const _ of [1, 2]) {
        expect((await search(resting, pattern('gamma'))).documents).toEqual(expected.documents);
        // Those that check the contents come after the answer.
        await expect.poll(() => started > 1 && started - ended).toBe(1);
      }
    } finally {
      process.off('worker', count);
      await resting.close();
    }
  });

  it('counts on after the limit when all matches are to be counted', async () => {
    await update(1, manyFiles(30));
    const all = await search(engine, pattern('alpha'));
    const limited = await search(engine, pattern('alpha'), { maxMatches: 10, countAll: true });
    expect(limited.summary).toMatchObject({ matchCount: all.summary.matchCount, documentCount: all.summary.documentCount, limitHit: true });
    expect(limited.documents.flatMap(({ chunks }) => chunks.flatMap(({ ranges }) => ranges))).toHaveLength(10);
    expect(all.summary.limitHit).toBe(false);
  });

  it('names a repository whose shard fails, answers from the others, and puts the shard into quarantine (row 12)', async () => {
    await update(1, { 'a.txt': 'needle in one' });
    await update(2, { 'b.txt': 'needle in two' });
    const shard = (await readdir(join(root, 'shards'))).find((file) => /^1-.*\.sxi$/.test(file))!;
    const bytes = await readFile(join(root, 'shards', shard));
    bytes[bytes.indexOf('a.txt')]! ^= 1;
    await writeFile(join(root, 'shards', shard), bytes);
    const { documents, summary } = await search(engine, pattern('needle'), { ids: [1, 2, 3] });
    expect(documents.map(({ path }) => path)).toEqual(['b.txt']);
    expect(summary.degraded).toEqual([
      { repository: 1, reason: expect.stringMatching(/^Shard 1-.* could not be searched: the checksum of section .* does not match\.$/) },
    ]);
    expect(summary).toMatchObject({ notIndexed: [3], shardsTotal: 2, shardsDone: 1 });
    await expect.poll(() => store.list([1])).toMatchObject([{ state: 'degraded' }]);
    expect((await search(engine, pattern('needle'), { ids: [1, 2] })).summary.degraded).toEqual([
      { repository: 1, reason: expect.stringContaining('is in quarantine') },
    ]);
    await update(1, { 'a.txt': 'needle in one' });
    const repaired = await search(engine, pattern('needle'), { ids: [1, 2] });
    expect(repaired.documents).toHaveLength(2);
    expect(repaired.summary.degraded).toEqual([]);
  });

  it('puts a shard aside whose content is removed, or cut off, while it is open', async () => {
    for (const damage of [(path: string) => rm(path), (path: string) => truncate(path, 3)]) {
      await update(1, { 'a.txt': 'needle in one', 'b.txt': 'nothing' });
      // Opened, and nothing of its content was read yet.
      await search(engine, pattern('absent'));
      const [shard] = (await store.manifests()).get(1)!.shards;
      await damage(join(root, 'shards', `${shard!.id}.sxc`));
      const { documents, summary } = await search(engine, pattern('needle'));
      expect(documents).toEqual([]);
      expect(summary.degraded).toEqual([
        { repository: 1, reason: expect.stringMatching(/could not be searched: (a file of it is missing|the file ends .* early)\.$/) },
      ]);
      expect(await store.list([1])).toMatchObject([{ state: 'degraded' }]);
      await update(1, { 'a.txt': 'needle in one', 'b.txt': 'nothing' });
      expect((await search(engine, pattern('needle'))).documents).toHaveLength(1);
      await store.remove(1);
    }
  });

  it('finds a flipped byte of the content in the background', async () => {
    await update(1, { 'a.txt': 'needle in one' });
    const shard = (await readdir(join(root, 'shards'))).find((file) => file.endsWith('.sxc'))!;
    const file = await open(join(root, 'shards', shard), 'r+');
    await file.write('X', 0);
    await file.close();
    await search(engine, pattern('absent'));
    await expect.poll(() => store.list([1])).toMatchObject([{ state: 'degraded' }]);
  });

  it('answers with what it has when the deadline passes, and says so', async () => {
    await update(1, manyFiles(60));
    const started = performance.now();
    const { summary } = await search(engine, pattern('a'), { deadline: 0 });
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(summary).toMatchObject({ timedOut: true });
    expect((await search(engine, pattern('alpha'))).summary.timedOut).toBe(false);
  });

  it('ends at once when it is aborted, and serves the next search', async () => {
    await update(1, manyFiles(60));
    const abort = new AbortController();
    const running = search(engine, pattern('(a|e).*(a|e).*[0-9]$', 'regexp'), { signal: abort.signal });
    abort.abort(new Error('the client is gone'));
    await expect(running).rejects.toThrow('the client is gone');
    expect((await search(engine, pattern('alpha 1 '))).summary.timedOut).toBe(false);
  });

  it('lets go of everything when its reader leaves half-way (row 11)', async () => {
    await update(1, manyFiles(60));
    for await (const event of engine.search({
      scope: { repositories: [{ id: 1 }] },
      expr: pattern('a'),
      want: 'content',
      limits: { maxMatches: 1_000_000, maxDocuments: 1_000, contextLines: 0, deadline: 10_000, countAll: true },
    })) {
      if (event.type === 'documents') break;
    }
    await store.remove(1);
    const swept = async () => {
      await store.sweep();
      return await readdir(join(root, 'shards'));
    };
    await expect.poll(swept).toEqual([]);
  });

  it('replaces a thread that is stuck, and the answer does not wait for it (row 9)', async () => {
    await update(1, { 'a.txt': 'needle' });
    const asked = join(root, 'asked');
    const stuck = new SearchEngine(
      store,
      new WorkerPool({
        threads: 1,
        workerUrl: script(`parentPort.on('message', () => { fs.writeFileSync(${JSON.stringify(asked)}, ''); for (;;); });`),
      }),
    );
    // On a busy machine the deadline may pass before the thread has begun.
    const isStuck = async () => {
      const { summary } = await search(stuck, pattern('needle'), { deadline: 100 });
      expect(summary).toMatchObject({ timedOut: true, shardsDone: 0, degraded: [] });
      return existsSync(asked);
    };
    await expect.poll(isStuck).toBe(true);
    const abort = new AbortController();
    await rm(asked);
    const answer = search(stuck, pattern('needle'), { signal: abort.signal });
    await expect.poll(() => existsSync(asked)).toBe(true);
    abort.abort(new Error('the client is gone'));
    await expect(answer).rejects.toThrow('the client is gone');
    await stuck.close();
  });

  it('survives a thread that dies, and says what it cost', async () => {
    await update(1, { 'a.txt': 'needle' });
    const dying = new SearchEngine(
      store,
      new WorkerPool({ threads: 1, workerUrl: script(`parentPort.on('message', () => { throw new Error('out of luck'); });`) }),
    );
    for (const _ of [1, 2]) {
      const { summary } = await search(dying, pattern('needle'));
      expect(summary.degraded).toEqual([{ repository: 1, reason: expect.stringContaining('the search thread died (out of luck)') }]);
    }
    await dying.close();
    expect(await store.list([1])).toMatchObject([{ state: 'ok' }]);
  });

  it('refuses a pattern that does not compile before it searches', async () => {
    await expect(search(engine, pattern('(', 'regexp'))).rejects.toThrow();
  });

  it('answers a short search while hostile ones have all the threads that they can get (row 9)', async () => {
    await update(1, { ...manyFiles(200), 'long.txt': `${'x'.repeat(200_000)}\n`.repeat(4) });
    const abort = new AbortController();
    let ended = 0;
    const hostile = ['(x+x+)+y', '(.*){20}z', '(a|aa)+$', '.*.*.*q{3}'].map((text) =>
      search(engine, pattern(text, 'regexp'), { signal: abort.signal, countAll: true, deadline: 60_000 }).then(
        () => ended++,
        () => undefined,
      ),
    );
    const { summary } = await search(engine, pattern('alpha 3 '));
    expect(summary).toMatchObject({ timedOut: false, shardsDone: summary.shardsTotal });
    expect(ended).toBeLessThan(hostile.length);
    // On a busy machine the short one may be through before the threads of the others have begun.
    if (process.platform === 'linux') await expect.poll(nices, { timeout: 30_000 }).toContain(10);
    abort.abort();
    await Promise.all(hostile);
  });

  it('runs many searches side by side', async () => {
    await update(1, manyFiles(60));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => search(engine, pattern(words[index % 5]!))));
    const counts = answers.map(({ summary }) => summary.matchCount);
    expect(counts).toEqual(counts.map((_, index) => counts[index % 5]));
  });
});
