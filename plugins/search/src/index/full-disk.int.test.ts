import { execFileSync } from 'node:child_process';
import files, { type FileHandle, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InlineExecutor } from '../engine/inline-executor.js';
import { SearchEngine } from '../engine/search-engine.js';
import type { IndexOptions } from './index-options.js';
import { IndexStore } from './index-store.js';
import { filesOf } from './manifest.js';
import { MemoryBlobSource, type MemoryTree } from './memory-blob-source.js';

/** Counts what is written through `node:fs/promises`, and refuses from the n-th write on, as a full disk does. */
const disk = { writes: 0, refuseFrom: Number.POSITIVE_INFINITY };
const take = (): void => {
  if (++disk.writes >= disk.refuseFrom) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
};
const { open, appendFile } = files;
const counted = {
  open: async (...args: Parameters<typeof open>): Promise<FileHandle> => {
    const created = args[1] === 'wx';
    if (created) take();
    const handle = await open(...args);
    if (!created) return handle;
    return new Proxy(handle, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'write' && name !== 'writeFile' && name !== 'sync') return value.bind(target);
        return async (...given: unknown[]) => {
          take();
          return value.apply(target, given);
        };
      },
    });
  },
  appendFile: async (...args: Parameters<typeof appendFile>): Promise<void> => {
    take();
    return appendFile(...args);
  },
};

/** Whoever has imported the functions of the module has these from now on. */
function replace(functions: Pick<typeof files, 'open' | 'appendFile'>): void {
  Object.assign(files, functions);
  syncBuiltinESMExports();
}
beforeAll(() => replace(counted));
afterAll(() => replace({ open, appendFile }));

/** As it ships: a thread runs the compiled worker. */
const dist = async <T>(path: string) => (await import(/* @vite-ignore */ new URL(`../../dist/index/${path}`, import.meta.url).href)) as T;

const OPTIONS: IndexOptions = { languageOf: () => undefined, retireAfter: 0, maxShardBytes: 2_000 };
const BEFORE: MemoryTree = { 'a.txt': 'old needle\n', 'b.txt': 'old hay\n', 'gone.txt': 'old needle too\n' };
const AFTER: MemoryTree = {
  'b.txt': 'old hay\n',
  'c.txt': `new needle\n${'x'.repeat(3_000)}`,
  'd.txt': `new needle\n${'y'.repeat(3_000)}`,
};

const update = (store: IndexStore, tree: MemoryTree) => {
  const source = new MemoryBlobSource();
  return store.update({ repository: { id: 1, name: 'example.com/r' }, branches: [{ name: 'main', commit: source.commit(tree) }], source });
};

/** The paths in which the index finds the word. */
async function found(store: IndexStore, word = 'needle'): Promise<string[]> {
  const engine = new SearchEngine(store, new InlineExecutor());
  const paths: string[] = [];
  const limits = { maxMatches: 1_000, maxDocuments: 1_000, contextLines: 0, deadline: 10_000, countAll: false };
  try {
    const pattern = { kind: 'literal' as const, source: word, caseSensitive: true };
    for await (const event of engine.search({
      scope: { repositories: [{ id: 1 }] },
      expr: { op: 'match', in: ['content'], pattern },
      want: 'content',
      limits,
    })) {
      if (event.type === 'documents') paths.push(...event.documents.map(({ path }) => path));
      if (event.type === 'done') expect(event.summary.degraded).toEqual([]);
    }
  } finally {
    await engine.close();
  }
  return paths.sort();
}

/** After a sweep the folder holds what the manifest names and nothing else. */
async function expectNoOrphans(store: IndexStore): Promise<void> {
  await store.sweep();
  const named = [...(await store.manifests()).values()].flatMap(({ shards }) => shards.flatMap(filesOf));
  expect((await readdir(join(store.root, 'shards'))).sort()).toEqual(named.sort());
  expect(await readdir(join(store.root, 'repositories'))).toEqual(['1.json']);
}

const REFUSED = { code: 'SEXTANT_SEARCH_INDEX_WRITE', message: expect.stringContaining('The disk is full') };

let root: string;
beforeEach(async () => {
  disk.refuseFrom = Number.POSITIVE_INFINITY;
  root = await mkdtemp(join(tmpdir(), 'sextant-full-'));
});
afterEach(async () => {
  disk.refuseFrom = Number.POSITIVE_INFINITY;
  await rm(root, { recursive: true, force: true });
});

describe('hostile row 14: the disk is full', () => {
  it.each([
    ['an update', (store: IndexStore) => update(store, AFTER), ['c.txt', 'd.txt']],
    ['a compaction', (store: IndexStore) => store.compact(1, undefined, { force: true }), ['a.txt', 'gone.txt']],
  ])(
    'from any write of %s on: it says so, the index before is served, and nothing is left behind',
    async (_what, work, whole) => {
      const built = await IndexStore.open(join(root, 'built'), OPTIONS);
      await update(built, { 'first.txt': 'first\n', 'b.txt': 'old hay\n' });
      await update(built, BEFORE);
      const build = async (name: string): Promise<IndexStore> => {
        await files.cp(built.root, join(root, name), { recursive: true });
        return IndexStore.open(join(root, name), OPTIONS);
      };
      const measured = await build('measured');
      disk.writes = 0;
      await work(measured);
      const writes = disk.writes;
      expect(writes).toBeGreaterThan(5);
      for (let from = 1; from <= writes; from++) {
        const store = await build(`${from}`);
        disk.writes = 0;
        disk.refuseFrom = from;
        await expect(work(store), `write ${from} of ${writes}`).rejects.toMatchObject(REFUSED);
        const other = await IndexStore.open(store.root, OPTIONS);
        const state = await found(other);
        // The last write tells other processes of a manifest that is in place already.
        expect(state, `write ${from} of ${writes}`).toEqual(from < writes ? ['a.txt', 'gone.txt'] : whole);
        expect(await found(store)).toEqual(state);
        await expectNoOrphans(store);
        disk.refuseFrom = Number.POSITIVE_INFINITY;
        await work(store);
        expect(await found(store)).toEqual(whole);
        await expectNoOrphans(store);
      }
    },
    60_000,
  );

  it('on a real one that is too small, on this thread and on a thread of its own', async (context) => {
    const mount = join(root, 'small');
    await files.mkdir(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      return context.skip('only root may mount a small tmpfs here; the test with refused writes stands for it');
    }
    try {
      const shipped = await dist<typeof import('./index-store.js')>('index-store.js');
      const store: IndexStore = await shipped.IndexStore.open(join(mount, 'index'), {
        ...OPTIONS,
        maxShardBytes: 64 << 20,
      });
      await update(store, BEFORE);
      const many = (files: number, bytes: number): MemoryTree =>
        Object.fromEntries(Array.from({ length: files }, (_, n) => [`${n}.txt`, `needle ${n}\n${`${n} text\n`.repeat(bytes / 10)}`]));
      for (const tree of [many(3, 600_000), many(10, 800_000)]) {
        await expect(update(store, tree)).rejects.toMatchObject(REFUSED);
        expect(await found(store)).toEqual(['a.txt', 'gone.txt']);
        await expectNoOrphans(store);
      }
      await writeFile(join(mount, 'ballast'), Buffer.alloc(2 << 20)).catch(() => undefined);
      await expect(update(store, AFTER)).rejects.toMatchObject(REFUSED);
      expect(await found(store)).toEqual(['a.txt', 'gone.txt']);
      await expectNoOrphans(store);
      await rm(join(mount, 'ballast'));
      await update(store, AFTER);
      expect(await found(store)).toEqual(['c.txt', 'd.txt']);
      await expectNoOrphans(store);
    } finally {
      execFileSync('umount', ['-l', mount]);
    }
  });
});
