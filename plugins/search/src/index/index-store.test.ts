import { chmod, copyFile, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobSource } from './blob-source.js';
import { getMask } from './branch-masks.js';
import type { IndexOptions } from './index-options.js';
import { IndexStore } from './index-store.js';
import { openLiveShard } from './live-shard.js';
import { MemoryBlobSource, type MemoryTree } from './memory-blob-source.js';
import { verifyContent } from './open-shard.js';
import { ShardFiles } from './shard-files.js';

const OPTIONS: IndexOptions = { languageOf: () => undefined, retireAfter: 0, maxShardBytes: 50_000 };

let root: string;
let source: MemoryBlobSource;
let store: IndexStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-index-'));
  source = new MemoryBlobSource();
  store = await IndexStore.open(root, OPTIONS);
});
afterEach(() => rm(root, { recursive: true }));

function update(branches: Record<string, MemoryTree>, into = store, from: BlobSource = source) {
  const wanted = Object.entries(branches).map(([name, tree]) => ({ name, commit: source.commit(tree) }));
  return into.update({ repository: { id: 1, name: 'example.com/r' }, branches: wanted, source: from });
}

it('keeps its folders from other users, also those an earlier version left open', async () => {
  const modes = () =>
    Promise.all(['shards', 'repositories', 'quarantine'].map(async (name) => ((await stat(join(root, name))).mode & 0o777).toString(8)));
  expect(await modes()).toEqual(['700', '700', '700']);
  await chmod(join(root, 'shards'), 0o755);
  await IndexStore.open(root, OPTIONS);
  expect(await modes()).toEqual(['700', '700', '700']);
});

/** Everything the index holds: per branch and path, the content (or why there is none). */
async function contents(of = store): Promise<Record<string, Record<string, string>>> {
  const snapshot = await of.acquire();
  const files = new ShardFiles();
  const manifest = snapshot.manifests.get(1);
  const held: Record<string, Record<string, string>> = {};
  for (const { name } of manifest?.branches ?? []) held[name] = {};
  for (const entry of manifest?.shards ?? []) {
    const { shard, masks } = openLiveShard(of.root, 1, entry, files);
    verifyContent(shard.image);
    for (let document = 0; document < shard.documents; document++) {
      for (const { name, bit } of manifest!.branches) {
        if (((getMask(masks, document) >> BigInt(bit)) & 1n) === 0n) continue;
        const path = shard.path(document);
        expect(held[name]![path], `${path} twice in ${name}`).toBeUndefined();
        held[name]![path] = shard.skip(document) || `=${shard.content(shard.blobOfDocument[document]!).toString()}`;
      }
    }
  }
  files.close();
  snapshot.release();
  return held;
}

const asHeld = (tree: MemoryTree) => Object.fromEntries(Object.entries(tree).map(([path, content]) => [path, `=${content}`]));
const shardFiles = async () => (await readdir(join(root, 'shards'))).sort();

describe('an update', () => {
  it('holds every branch, and identical blobs once', async () => {
    const main = { 'a.txt': 'same', 'copy/a.txt': 'same', 'b.txt': 'main only' };
    const next = { 'a.txt': 'same', 'b.txt': 'next only' };
    const report = await update({ main, next });
    expect(report).toMatchObject({ changed: true, blobsRead: 3 });
    expect(report.repository).toMatchObject({
      repository: 1,
      documents: 4,
      contentBytes: 'samemain onlynext only'.length,
      shards: 1,
      state: 'ok',
    });
    expect(await contents()).toEqual({ main: asHeld(main), next: asHeld(next) });
  });

  it('reads only blobs that no live shard has, and leaves old shards as they are', async () => {
    await update({ main: { 'a.txt': 'one', 'b.txt': 'two' } });
    const before = await shardFiles();
    source.read.length = 0;
    const report = await update({ main: { 'moved/a.txt': 'one', 'b.txt': 'two', 'c.txt': 'three' } });
    expect(report).toMatchObject({ blobsRead: 1, blobsCopied: 1 });
    expect(source.read).toHaveLength(1);
    expect(await shardFiles()).toEqual(expect.arrayContaining(before));
    expect(await contents()).toEqual({ main: asHeld({ 'moved/a.txt': 'one', 'b.txt': 'two', 'c.txt': 'three' }) });
  });

  it('touches masks only when a branch moves onto known blobs, and lists no branch that stands still', async () => {
    const one = { 'a.txt': 'one', 'b.txt': 'two' };
    const two = { 'a.txt': 'uno' };
    await update({ main: one, next: two });
    const before = await shardFiles();
    source.listed.length = 0;
    const report = await update({ main: one, next: one });
    expect(report).toMatchObject({ changed: true, blobsRead: 0, blobsCopied: 0 });
    expect(source.listed).toHaveLength(1);
    expect((await shardFiles()).filter((file) => !before.includes(file))).toEqual([expect.stringMatching(/\.2\.sxm$/)]);
    expect(await contents()).toEqual({ main: asHeld(one), next: asHeld(one) });
  });

  it('writes nothing when nothing has moved', async () => {
    const tree = { 'a.txt': 'one' };
    await update({ main: tree });
    const before = await shardFiles();
    expect(await update({ main: tree })).toMatchObject({ changed: false, blobsRead: 0 });
    expect(await shardFiles()).toEqual(before);
  });

  it('ends where a full rebuild would, whatever the steps, compactions and sweeps between', async () => {
    const anyTree = fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'e'), fc.constantFrom('1', '22', '333', 'x'.repeat(30_000), '\0'));
    const anyStep = fc.record({ main: anyTree, next: fc.option(anyTree, { nil: undefined }), compact: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 6 }), async (steps) => {
        const folder = await mkdtemp(join(root, 'steps-'));
        const stepwise = await IndexStore.open(join(folder, 'a'), OPTIONS);
        const whole = await IndexStore.open(join(folder, 'b'), OPTIONS);
        let last: Record<string, MemoryTree> = {};
        for (const { main, next, compact } of steps) {
          last = next ? { main, next } : { main };
          await update(last, stepwise);
          if (compact) await stepwise.compact(1, undefined, { force: true });
          await stepwise.sweep();
        }
        await update(last, whole);
        expect(await contents(stepwise)).toEqual(await contents(whole));
        const [a, b] = [(await stepwise.list([1]))[0], (await whole.list([1]))[0]];
        expect([a!.documents, a!.skippedFiles]).toEqual([b!.documents, b!.skippedFiles]);
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('splits content over shards', async () => {
    const tree = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`${index}.txt`, `${index}`.repeat(20_000)]));
    expect((await update({ main: tree })).repository.shards).toBe(3);
    expect(await contents()).toEqual({ main: asHeld(tree) });
  });

  it('holds as many branches as a mask has bits, and moves each without reading what is there', async () => {
    const trees = Array.from({ length: 64 }, (_, i) => ({ 'all.txt': 'same', 'own.txt': `of ${i}` }));
    const named = (of: readonly MemoryTree[]) => Object.fromEntries(of.map((tree, i) => [`b${i}`, tree]));
    expect(await update(named(trees))).toMatchObject({ blobsRead: 65, repository: { documents: 65 } });
    const turned = [...trees.slice(1), trees[0]!];
    expect(await update(named(turned))).toMatchObject({ changed: true, blobsRead: 0, blobsCopied: 0 });
    expect(await contents()).toEqual(named(turned.map(asHeld)));
  });

  it('refuses more branches than a mask has bits', async () => {
    const branches = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`b${index}`, {}]));
    await expect(update(branches)).rejects.toMatchObject({ code: 'SEXTANT_SEARCH_TOO_MANY_BRANCHES' });
  });

  it('leaves the state before and no files when the source fails half-way', async () => {
    await update({ main: { 'a.txt': 'one' } });
    const before = await shardFiles();
    const failing: BlobSource = {
      listTree: (commit, signal) => source.listTree(commit, signal),
      async *readBlobs(oids, signal) {
        yield* source.readBlobs(oids.slice(0, 1), signal);
        throw new Error('the mirror went away');
      },
    };
    await expect(update({ main: { 'b.txt': 'two', 'c.txt': 'three' } }, store, failing)).rejects.toThrow('the mirror went away');
    expect(await shardFiles()).toEqual(before);
    expect(await contents()).toEqual({ main: asHeld({ 'a.txt': 'one' }) });
  });
});

describe('what is known by path only', () => {
  it('is counted by reason and can be listed', async () => {
    store = await IndexStore.open(root, { ...OPTIONS, largeFiles: ['big/**', '!big/no.txt'], limits: { maxDistinctTrigrams: 500 } });
    const many = Array.from({ length: 3_000 }, (_, index) => (index * 7919).toString(36)).join('~');
    const tree = {
      'ok.txt': 'ok',
      'large.txt': 'a'.repeat((1 << 20) + 1),
      'big/yes.txt': 'b'.repeat((1 << 20) + 1),
      'big/no.txt': 'c'.repeat((1 << 20) + 1),
      'image.png': 'a\0b',
      'late-nul.txt': `${'a'.repeat(8_000)}\0`,
      'data.txt': many,
      '.sextant/ignore': '# comment\nsecret\n',
      '.sourcegraph/ignore': '*.gen\n',
      'secret/a.txt': 'no',
      'x.gen': 'no',
    };
    const report = await update({ main: tree });
    expect(report.repository.skippedFiles).toEqual({ 'too-large': 2, binary: 1, 'too-many-trigrams': 1, ignored: 2 });
    const listed = await store.skipped(1, { offset: 0, limit: 10 });
    expect(Object.fromEntries(listed.map(({ path, reason }) => [path, reason]))).toEqual({
      'large.txt': 'too-large',
      'big/no.txt': 'too-large',
      'image.png': 'binary',
      'data.txt': 'too-many-trigrams',
      'secret/a.txt': 'ignored',
      'x.gen': 'ignored',
    });
    expect(await store.skipped(1, { reason: 'ignored', offset: 1, limit: 10 })).toHaveLength(1);
  });

  it('knows the main language of what people write in it, as it changes', async () => {
    const languageOf = (path: string) => ({ go: 'Go', ts: 'TypeScript', js: 'JavaScript', json: 'JSON' })[path.split('.').at(-1)!];
    const own = await IndexStore.open(root, { ...OPTIONS, languageOf, isCode: (language) => language !== 'JSON' });
    const go = { 'a.go': 'package a\n', 'b.go': 'package b\n' };
    const noise = {
      'data.json': '[1]'.repeat(99),
      'vendor/x.ts': 'x'.repeat(999),
      'gen/y.ts': 'y'.repeat(999),
      'z.min.js': 'z'.repeat(999),
    };
    const language = async (tree: MemoryTree) => (await update({ main: tree }, own)).repository.language;
    expect(await language({ 'data.json': '[]', README: 'x' })).toBeUndefined();
    expect(await language({ ...go, ...noise })).toBe('Go');
    expect(await language({ ...go, ...noise, 'c.ts': 'export const c = 1;\n'.repeat(9) })).toBe('TypeScript');
    expect(await language({ ...go, ...noise, 'c.ts': 'export {};\n' })).toBe('Go');
    await own.compact(1, undefined, { force: true });
    expect((await own.list([1]))[0]?.language).toBe('Go');
  });

  it('includes a blob that could not be read, until it can', async () => {
    const tree = { 'a.txt': 'one', 'b.txt': 'two' };
    const without: BlobSource = {
      listTree: (commit, signal) => source.listTree(commit, signal),
      readBlobs: (oids, signal) => source.readBlobs(oids.slice(1), signal),
    };
    const partly = await update({ main: tree }, store, without);
    expect(partly.repository.skippedFiles).toEqual({ missing: 1 });
    await update({ main: { ...tree, 'c.txt': 'three' } });
    expect(await contents()).toEqual({ main: asHeld({ ...tree, 'c.txt': 'three' }) });
  });
});

describe('a damaged shard (hostile row 12)', () => {
  const tree = { 'a.txt': 'one', 'b.txt': 'two' };
  const indexFile = async () => join(root, 'shards', (await shardFiles()).find((file) => file.endsWith('.sxi'))!);

  async function flip(path: string, at: number) {
    const file = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.of(byte[0]! ^ 0x10), 0, 1, at);
    await file.close();
  }

  async function expectRepair() {
    const report = await update({ main: { ...tree, 'c.txt': 'three' } });
    expect(report.blobsRead).toBe(3);
    expect(await contents()).toEqual({ main: asHeld({ ...tree, 'c.txt': 'three' }) });
    expect((await readdir(join(root, 'quarantine'))).length).toBeGreaterThan(0);
    expect(report.repository.state).toBe('ok');
  }

  it('is found wherever a byte of the index is flipped, and rebuilt by the next update', async () => {
    await update({ main: tree });
    const path = await indexFile();
    const bytes = await readFile(path);
    const { ShardCorruptError } = await import('./shard-layout.js');
    const { openShard } = await import('./open-shard.js');
    const id = (await store.acquire()).manifests.get(1)!.shards[0]!.id;
    const covered = new Set<number>();
    const { sections } = openShard(join(root, 'shards'), id);
    for (const { offset, length } of Object.values(sections)) for (let at = offset; at < offset + length; at++) covered.add(at);
    for (let at = 0; at < bytes.length; at += 7) {
      if (!covered.has(at) && at >= 64 + 24 * 21) continue; // padding between sections means nothing
      await flip(path, at);
      expect(() => openShard(join(root, 'shards'), id), `byte ${at}`).toThrow(ShardCorruptError);
      await flip(path, at);
    }
    await flip(path, 200);
    await expectRepair();
  });

  it('is found when it is truncated, missing, foreign, or its content has changed', async () => {
    await update({ main: tree });
    await truncate(await indexFile(), 300);
    await expectRepair();
    await rm((await indexFile()).replace('.sxi', '.sxc'));
    await update({ main: tree });
    expect(await contents()).toEqual({ main: asHeld(tree) });

    await store.update({
      repository: { id: 2, name: 'other' },
      branches: [{ name: 'main', commit: source.commit({ 'z.txt': 'foreign' }) }],
      source,
    });
    const snapshot = await store.acquire();
    const [mine, foreign] = [1, 2].map((id) => snapshot.manifests.get(id)!.shards[0]!.id);
    snapshot.release();
    for (const extension of ['sxi', 'sxc'])
      await copyFile(join(root, 'shards', `${foreign}.${extension}`), join(root, 'shards', `${mine}.${extension}`));
    await update({ main: { ...tree, 'd.txt': 'four' } });
    expect(await contents()).toEqual({ main: asHeld({ ...tree, 'd.txt': 'four' }) });
  });

  it('gives no changed byte to another shard: an update reads it again, a compaction puts it aside', async () => {
    const moved = Object.fromEntries(Object.entries(tree).map(([path, text]) => [`moved/${path}`, text]));
    const changeContent = async () => {
      const last = (await store.manifests()).get(1)!.shards.at(-1)!;
      await flip(join(root, 'shards', `${last.id}.sxc`), 0);
    };
    await update({ main: tree });
    await changeContent();
    expect(await update({ main: moved })).toMatchObject({ blobsRead: 1, blobsCopied: 1 });
    expect(await contents()).toEqual({ main: asHeld(moved) });
    const more = { ...moved, 'c.txt': 'three' };
    await update({ main: more });
    await changeContent();
    expect(await store.compact(1, undefined, { force: true })).toBe(false);
    expect(await store.list([1])).toMatchObject([{ state: 'degraded' }]);
    expect((await store.manifests()).get(1)!.quarantined).toMatchObject([
      { reason: expect.stringMatching(/^the content of object [0-9a-f]{40} has changed$/) },
    ]);
    await update({ main: more });
    expect(await contents()).toEqual({ main: asHeld(more) });
  });

  it('is named until it is rebuilt', async () => {
    await update({ main: tree });
    const { shards } = (await store.acquire()).manifests.get(1)!;
    expect(await store.quarantine(1, shards[0]!.id, 'the checksum of section post does not match')).toBe(true);
    expect(await store.list([1])).toMatchObject([{ state: 'degraded', documents: 0 }]);
    expect((await store.acquire()).manifests.get(1)!.quarantined).toMatchObject([
      { shard: shards[0]!.id, reason: expect.stringContaining('checksum') },
    ]);
    expect(await store.quarantine(1, shards[0]!.id, 'again')).toBe(false);
    // The commits have not moved, and still the update is not skipped.
    expect(await update({ main: tree })).toMatchObject({ changed: true, blobsRead: 2 });
    expect(await store.list([1])).toMatchObject([{ state: 'ok', documents: 2 }]);
  });

  it('does not stop a manifest that is damaged itself from being rebuilt', async () => {
    await update({ main: tree });
    await writeFile(join(root, 'repositories', '1.json'), '00000000\n{}');
    const reopened = await IndexStore.open(root, OPTIONS);
    expect((await reopened.acquire()).broken.get(1)).toBe('The manifest is damaged: the checksum of the manifest does not match.');
    await update({ main: tree }, reopened);
    expect(await contents(reopened)).toEqual({ main: asHeld(tree) });
  });
});

describe('two processes', () => {
  it('meet in the manifests: a searcher sees the next publication', async () => {
    const searcher = await IndexStore.open(root, OPTIONS);
    expect(await searcher.list()).toEqual([]);
    await update({ main: { 'a.txt': 'one' } });
    expect(await contents(searcher)).toEqual({ main: asHeld({ 'a.txt': 'one' }) });
    await store.remove(1);
    expect(await searcher.list()).toEqual([]);
  });

  it('refuse the slower of two updates of one repository, and keep the faster', async () => {
    const other = await IndexStore.open(root, OPTIONS);
    await update({ main: { 'a.txt': 'one' } });
    const overtaken: BlobSource = {
      listTree: (commit, signal) => source.listTree(commit, signal),
      async *readBlobs(oids, signal) {
        await update({ main: { 'a.txt': 'faster' } });
        yield* source.readBlobs(oids, signal);
      },
    };
    await expect(update({ main: { 'a.txt': 'slower' } }, other, overtaken)).rejects.toMatchObject({
      code: 'SEXTANT_SEARCH_INDEX_CONFLICT',
    });
    expect(await contents(other)).toEqual({ main: asHeld({ 'a.txt': 'faster' }) });
    await other.sweep();
    expect(await shardFiles()).toHaveLength(2);
  });

  it('keep the files that a snapshot uses until it is released', async () => {
    await update({ main: { 'a.txt': 'one' } });
    const old = await shardFiles();
    const snapshot = await store.acquire();
    await store.remove(1);
    await store.sweep();
    expect(await shardFiles()).toEqual(old);
    snapshot.release();
    expect((await store.sweep()).sort()).toEqual(old);
    expect(await shardFiles()).toEqual([]);
  });

  it('sweep what a killed writer left, and nothing that a living one is writing', async () => {
    await update({ main: { 'a.txt': 'one' } });
    const good = await shardFiles();
    const { temporaryName } = await import('./durable-file.js');
    const mine = temporaryName(join(root, 'shards', '1-abc.sxc'));
    const orphan = join(root, 'shards', '1-def.sxc.999999999-0a0b0c0d-aabbcc.tmp');
    for (const file of [mine, orphan, join(root, 'shards', '1-published.sxi')]) await writeFile(file, 'x');
    expect((await store.sweep()).sort()).toEqual(['1-def.sxc.999999999-0a0b0c0d-aabbcc.tmp', '1-published.sxi']);
    expect(await shardFiles()).toEqual([...good, mine.slice(root.length + '/shards/'.length)].sort());
  });
});
