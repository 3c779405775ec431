import { openShard, type ShardImage } from '../index/open-shard.js';
import { Shard } from '../index/shard.js';
import { ShardFiles } from '../index/shard-files.js';
import type { ShardSource, ShardTask } from './task-runner.js';

/** The shards that one thread has opened, or got opened; kept until it is told to forget them. */
export class OpenShards implements ShardSource {
  readonly #files = new ShardFiles();
  readonly #shards = new Map<string, Shard>();

  /** @param opened hears of every shard that this thread had to open itself */
  constructor(private readonly opened: (image: ShardImage) => void = () => undefined) {}

  get({ shard: id, folder, image }: ShardTask): Shard {
    const known = this.#shards.get(id);
    if (known) return known;
    const shard = new Shard(image ?? this.#open(folder, id), this.#files);
    this.#shards.set(id, shard);
    return shard;
  }

  forget(id: string): void {
    const shard = this.#shards.get(id);
    if (shard) for (const path of shard.files) this.#files.forget(path);
    this.#shards.delete(id);
  }

  close(): void {
    this.#files.close();
    this.#shards.clear();
  }

  #open(folder: string, id: string): ShardImage {
    const image = openShard(folder, id);
    this.opened(image);
    return image;
  }
}
