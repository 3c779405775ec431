import type { ShardImage } from '../index/open-shard.js';
import { Shard } from '../index/shard.js';
import { ShardFiles } from '../index/shard-files.js';
import { ShardCorruptError } from '../index/shard-layout.js';
import type { ShardSource, ShardTask } from './task-runner.js';

/** Opened shards, least recently used dropped first, so that each is read and checked once and not once a thread. */
export class ShardImages implements ShardSource {
  readonly #files = new ShardFiles();
  readonly #images = new Map<string, ShardImage>();
  readonly #shards = new WeakMap<ShardImage, Shard>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  image(id: string): ShardImage | undefined {
    const image = this.#images.get(id);
    if (!image) return undefined;
    this.#images.delete(id);
    this.#images.set(id, image);
    return image;
  }

  /** A shard that is open, for the calling thread. */
  resident(id: string): Shard | undefined {
    const image = this.image(id);
    if (!image) return undefined;
    const shard = this.#shards.get(image) ?? new Shard(image, this.#files);
    this.#shards.set(image, shard);
    return shard;
  }

  /** @throws ShardCorruptError when the shard is not open any more */
  get({ shard }: Pick<ShardTask, 'shard'>): Shard {
    const known = this.resident(shard);
    if (!known) throw new ShardCorruptError('it was closed');
    return known;
  }

  /** Answers the ids that had to go; the newest one always stays. */
  add(image: ShardImage): string[] {
    this.forget(image.id);
    this.#images.set(image.id, image);
    this.#bytes += image.resident.byteLength;
    const evicted: string[] = [];
    for (const id of this.#images.keys()) {
      if (this.#bytes <= this.maxBytes || id === image.id) break;
      this.forget(id);
      evicted.push(id);
    }
    return evicted;
  }

  forget(id: string): void {
    const image = this.#images.get(id);
    if (!image) return;
    for (const path of this.#shards.get(image)?.files ?? []) this.#files.forget(path);
    this.#images.delete(id);
    this.#bytes -= image.resident.byteLength;
  }

  close(): void {
    this.#files.close();
  }
}
