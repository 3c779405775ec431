import type { ShardImage } from '../index/open-shard.js';
import { Shard } from '../index/shard.js';
import { ShardFiles } from '../index/shard-files.js';
import { ShardCorruptError } from '../index/shard-layout.js';
import type { ShardSource, ShardTask } from './task-runner.js';

interface Held {
  readonly image: ShardImage;
  /** For the calling thread. */
  shard: Shard | undefined;
  /** Since it was last passed over. */
  used: boolean;
}

/**
 * Opened shards, so that each is read and checked once and not once a thread. What was not used since the last look for room is dropped
 * first: every search uses thousands, and must not put each in order.
 */
export class ShardImages implements ShardSource {
  readonly #files = new ShardFiles();
  readonly #images = new Map<string, Held>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  image(id: string): ShardImage | undefined {
    return this.#use(id)?.image;
  }

  /** A shard that is open, for the calling thread. */
  resident(id: string): Shard | undefined {
    const held = this.#use(id);
    if (!held) return undefined;
    held.shard ??= new Shard(held.image, this.#files);
    return held.shard;
  }

  #use(id: string): Held | undefined {
    const held = this.#images.get(id);
    if (held) held.used = true;
    return held;
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
    this.#images.set(image.id, { image, shard: undefined, used: true });
    this.#bytes += image.resident.byteLength;
    const evicted: string[] = [];
    // Those that were used move behind the others once; the map goes on with what was put behind.
    for (const [id, held] of this.#images) {
      if (this.#bytes <= this.maxBytes || this.#images.size === 1) break;
      if (id === image.id) continue;
      if (held.used) {
        held.used = false;
        this.#images.delete(id);
        this.#images.set(id, held);
        continue;
      }
      this.forget(id);
      evicted.push(id);
    }
    return evicted;
  }

  forget(id: string): void {
    const held = this.#images.get(id);
    if (!held) return;
    for (const path of held.shard?.files ?? []) this.#files.forget(path);
    this.#images.delete(id);
    this.#bytes -= held.image.resident.byteLength;
  }

  close(): void {
    this.#files.close();
  }
}
