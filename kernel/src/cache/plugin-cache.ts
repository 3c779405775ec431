import { createHash } from 'node:crypto';
import type { Cache, Logger } from '@sextant/sdk';
import type { CacheStore } from './cache-store.js';

const LONGEST_KEY = 400;

/** A plugin's entries in a store. A store that fails is a cache that forgets: callers never see its errors. */
export class PluginCache implements Cache {
  readonly #computing = new Map<string, Promise<unknown>>();

  constructor(
    private readonly plugin: string,
    private readonly store: CacheStore,
    private readonly log: Logger,
  ) {}

  async get<V>(key: string): Promise<V | undefined> {
    return (await this.#read<V>(key))?.value;
  }

  async set<V>(key: string, value: V, options: { readonly ttl: number }): Promise<void> {
    if (!(options.ttl > 0)) return await this.delete(key);
    await this.#quietly(() => this.store.set(this.#full(key), JSON.stringify({ value }), options.ttl));
  }

  async delete(key: string): Promise<void> {
    await this.#quietly(() => this.store.delete(this.#full(key)));
  }

  getOrCompute<V>(key: string, options: { readonly ttl: number }, compute: () => Promise<V>): Promise<V> {
    const present = this.#computing.get(key);
    if (present) return present as Promise<V>;
    const work = (async () => {
      const found = await this.#read<V>(key);
      if (found) return found.value;
      const value = await compute();
      await this.set(key, value, options);
      return value;
    })().finally(() => this.#computing.delete(key));
    this.#computing.set(key, work);
    return work;
  }

  async #read<V>(key: string): Promise<{ readonly value: V } | undefined> {
    const text = await this.#quietly(() => this.store.get(this.#full(key)));
    return text === undefined ? undefined : (JSON.parse(text) as { value: V });
  }

  #full(key: string): string {
    return `${this.plugin}:${key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('hex')}`;
  }

  async #quietly<R>(work: () => Promise<R>): Promise<R | undefined> {
    try {
      return await work();
    } catch (error) {
      this.log.debug('The cache was passed by.', { plugin: this.plugin, error });
      return undefined;
    }
  }
}
