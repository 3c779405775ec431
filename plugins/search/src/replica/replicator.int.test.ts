import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, SextantError } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { openLiveShard } from '../index/live-shard.js';
import { MemoryBlobSource } from '../index/memory-blob-source.js';
import { verifyContent } from '../index/open-shard.js';
import { ShardFiles } from '../index/shard-files.js';
import { Bandwidth } from './bandwidth.js';
import type { IndexFeed } from './index-feed.js';
import { type IndexShare, Replicator } from './replicator.js';
import { ServedIndex } from './served-index.js';
import { ShardCopier } from './shard-copier.js';

const OPTIONS = { languageOf: () => undefined, retireAfter: 0 };
const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
/** Milliseconds between two looks of a copy at itself: every other step here waits for one. */
const BEAT = 50;
const soon = (holds: () => unknown) => vi.waitFor(holds, { timeout: 15_000, interval: 20 });

let folders: string[];
let source: IndexStore;
let copy: IndexStore;
let feed: IndexFeed;
let received: number;
let replicator: Replicator;

beforeEach(async () => {
  folders = await Promise.all(['from', 'to'].map((name) => mkdtemp(join(tmpdir(), `sextant-${name}-`))));
  source = await IndexStore.open(folders[0]!, OPTIONS);
  copy = await IndexStore.open(folders[1]!, OPTIONS);
  feed = new ServedIndex(async () => source, BEAT);
  received = 0;
});
afterEach(async () => {
  await replicator?.[Symbol.asyncDispose]();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function start(from: IndexFeed = feed, minFreeBytes = 0, share?: IndexShare): Replicator {
  const copier = new ShardCopier({
    root: folders[1]!,
    bandwidth: new Bandwidth(undefined),
    minFreeBytes,
    received: (bytes) => {
      received += bytes;
    },
  });
  replicator = new Replicator({ feed: () => from, store: copy, copier, log, ...(share ? { share } : {}) });
  replicator.start();
  return replicator;
}

async function index(id: number, files: Record<string, string>): Promise<void> {
  const blobs = new MemoryBlobSource();
  const commit = blobs.commit(files);
  await source.update({ repository: { id, name: `r${id}` }, branches: [{ name: 'main', commit }], source: blobs });
}

/** All live documents of a repository, read and verified from the files of a store. */
async function contents(store: IndexStore, id: number): Promise<string[]> {
  const snapshot = await store.acquire();
  const files = new ShardFiles();
  const held: string[] = [];
  for (const entry of snapshot.manifests.get(id)?.shards ?? []) {
    const { shard, masks } = openLiveShard(store.root, id, entry, files);
    verifyContent(shard.image);
    for (let d = 0; d < shard.documents; d++)
      if (masks.low[d]) held.push(`${shard.path(d)}=${shard.content(shard.blobOfDocument[d]!).toString()}`);
  }
  files.close();
  snapshot.release();
  return held.sort();
}
const shardsOf = async (store: IndexStore): Promise<string[]> => (await readdir(join(store.root, 'shards'))).sort();

describe('the copy of an index', () => {
  it('takes everything over, follows updates, compactions and removals, and copies only what is missing', async () => {
    await index(1, { a: 'one', b: 'x'.repeat(50_000) });
    await index(2, { a: 'two' });
    start();
    await soon(async () => expect([await contents(copy, 1), await contents(copy, 2)]).toMatchObject([{ length: 2 }, ['a=two']]));
    await soon(() => expect(replicator.health()).toEqual({ status: 'up' }));
    expect(await copy.list()).toEqual(await source.list());

    const before = received;
    await index(1, { a: 'another one', b: 'x'.repeat(50_000) });
    await soon(async () => expect(await contents(copy, 1)).toEqual(await contents(source, 1)));
    expect(received - before).toBeLessThan(50_000);

    await source.compact(1, undefined, { force: true });
    await source.remove(2);
    await soon(async () => expect(await copy.manifests()).toEqual(await source.manifests()));
    await source.sweep();
    await copy.sweep();
    expect(await shardsOf(copy)).toEqual(await shardsOf(source));
  });

  it('is of its share alone, follows that as it changes, and stays as it is while nobody says what it is', async () => {
    for (const id of [1, 2, 3]) await index(id, { a: `text ${id}` });
    let ids: readonly number[] | undefined = [1, 2];
    start(feed, 0, {
      get isKnown() {
        return ids !== undefined;
      },
      includes: (id) => ids?.includes(id) === true,
    });
    const held = async (): Promise<number[]> => (await copy.list()).map(({ repository }) => repository);
    await soon(() => expect(replicator.health()).toEqual({ status: 'up' }));
    expect(await held()).toEqual([1, 2]);
    ids = [2, 3];
    await soon(async () => expect(await held()).toEqual([2, 3]));
    ids = undefined;
    await index(1, { a: 'one that moved away' });
    await index(2, { a: 'one that is still here' });
    await soon(async () => expect(await contents(copy, 2)).toEqual(['a=one that is still here']));
    expect(await held()).toEqual([2, 3]);
    expect(replicator.health()).toMatchObject({ status: 'degraded', reason: expect.stringContaining('not said yet') });
    ids = [1];
    await soon(async () => expect(await held()).toEqual([1]));
    expect(await contents(copy, 1)).toEqual(['a=one that moved away']);
  });

  it('goes on searching when the source is away, says so, and catches up', async () => {
    await index(1, { a: 'one' });
    let away = false;
    const unreachable = new SextantError('SEXTANT_REMOTE_UNREACHABLE', {
      what: 'The Sextant process at x does not answer.',
      fix: 'Start it.',
    });
    const flaky: IndexFeed = {
      repositories: (o) => feed.repositories(o),
      manifest: (o) => feed.manifest(o),
      file: (o) => feed.file(o),
      changes: async function* (o) {
        for await (const batch of feed.changes(o)) {
          if (away) throw unreachable;
          yield batch;
        }
      },
    };
    start(flaky);
    await soon(async () => expect(await contents(copy, 1)).toEqual(['a=one']));
    away = true;
    await index(1, { a: 'two' });
    await soon(() => expect(replicator.health()).toMatchObject({ status: 'degraded', reason: expect.stringContaining('does not answer') }));
    expect(await contents(copy, 1)).toEqual(['a=one']);
    away = false;
    await soon(async () => expect(await contents(copy, 1)).toEqual(['a=two']));
    await soon(() => expect(replicator.health()).toEqual({ status: 'up' }));
  });

  it('fetches a damaged copy again: on its way, at rest, and found by a search', async () => {
    await index(1, { a: 'one', b: 'more' });
    let damage = 1;
    start({
      repositories: (o) => feed.repositories(o),
      manifest: (o) => feed.manifest(o),
      changes: (o) => feed.changes(o),
      file: async function* (o) {
        for await (const chunk of feed.file(o)) yield o.name.endsWith('.sxc') && damage-- > 0 ? Buffer.alloc(chunk.length, 7) : chunk;
      },
    });
    await soon(async () => expect(await contents(copy, 1)).toEqual(['a=one', 'b=more']));
    const shard = (await copy.manifests()).get(1)!.shards[0]!.id;
    const file = join(copy.root, 'shards', `${shard}.sxc`);
    await writeFile(file, 'rot');
    await copy.quarantine(1, shard, 'the checksum does not match');
    await soon(async () => expect(await contents(copy, 1)).toEqual(['a=one', 'b=more']));
    expect(await copy.list()).toEqual(await source.list());
  });

  it('goes on with a file that was cut off, and removes what it needs no more', async () => {
    await index(1, { a: 'x'.repeat(300_000) });
    const shard = (await source.manifests()).get(1)!.shards[0]!.id;
    const content = await readFile(join(source.root, 'shards', `${shard}.sxc`));
    start({ ...offline(), changes: (o) => feed.changes(o) });
    await replicator[Symbol.asyncDispose]();
    const incoming = join(copy.root, 'incoming');
    await mkdir(incoming, { recursive: true });
    await appendFile(join(incoming, `${shard}.sxc`), content.subarray(0, 200_000));
    await appendFile(join(incoming, '9-gone.sxc'), 'left over');
    start();
    await soon(async () => expect(await contents(copy, 1)).toHaveLength(1));
    expect(received).toBeLessThan(200_000);
    await soon(async () => expect(await readdir(incoming)).toEqual([]));
  });

  it('keeps what has come of a repository from being swept before the rest is here', async () => {
    await index(1, { a: 'one', b: 'x'.repeat(50_000) });
    await index(1, { a: 'another one', b: 'x'.repeat(50_000) });
    expect((await source.manifests()).get(1)!.shards).toHaveLength(2);
    start({
      repositories: (o) => feed.repositories(o),
      manifest: (o) => feed.manifest(o),
      changes: (o) => feed.changes(o),
      file: async function* (o) {
        await copy.sweep();
        yield* feed.file(o);
      },
    });
    await soon(() => expect(replicator.health()).toEqual({ status: 'up' }));
    expect(await contents(copy, 1)).toEqual(await contents(source, 1));
  });

  it('copies nothing onto a full disk, and serves no file but those of shards', async () => {
    await index(1, { a: 'one' });
    start(feed, Number.MAX_SAFE_INTEGER);
    await soon(() => expect(replicator.health()).toMatchObject({ status: 'degraded', reason: expect.stringContaining('no room') }));
    for (const name of ['../repositories/1.json', '/etc/passwd', '1-a.sxc/..', '1-nothing.sxc'])
      await expect(feed.file({ name, offset: 0 })[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'SEXTANT_SEARCH_REPLICA_FILE',
      });
  });
});

const offline = (): IndexFeed => ({
  repositories: async () => [],
  manifest: async () => null,
  file: async function* () {},
  changes: async function* () {},
});
