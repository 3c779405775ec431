import { LRUCache } from 'lru-cache';
import type { LimitStore } from './limit-store.js';

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** In this process. Of more than 100,000 buckets the least recently used are forgotten, which refills them. */
export class MemoryLimitStore implements LimitStore {
  readonly #buckets = new LRUCache<string, Bucket>({ max: 100_000 });

  /** `now`: milliseconds that never jump back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  async take(key: string, capacity: number, per: number, cost: number): Promise<{ allowed: boolean; left: number }> {
    const now = this.now();
    const bucket = this.#buckets.get(key) ?? { tokens: capacity, at: now };
    const available = Math.min(capacity, bucket.tokens + ((now - bucket.at) * capacity) / per);
    const allowed = available >= cost;
    const left = allowed ? available - cost : available;
    this.#buckets.set(key, { tokens: left, at: now });
    return { allowed, left };
  }
}
