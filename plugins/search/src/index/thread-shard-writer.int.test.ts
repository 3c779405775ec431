import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BlobSource } from './blob-source.js';
import { MemoryBlobSource, type MemoryTree } from './memory-blob-source.js';
import { extractSymbols } from './symbols/extract-symbols.js';

// Threads run compiled code, as in production.
const load = async <T>(path: string) => (await import(/* @vite-ignore */ new URL(`../../dist/index/${path}`, import.meta.url).href)) as T;
const { IndexStore } = await load<typeof import('./index-store.js')>('index-store.js');
const compiled = await load<typeof import('./symbols/extract-symbols.js')>('symbols/extract-symbols.js');

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
  const threaded = await update(await IndexStore.open(join(root, 'a'), { ...options, extractSymbols: compiled.extractSymbols }));
  // An extractor that a thread cannot have keeps the build here.
  const own = await update(
    await IndexStore.open(join(root, 'b'), { ...options, extractSymbols: (language, content) => extractSymbols(language, content) }),
  );
  const facts = ({ repository: { documents, contentBytes, indexBytes, shards } }: typeof own) => ({
    documents,
    contentBytes,
    indexBytes,
    shards,
  });
  expect(facts(threaded)).toEqual(facts(own));
  expect(threaded.repository.contentBytes).toBeGreaterThan(4 << 20);
});

it('leaves nothing when the source fails half-way', async () => {
  const store = await IndexStore.open(root, { ...options, extractSymbols: compiled.extractSymbols });
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
  const store = await IndexStore.open(root, { ...options, extractSymbols: compiled.extractSymbols });
  await rm(join(root, 'shards'), { recursive: true });
  await expect(update(store)).rejects.toThrow(/ENOENT/);
});
