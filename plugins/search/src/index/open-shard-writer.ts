import type { ResolvedOptions } from './index-options.js';
import { ShardSequence } from './shard-sequence.js';
import type { ShardWriter } from './shard-writer.js';
import { ThreadShardWriter } from './thread-shard-writer.js';

/** Below this a thread takes longer to start than the shard to build. */
const THREAD_WORTH_BYTES = 4 << 20;

/** A writer on a thread of its own for as much as `bytes`, on the calling thread, in turns of 10 ms, for little. */
export function openShardWriter(
  root: string,
  repository: { readonly id: number; readonly name: string },
  bytes: number,
  { maxShardBytes, symbols, buildNice, buildHeap }: ResolvedOptions,
): ShardWriter {
  if (bytes > THREAD_WORTH_BYTES) return new ThreadShardWriter({ root, repository, maxShardBytes, symbols, nice: buildNice }, buildHeap);
  return new ShardSequence(root, repository, maxShardBytes, symbols);
}
