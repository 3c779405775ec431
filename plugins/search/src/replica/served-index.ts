import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SextantError } from '@sextant/sdk';
import type { IndexStore } from '../index/index-store.js';
import { encodeManifest, type Manifest, versionOf } from '../index/manifest.js';
import { FEED_BEAT, type IndexedVersion, type IndexFeed } from './index-feed.js';
import './replica-errors.js';
import { isShardFile } from './shard-file-name.js';

/** How often the journal is looked at while a copy listens: one `stat`. */
const LOOK_EVERY = 250;
const CHUNK_BYTES = 1 << 18;
const MAX_PAGE = 5_000;

/** Serves the index of this process to those that copy it. */
export class ServedIndex implements IndexFeed {
  readonly #versions = new WeakMap<Manifest, string>();

  /** @param beat milliseconds between two signs of life of `changes`, and so the longest until a copy looks at itself again */
  constructor(
    private readonly store: () => Promise<IndexStore>,
    private readonly beat = FEED_BEAT,
  ) {}

  async repositories({ afterId, limit }: Parameters<IndexFeed['repositories']>[0]): ReturnType<IndexFeed['repositories']> {
    const manifests = await (await this.store()).manifests();
    return [...manifests]
      .filter(([id]) => id > afterId)
      .sort(([a], [b]) => a - b)
      .slice(0, Math.min(limit, MAX_PAGE))
      .map(([repository, manifest]) => ({ repository, version: this.#version(manifest) }));
  }

  async manifest({ repository }: Parameters<IndexFeed['manifest']>[0]): ReturnType<IndexFeed['manifest']> {
    const manifest = (await (await this.store()).manifests()).get(repository);
    return manifest ? encodeManifest(manifest) : null;
  }

  async *file({ name, offset, signal }: Parameters<IndexFeed['file']>[0]): AsyncGenerator<Uint8Array> {
    // The name comes from another machine: it can only be that of a shard's file.
    const handle = isShardFile(name) ? await open(join((await this.store()).root, 'shards', name)).catch(absent) : undefined;
    if (!handle) {
      throw new SextantError('SEXTANT_SEARCH_REPLICA_FILE', {
        what: `The index has no file ${JSON.stringify(name.slice(0, 100))}.`,
        fix: 'Ask again for the state of the repository.',
      });
    }
    try {
      for (let position = offset; ; ) {
        signal?.throwIfAborted();
        // A buffer of its own for each piece: the one before may still be on its way.
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
        position += bytesRead;
      }
    } finally {
      await handle.close();
    }
  }

  async *changes({ signal }: Parameters<IndexFeed['changes']>[0]): AsyncGenerator<readonly IndexedVersion[]> {
    const store = await this.store();
    let known = new Map(await store.manifests());
    yield [];
    for (let quietSince = performance.now(); ; ) {
      await wait(Math.min(LOOK_EVERY, this.beat), undefined, { ref: false, ...(signal ? { signal } : {}) });
      const now = await store.manifests();
      const changed: IndexedVersion[] = [];
      for (const [repository, manifest] of now)
        if (known.get(repository) !== manifest) changed.push({ repository, version: this.#version(manifest) });
      for (const repository of known.keys()) if (!now.has(repository)) changed.push({ repository, version: null });
      if (changed.length > 0) known = new Map(now);
      if (changed.length === 0 && performance.now() - quietSince < this.beat) continue;
      quietSince = performance.now();
      yield changed;
    }
  }

  #version(manifest: Manifest): string {
    let version = this.#versions.get(manifest);
    if (version === undefined) {
      version = versionOf(manifest);
      this.#versions.set(manifest, version);
    }
    return version;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
