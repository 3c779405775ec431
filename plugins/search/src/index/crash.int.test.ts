import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IndexStore } from './index-store.js';
import { openLiveShard } from './live-shard.js';
import { filesOf } from './manifest.js';
import { verifyContent } from './open-shard.js';
import { ShardFiles } from './shard-files.js';

const OPTIONS = { languageOf: () => undefined, retireAfter: 0 };
const dist = (path: string) => JSON.stringify(new URL(`../../dist/index/${path}`, import.meta.url).href);

/** Updates a repository for ever: tree `n` holds three files that name n, and one that all trees share. */
const WRITER = `
  const { IndexStore } = await import(${dist('index-store.js')});
  const { MemoryBlobSource } = await import(${dist('memory-blob-source.js')});
  const store = await IndexStore.open(process.argv[1], { languageOf: () => undefined, retireAfter: 0 });
  for (let n = Number(process.argv[2]); ; n++) {
    const source = new MemoryBlobSource();
    const commit = source.commit({ shared: 'shared', a: 'a' + n, b: 'b' + n, c: 'c' + n });
    await store.update({ repository: { id: 1, name: 'r' }, branches: [{ name: 'main', commit }], source });
    if (n % 3 === 0) await store.compact(1, undefined, { force: true });
    await store.sweep();
    process.stdout.write('.');
  }`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-crash-'));
});
afterEach(() => rm(root, { recursive: true }));

function startWriter(from: number): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', WRITER, root, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function heldTree(store: IndexStore): Promise<string[]> {
  const snapshot = await store.acquire();
  const files = new ShardFiles();
  const held: string[] = [];
  for (const entry of snapshot.manifests.get(1)!.shards) {
    const { shard, masks } = openLiveShard(root, 1, entry, files);
    verifyContent(shard.image);
    for (let document = 0; document < shard.documents; document++) {
      if (masks.low[document]) held.push(shard.content(shard.blobOfDocument[document]!).toString());
    }
  }
  files.close();
  snapshot.release();
  return held.sort();
}

it('serves a whole state after kill -9 at any moment, and leaves no orphans (row 13)', async () => {
  for (let round = 0; round < 6; round++) {
    const writer = startWriter(round * 1_000);
    for (let updates = 0; updates <= round * 2; ) updates += ((await once(writer.stdout!, 'data')) as [Buffer])[0].length;
    writer.kill('SIGKILL');
    await once(writer, 'exit');

    const store = await IndexStore.open(root, OPTIONS);
    const held = await heldTree(store);
    const n = held[0]!.slice(1);
    expect(held).toEqual([`a${n}`, `b${n}`, `c${n}`, 'shared']);
    await store.sweep();
    const named = (await store.acquire()).manifests.get(1)!.shards.flatMap(filesOf);
    expect((await readdir(join(root, 'shards'))).sort()).toEqual(named.sort());
    expect((await readdir(join(root, 'repositories'))).sort()).toEqual(['1.json']);
  }
}, 60_000);
