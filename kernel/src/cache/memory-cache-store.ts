import { LRUCache } from 'lru-cache';
import type { CacheStore } from './cache-store.js';

/** In this process, bounded by bytes: the least recently used entries go first. */
export class MemoryCacheStore implements CacheStore {
  readonly #entries: LRUCache<string, string>;

  /** `maxBytes`: of keys and values as UTF-16; default 64 MiB. `now`: milliseconds that never jump back. */
  constructor(options: { readonly maxBytes?: number; readonly now?: () => number } = {}) {
    this.#entries = new LRUCache({
      maxSize: options.maxBytes ?? 64 * 1024 * 1024,
      sizeCalculation: (value, key) => 2 * (value.length + key.length) + 64,
      ttlResolution: 0,
      ...(options.now === undefined ? {} : { perf: { now: options.now } }),
    });
  }

  async get(key: string): Promise<string | undefined> {
    return this.#entries.get(key);
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    this.#entries.set(key, value, { ttl });
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }
}
