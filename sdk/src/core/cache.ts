/** A cache shared by the processes that share its backend. Values are JSON. Losing any entry at any time must be harmless. */
export interface Cache {
  get<V>(key: string): Promise<V | undefined>;
  /** `ttl` in milliseconds. */
  set<V>(key: string, value: V, options: { readonly ttl: number }): Promise<void>;
  delete(key: string): Promise<void>;
  /** One computation a key and process at a time. */
  getOrCompute<V>(key: string, options: { readonly ttl: number }, compute: () => Promise<V>): Promise<V>;
}

export interface LimitDecision {
  readonly allowed: boolean;
  readonly remaining: number /** Milliseconds until `cost` would be allowed; 0 when it was. */;
  readonly retryAfter: number;
}

/** Token buckets shared by the processes that share the backend. */
export interface Limits {
  take(
    key: string,
    bucket: { readonly capacity: number /** Milliseconds to refill it whole. */; readonly per: number; readonly cost?: number },
  ): Promise<LimitDecision>;
}
