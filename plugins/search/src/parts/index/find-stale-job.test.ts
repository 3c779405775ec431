import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { IndexOptions } from '../../index/index-options.js';
import { IndexStore } from '../../index/index-store.js';
import { MemoryBlobSource } from '../../index/memory-blob-source.js';
import { silent } from '../../testing/a-search-world.js';
import { findStaleJob } from './find-stale-job.js';
import { SharedIndex } from './shared-index.js';

const OPTIONS: IndexOptions = { languageOf: () => undefined, retireAfter: 0 };
const source = new MemoryBlobSource();
const [main, next] = [source.commit({ 'a.txt': 'one' }), source.commit({ 'a.txt': 'two' })];

let folder: string;
let store: IndexStore;
let options: IndexOptions;
/** Commits by branch in the mirror; the default one first. */
let heads: Record<string, string>;
let branches: Record<string, string[]>;
/** How often git was asked for the default branch. */
let asked: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-stale-'));
  store = await IndexStore.open(folder, OPTIONS);
  [options, heads, branches, asked] = [OPTIONS, { main }, {}, 0];
  await store.update({ repository: { id: 1, name: 'r' }, branches: [{ name: 'main', commit: main }], source });
});
afterEach(() => rm(folder, { recursive: true }));

/** The repositories that are to be indexed, and how many builds may run at once. */
async function stale(mirrors?: { states(): Promise<ReadonlyMap<number, unknown>> }): Promise<unknown[]> {
  const shared = new SharedIndex();
  shared.use({ open: async () => store, options: async () => options });
  const run = findStaleJob(shared);
  const enqueued: unknown[] = [];
  const deps = {
    mirrors,
    sources: { all: async () => [{ id: 1, name: 'r' }] },
    git: {
      defaultBranch: async () => {
        asked++;
        return { name: Object.keys(heads)[0], target: Object.values(heads)[0] };
      },
      resolveMany: async ({ items }: { items: readonly { revision: { toString(): string } }[] }) =>
        items.map(({ revision }) => heads[String(revision).replace('refs/heads/', '')] ?? null),
    },
    jobs: {
      enqueue: async (job: { concurrency?: number }, { repositoryId }: { repositoryId: number }) => {
        enqueued.push([repositoryId, job.concurrency]);
      },
    },
  } as unknown as Parameters<typeof run>[1];
  const job = { signal: new AbortController().signal, log: silent, config: { branches, indexConcurrency: 3 } } as unknown as Parameters<
    typeof run
  >[2];
  await run({}, deps, job);
  return enqueued;
}

it('leaves alone what is as it would be built', async () => {
  expect(await stale()).toEqual([]);
});

it('enqueues what is behind its mirror, a branch that is not there yet, and one that is not wanted any more', async () => {
  heads = { main: next };
  expect(await stale()).toEqual([[1, 3]]);
  heads = { main, dev: next };
  expect(await stale()).toEqual([]);
  branches = { r: ['dev', 'nowhere'] };
  expect(await stale()).toEqual([[1, 3]]);
  await store.update({
    repository: { id: 1, name: 'r' },
    branches: [
      { name: 'main', commit: main },
      { name: 'dev', commit: next },
    ],
    source,
  });
  expect(await stale()).toEqual([]);
  branches = {};
  expect(await stale()).toEqual([[1, 3]]);
});

it.each<[what: string, changed: Partial<IndexOptions>]>([
  ['large files', { largeFiles: ['*.txt'] }],
  ['languages', { languagesVersion: 'other' }],
  ['where symbols come from', { symbols: { modules: [{ id: 'x', languages: ['Go'], module: 'file:///x.js', version: 1 }] } }],
])('enqueues what was built with other %s, though nothing was pushed', async (_what, changed) => {
  options = { ...OPTIONS, ...changed };
  expect(await stale()).toEqual([[1, 3]]);
});

it('goes by what the last fetch saw, where that is known, and asks git nothing', async () => {
  const at = (head: unknown) => ({ states: async () => new Map([[1, { head }]]) });
  expect(await stale(at({ branch: 'main', commit: main }))).toEqual([]);
  expect(await stale(at({ branch: 'main', commit: next }))).toEqual([[1, 3]]);
  expect(await stale(at(undefined))).toEqual([]);
  expect(asked).toBe(0);
  expect(await stale()).toEqual([]);
  expect(asked).toBe(1);
});

it('enqueues what is damaged, and what is gone', async () => {
  await store.quarantine(1, (await store.manifests()).get(1)!.shards[0]!.id, 'it is a test');
  expect(await stale()).toEqual([[1, 3]]);
  await store.update({ repository: { id: 2, name: 'gone' }, branches: [{ name: 'main', commit: main }], source });
  expect(await stale()).toEqual([
    [1, 3],
    [2, 3],
  ]);
});
