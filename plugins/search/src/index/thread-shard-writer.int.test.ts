import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BlobSource } from './blob-source.js';
import { resolveOptions } from './index-options.js';
import { MemoryBlobSource, type MemoryTree } from './memory-blob-source.js';
import { ShardSequence } from './shard-sequence.js';
import type { ShardWriter } from './shard-writer.js';

// Threads run compiled code, as in production.
const load = async <T>(path: string) => (await import(/* @vite-ignore */ new URL(`../../dist/index/${path}`, import.meta.url).href)) as T;
const { IndexStore } = await load<typeof import('./index-store.js')>('index-store.js');
const { ThreadShardWriter } = await load<typeof import('./thread-shard-writer.js')>('thread-shard-writer.js');

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-thread-'));
});
afterEach(() => rm(root, { recursive: true }));

const source = new MemoryBlobSource();
const tree: MemoryTree = Object.fromEntries(
  Array.from({ length: 60 }, (_, file) => [
    `f${file}.ts`,
    Array.from({ length: 3_000 }, (_, line) => `export function f${file}_${line}() { return ${line}; }\n`).join(''),
  ]),
);
const update = (store: Awaited<ReturnType<typeof IndexStore.open>>, from: BlobSource = source) =>
  store.update({ repository: { id: 1, name: 'r' }, branches: [{ name: 'main', commit: source.commit(tree) }], source: from });
const options = { languageOf: () => 'TypeScript', retireAfter: 0, maxShardBytes: 2 << 20 };

it('builds on a thread what it builds on its own', async () => {
  const build = async (name: string, open: (root: string) => ShardWriter) => {
    await mkdir(join(root, name, 'shards'), { recursive: true });
    const writer = open(join(root, name));
    for (const [path, text] of Object.entries(tree)) {
      const placed = { path, category: 0, language: 'TypeScript', skip: '', mask: 1n } as const;
      await writer.add(createHash('sha1').update(path).digest('hex'), Buffer.from(String(text)), [placed]);
    }
    const shards = (await writer.publish('base')).map(({ id, ...facts }) => facts);
    return { shards, languages: writer.languages };
  };
  const setup = { repository: { id: 1, name: 'r' }, maxShardBytes: 2 << 20, symbols: { modules: [] }, nice: 10 };
  const threaded = await build('a', (folder) => new ThreadShardWriter({ root: folder, ...setup }, 256 << 20));
  const own = await build('b', (folder) => new ShardSequence(folder, setup.repository, setup.maxShardBytes, setup.symbols));
  expect(threaded).toEqual(own);
  expect(threaded.shards.length).toBeGreaterThan(2);
  expect(threaded.languages.get('TypeScript')).toBe(threaded.shards.reduce((sum, { contentBytes }) => sum + contentBytes, 0));
});

it.skipIf(process.platform !== 'linux')('gives way to other threads while it builds', async () => {
  await mkdir(join(root, 'shards'));
  const setup = { root, repository: { id: 1, name: 'r' }, maxShardBytes: 2 << 20, symbols: { modules: [] }, nice: 7 };
  const writer = new ThreadShardWriter(setup, 256 << 20);
  await writer.add('0'.repeat(40), Buffer.from('text'), [{ path: 'a', category: 0, language: undefined, skip: '', mask: 1n }]);
  await expect.poll(nicesOfThreads).toContain(7);
  await writer.discard();
  await expect.poll(nicesOfThreads).not.toContain(7);
});

async function nicesOfThreads(): Promise<number[]> {
  const tasks = await readdir('/proc/self/task');
  const stats = await Promise.all(tasks.map((task) => readFile(`/proc/self/task/${task}/stat`, 'latin1').catch(() => '')));
  return stats.filter(Boolean).map((stat) => Number(stat.replace(/^.*\)/s, '').split(' ')[17]));
}

it.skipIf(process.platform !== 'linux')('builds one repository after another on one thread, and none on a thread that failed', async () => {
  await mkdir(join(root, 'shards'));
  const setup = (id: number) => ({ root, repository: { id, name: `r${id}` }, maxShardBytes: 2 << 20, symbols: { modules: [] }, nice: 9 });
  const begin = async (id: number) => {
    const writer = new ThreadShardWriter(setup(id), 256 << 20);
    await writer.add('0'.repeat(40), Buffer.from(`text ${id}`), [{ path: 'a', category: 0, language: undefined, skip: '', mask: 1n }]);
    return writer;
  };
  const threads = async () => (await nicesOfThreads()).filter((nice) => nice === 9).length;
  for (const id of [1, 2, 3]) expect(await (await begin(id)).publish('base')).toMatchObject([{ documents: 1, contentBytes: 6 }]);
  expect(await threads()).toBe(1);
  // A thread keeps the extractors that it has loaded.
  const newer = { modules: [{ id: 'x', languages: ['X'], module: 'file:///x.js', version: 2 }] };
  const other = new ThreadShardWriter({ ...setup(5), symbols: newer }, 256 << 20);
  await expect.poll(threads).toBe(2);
  await other.discard();
  await expect.poll(threads).toBe(1);
  const failing = await begin(4);
  await rm(join(root, 'shards'), { recursive: true });
  await expect(failing.publish('base')).rejects.toThrow(/ENOENT/);
  await failing.discard();
  await expect.poll(threads).toBe(0);
});

it('knows by its path alone a file of too many trigrams, unless it is named', async () => {
  await mkdir(join(root, 'shards'));
  const setup = { root, repository: { id: 1, name: 'r' }, maxShardBytes: 2 << 20, symbols: { modules: [] }, nice: 0 };
  const writer = new ThreadShardWriter(setup, 256 << 20);
  const placed = (path: string, maxDistinctTrigrams?: number) =>
    ({ path, category: 0, language: undefined, skip: '', mask: 1n, maxDistinctTrigrams }) as const;
  const text = (name: string) => Buffer.from(`${name} the quick brown fox`);
  const oid = (name: string) => createHash('sha1').update(name).digest('hex');
  await writer.add(oid('a'), text('a'), [placed('a', 5), placed('a2', 5)]);
  await writer.add(oid('b'), text('b'), [placed('b', 5), placed('named', undefined)]);
  await writer.add(oid('c'), text('c'), [placed('c', 100)]);
  expect(await writer.publish('base')).toMatchObject([{ documents: 5, contentBytes: text('b').length + text('c').length }]);
  expect(writer.skipped).toEqual(new Map([['too-many-trigrams', 3]]));
});

it('closes shards earlier where there is little memory, and never keeps one from being built', () => {
  const shardBytes = (memory: number) => resolveOptions({ languageOf: () => undefined, buildMemory: memory }).maxShardBytes;
  expect(shardBytes(1 << 30)).toBe(64 << 20);
  expect(shardBytes(208 << 20)).toBe(32 << 20);
  expect(shardBytes(1 << 20)).toBe(1 << 20);
});

it('leaves nothing when the source fails half-way', async () => {
  const store = await IndexStore.open(root, options);
  const failing: BlobSource = {
    listTree: (commit, signal) => source.listTree(commit, signal),
    async *readBlobs(oids, signal) {
      yield* source.readBlobs(oids.slice(0, 40), signal);
      throw new Error('the mirror went away');
    },
  };
  await expect(update(store, failing)).rejects.toThrow('the mirror went away');
  expect(await readdir(join(root, 'shards'))).toEqual([]);
  expect(await store.list()).toEqual([]);
});

it('passes on what stops the thread', async () => {
  const store = await IndexStore.open(root, options);
  await rm(join(root, 'shards'), { recursive: true });
  await expect(update(store)).rejects.toThrow(/ENOENT/);
});
