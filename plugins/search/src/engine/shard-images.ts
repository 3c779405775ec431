import type { ShardImage } from '../index/open-shard.js';

/** Opened shards, least recently used dropped first, so that each is read and checked once and not once a thread. */
export class ShardImages {
  readonly #images = new Map<string, ShardImage>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(id: string): ShardImage | undefined {
    const image = this.#images.get(id);
    if (!image) return undefined;
    this.#images.delete(id);
    this.#images.set(id, image);
    return image;
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
