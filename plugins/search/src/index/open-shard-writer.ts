import type { ResolvedOptions } from './index-options.js';
import { ShardSequence } from './shard-sequence.js';
import type { ShardWriter } from './shard-writer.js';
import { extractSymbols } from './symbols/extract-symbols.js';
import { ThreadShardWriter } from './thread-shard-writer.js';

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
