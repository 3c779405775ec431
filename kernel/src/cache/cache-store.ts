/** Where a cache keeps texts. Any entry may be lost at any time. */
export interface CacheStore {
  get(key: string): Promise<string | undefined>;
  /** `ttl` in milliseconds. */
  set(key: string, value: string, ttl: number): Promise<void>;
  delete(key: string): Promise<void>;
}
