export interface BlobInfo {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Large objects, under keys like `uploads/12/index.scip`; the plugin's own namespace. */
export interface Blobs {
  /** Atomic: a reader sees the old object or the whole new one. */
  put(key: string, content: AsyncIterable<Uint8Array> | Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<BlobInfo>;
  /** Undefined when there is none. `range` in bytes, `end` exclusive. */
  get(
    key: string,
    options?: { readonly range?: { readonly start: number; readonly end?: number }; readonly signal?: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  head(key: string): Promise<BlobInfo | undefined>;
  delete(key: string): Promise<void>;
  list(prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<readonly BlobInfo[]>;
}
