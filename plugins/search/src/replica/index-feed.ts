import { serviceToken } from '@sextant/sdk';

/** A repository in the index, and which state of it: compared for equality only. `version: null` — it is gone. */
export interface IndexedVersion {
  readonly repository: number;
  readonly version: string | null;
}

/** The index of the process that builds it, for processes that keep a copy of their own. */
export interface IndexFeed {
  /** All repositories by ascending id, a page at a time. */
  repositories(o: { readonly afterId: number; readonly limit: number; readonly signal?: AbortSignal }): Promise<readonly IndexedVersion[]>;
  /** The manifest as it stands on disk, with its checksum; null: the repository is not in the index. */
  manifest(o: { readonly repository: number; readonly signal?: AbortSignal }): Promise<string | null>;
  /**
   * A file that a manifest names, from `offset` bytes on.
   * @throws SEXTANT_SEARCH_REPLICA_FILE when there is no such file, or no longer
   */
  file(o: { readonly name: string; readonly offset: number; readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** What was published since the call, in batches; an empty one first, and at least every {@link FEED_BEAT}. */
  changes(o: { readonly signal?: AbortSignal }): AsyncIterable<readonly IndexedVersion[]>;
}

/** Milliseconds between two signs of life of `changes`. */
export const FEED_BEAT = 2_000;

export const indexFeed = serviceToken<IndexFeed>('search.index-feed@1', {
  remote: { role: 'index', methods: { repositories: 'call', manifest: 'call', file: 'bytes', changes: 'stream' } },
});
