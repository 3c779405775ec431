import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANONYMOUS } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { filesOf } from '../index/manifest.js';
import { MemoryBlobSource } from '../index/memory-blob-source.js';
import { indexCheck, searchNodeCheck } from './index-check.js';
import { indexFolderCheck } from './index-folder-check.js';

const asked = { actor: ANONYMOUS, signal: new AbortController().signal };
let rebuilt: number[];
beforeEach(() => {
  rebuilt = [];
});
const rebuild = async (id: number): Promise<void> => void rebuilt.push(id);

describe('the check of the index', () => {
  const run = (...states: ('ok' | 'degraded')[]) =>
    indexCheck({
      engine: { status: async () => states.map((state, at) => ({ repository: at + 1, state, problems: ['Shard 1-x: torn.'] })) as never },
      repositories: { byIds: async () => new Map([[2, { name: 'host/app' }]]) as never },
      rebuild,
    }).run(asked);

  it('names what is damaged, and offers to build it anew', async () => {
    const [finding, ...others] = await run('ok', 'degraded');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: 'error',
      why: 'Shard 1-x: torn.',
      mend: { id: 'rebuild:2', does: expect.stringContaining('host/app') },
    });
    await finding?.mend?.run(asked);
    expect(rebuilt).toEqual([2]);
  });

  it('names nothing that the asker does not see, and says that there is some', async () => {
    expect(await run('degraded', 'degraded')).toMatchObject([
      { what: expect.stringContaining('host/app') },
      { what: 'Parts of the index of repositories that you do not see are damaged.' },
    ]);
  });

  it('says of a sound one that it is whole', async () => {
    expect(await run('ok', 'ok')).toEqual([{ level: 'ok', what: 'The index of all 2 indexed repositories is whole.' }]);
  });
});

it('the check of search nodes tells which do not report, and which have a problem', async () => {
  const node = { name: 'a', isOnline: true, repositories: 3 };
  const list = async () => [node, { ...node, name: 'b', isOnline: false }, { ...node, name: 'c', problem: 'its disk is full' }] as never;
  expect(await searchNodeCheck({ list }).run(asked)).toMatchObject([
    { level: 'ok' },
    { level: 'error', what: 'The search node "b" does not report.' },
    { level: 'warning', why: 'its disk is full' },
  ]);
  expect(await searchNodeCheck({ list: async () => [] }).run(asked)).toMatchObject([{ level: 'warning' }]);
});

describe('the check of the folder of the index', () => {
  const source = new MemoryBlobSource();
  let folder: string;
  let store: IndexStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sextant-index-folder-'));
    store = await IndexStore.open(folder, { languageOf: () => undefined, retireAfter: 0 });
    const branches = [{ name: 'main', commit: source.commit({ 'a.txt': 'one' }) }];
    for (const id of [1, 2]) await store.update({ repository: { id, name: `host/${id}` }, branches, source });
  });
  afterEach(() => rm(folder, { recursive: true }));
  /** All that are named are seen. */
  const repositories = (...seen: number[]) => ({ byIds: async () => new Map(seen.map((id) => [id, { name: `host/${id}` }])) as never });
  const run = (...seen: number[]) =>
    indexFolderCheck({ store: async () => store, repositories: repositories(...seen), rebuild }).run(asked);

  it('finds a file that is gone before a search does, and puts its shard aside when it is told to', async () => {
    expect(await run()).toMatchObject([{ level: 'ok' }, { level: 'ok', what: 'All files of the index of 2 repositories are there.' }]);
    const [shard] = (await store.manifests()).get(2)!.shards;
    await unlink(join(folder, 'shards', filesOf(shard!)[0]!));
    expect(await run(1)).toMatchObject([{ what: 'Parts of the index of repositories that you do not see are damaged.' }, { level: 'ok' }]);
    const [finding] = await run(1, 2);
    expect(finding).toMatchObject({
      level: 'error',
      what: 'Files of 1 shards of the index of host/2 are gone.',
      mend: { id: 'rebuild:2' },
    });
    await finding?.mend?.run(asked);
    expect(rebuilt).toEqual([2]);
    expect((await store.manifests()).get(2)!.quarantined).toHaveLength(1);
    expect(await run()).toMatchObject([{ level: 'ok', what: expect.stringMatching(/^1 files? of damaged shards/) }, { level: 'ok' }]);
  });
});
