import type { ResolvedOptions } from './index-options.js';
import type { ManifestShard } from './manifest.js';
import { ShardSequence } from './shard-sequence.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol } from './symbols/code-symbol.js';
import { extractSymbols } from './symbols/extract-symbols.js';
import { ThreadShardWriter } from './thread-shard-writer.js';

export interface PlacedDocument {
  readonly path: string;
  readonly category: number;
  readonly language: string | undefined;
  readonly skip: SkipReason;
  readonly mask: bigint;
}

/** Writes documents into as many shards as their size asks for. Nothing is visible before `publish`. */
export interface ShardWriter {
  /**
   * Adds one blob with its documents; `content` is copied.
   * @param symbols its definitions where they are known; they are extracted otherwise
   */
  add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols?: readonly CodeSymbol[]): Promise<void>;
  /** Gives the shards their names and answers their entries for the manifest. Nothing can be added afterwards. */
  publish(kind: ManifestShard['kind']): Promise<ManifestShard[]>;
  /** Removes what is not published. */
  discard(): Promise<void>;
}

/** Below this a thread takes longer to start than the shard to build. */
const THREAD_WORTH_BYTES = 4 << 20;

/**
 * A writer on a thread of its own for as much as `bytes`, on the calling thread for little. An extractor that is not the
 * built-in one cannot go to a thread, so then everything stays here, in turns of 10 ms.
 */
export function openShardWriter(
  root: string,
  repository: { readonly id: number; readonly name: string },
  bytes: number,
  options: ResolvedOptions,
): ShardWriter {
  const { maxShardBytes } = options;
  if (bytes > THREAD_WORTH_BYTES && options.extractSymbols === extractSymbols)
    return new ThreadShardWriter({ root, repository, maxShardBytes });
  return new ShardSequence(root, repository, maxShardBytes, options.extractSymbols);
}
