import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { decodeMasks } from '../index/branch-masks.js';
import { syncFolder } from '../index/durable-file.js';
import { filesOf, type Manifest, type ManifestShard, overlayName } from '../index/manifest.js';
import { type ContentCheck, checkContent, openShard } from '../index/open-shard.js';
import { ShardCorruptError } from '../index/shard-layout.js';
import type { Bandwidth } from './bandwidth.js';
import type { IndexFeed } from './index-feed.js';
import { isShardFile } from './shard-file-name.js';

/** Content whose checksum is computed at a stretch, before others get a turn. */
const CHECK_BYTES = 8 << 20;

export interface CopierOptions {
  /** The index folder. */
  readonly root: string;
  readonly bandwidth: Bandwidth;
  /** Bytes that stay free on the disk. */
  readonly minFreeBytes: number;
  /** Bytes that came over the wire. */
  readonly received: (bytes: number) => void;
}

/**
 * Brings the files of a manifest into the `shards` folder. They are received in `incoming`, where a copy that was cut
 * off goes on later, and move only after every checksum has been verified.
 */
export class ShardCopier {
  readonly #incoming: string;
  readonly #shards: string;

  constructor(private readonly options: CopierOptions) {
    this.#incoming = join(options.root, 'incoming');
    this.#shards = join(options.root, 'shards');
  }

  /** Copies what is missing. @throws ShardCorruptError when what came is damaged: it is gone then, and may be asked for again */
  async copy(feed: IndexFeed, manifest: Manifest, signal: AbortSignal): Promise<void> {
    await mkdir(this.#incoming, { recursive: true, mode: 0o700 });
    for (const shard of manifest.shards) {
      const names = filesOf(shard);
      if (!names.every((name) => isShardFile(name) && name.startsWith(`${manifest.repository.id}-`)))
        throw new ShardCorruptError(`the manifest names a shard ${JSON.stringify(shard.id)}`);
      const missing: string[] = [];
      for (const name of names) if (!(await exists(join(this.#shards, name)))) missing.push(name);
      if (missing.some((name) => !name.endsWith('.sxm'))) await this.#copyShard(feed, shard, signal);
      if (missing.some((name) => name.endsWith('.sxm'))) await this.#copyMasks(feed, shard, signal);
    }
  }

  /** Removes what was received of shards that no copy under way is of: they were replaced meanwhile. */
  async sweep(wanted: (repository: number) => boolean): Promise<void> {
    for (const name of await readdir(this.#incoming).catch(() => []))
      if (!wanted(Number.parseInt(name, 10))) await rm(join(this.#incoming, name), { force: true });
  }

  async #copyShard(feed: IndexFeed, shard: ManifestShard, signal: AbortSignal): Promise<void> {
    const names = [`${shard.id}.sxc`, `${shard.id}.sxi`];
    await this.#needSpace(shard.contentBytes + shard.indexBytes);
    for (const name of names) await this.#receive(feed, name, signal);
    await this.#verified(names, async () => {
      let check: ContentCheck | undefined = { image: openShard(this.#incoming, shard.id), done: 0, checksum: 0 };
      while (check) {
        check = checkContent(check, CHECK_BYTES);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  }

  async #copyMasks(feed: IndexFeed, shard: ManifestShard, signal: AbortSignal): Promise<void> {
    const name = overlayName(shard.id, shard.masks);
    await this.#receive(feed, name, signal);
    await this.#verified([name], async () => void decodeMasks(await readFile(join(this.#incoming, name)), shard.documents));
  }

  async #receive(feed: IndexFeed, name: string, signal: AbortSignal): Promise<void> {
    const handle = await open(join(this.#incoming, name), 'a');
    try {
      const { size } = await handle.stat();
      for await (const chunk of feed.file({ name, offset: size, signal })) {
        await this.options.bandwidth.take(chunk.length, signal);
        await handle.writeFile(chunk);
        this.options.received(chunk.length);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #verified(names: readonly string[], verify: () => Promise<void>): Promise<void> {
    try {
      await verify();
    } catch (error) {
      for (const name of names) await rm(join(this.#incoming, name), { force: true });
      throw error;
    }
    for (const name of names) await rename(join(this.#incoming, name), join(this.#shards, name));
    await syncFolder(this.#shards);
  }

  async #needSpace(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.options.root);
    if (bavail * bsize - bytes >= this.options.minFreeBytes) return;
    throw new SextantError('SEXTANT_SEARCH_REPLICA_DISK', {
      what: 'The disk has no room for more of the index.',
      why: `${Math.round((bavail * bsize) / 2 ** 20)} MiB are free, and ${Math.round(this.options.minFreeBytes / 2 ** 20)} MiB must stay so.`,
      fix: 'Free space on the disk of the data folder; what was copied before is still searched.',
    });
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
