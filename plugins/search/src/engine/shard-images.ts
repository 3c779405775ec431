import type { ShardImage } from '../index/open-shard.js';
import { Shard } from '../index/shard.js';
import { ShardFiles } from '../index/shard-files.js';

const NO_FILES = new ShardFiles(0);

/** Opened shards, least recently used dropped first, so that each is read and checked once and not once a thread. */
export class ShardImages {
  readonly #images = new Map<string, ShardImage>();
  readonly #shards = new WeakMap<ShardImage, Shard>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(id: string): ShardImage | undefined {
    const image = this.#images.get(id);
    if (!image) return undefined;
    this.#images.delete(id);
    this.#images.set(id, image);
    return image;
  }

  /** What of a shard is in memory; nothing else of it can be read. */
  resident(id: string): Shard | undefined {
    const image = this.get(id);
    if (!image) return undefined;
    const shard = this.#shards.get(image) ?? new Shard(image, NO_FILES);
    this.#shards.set(image, shard);
    return shard;
  }

  /** Answers the ids that had to go; the newest one always stays. */
  add(image: ShardImage): string[] {
    this.drop(image.id);
    this.#images.set(image.id, image);
    this.#bytes += image.resident.byteLength;
    const evicted: string[] = [];
    for (const id of this.#images.keys()) {
      if (this.#bytes <= this.maxBytes || id === image.id) break;
      this.drop(id);
      evicted.push(id);
    }
    return evicted;
  }

  drop(id: string): void {
    const image = this.#images.get(id);
    if (!image) return;
    this.#images.delete(id);
    this.#bytes -= image.resident.byteLength;
  }
}
