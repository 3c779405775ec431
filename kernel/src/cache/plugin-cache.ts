import { createHash } from 'node:crypto';
import { type Cache, type Logger, SextantError } from '@sextant/sdk';
import { isObject, must } from '../lifecycle/value-problems.js';
import { jsonProblem } from '../services/json-problem.js';
import './cache-errors.js';
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
    this.#refuseTtl(key, options);
    if (options.ttl <= 0) return await this.delete(key);
    const lost = value === undefined ? undefined : jsonProblem(value, 'value', false);
    if (lost !== undefined) throw this.#invalid(key, `Its ${lost}, which JSON does not keep.`);
    await this.#quietly(() => this.store.set(this.#full(key), JSON.stringify({ value }), options.ttl));
  }

  async delete(key: string): Promise<void> {
    await this.#quietly(() => this.store.delete(this.#full(key)));
  }

  getOrCompute<V>(key: string, options: { readonly ttl: number }, compute: () => Promise<V>): Promise<V> {
    const present = this.#computing.get(key);
    if (present) return present as Promise<V>;
    const work = (async () => {
      this.#refuseTtl(key, options);
      const found = await this.#read<V>(key);
      if (found) return found.value;
      const value = await compute();
      await this.set(key, value, options);
      return value;
    })().finally(() => this.#computing.delete(key));
    this.#computing.set(key, work);
    return work;
  }

  /** A plugin in plain JavaScript may write '5m', with which nothing would ever be found. */
  #refuseTtl(key: string, options: unknown): void {
    const ttl = isObject(options) ? options['ttl'] : undefined;
    const [problem] = must(typeof ttl === 'number' && !Number.isNaN(ttl), 'ttl', ttl, 'a number of milliseconds');
    if (problem !== undefined) throw this.#invalid(key, `Its ${problem}.`);
  }

  #invalid(key: string, why: string): SextantError {
    return new SextantError('SEXTANT_CACHE_INVALID', {
      what: `Plugin "${this.plugin}" cannot cache "${key}".`,
      why,
      fix: "Write cache.set('key', plainData, { ttl: 60_000 }).",
    });
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
