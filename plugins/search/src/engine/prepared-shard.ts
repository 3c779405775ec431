import type { Bitset } from '../index/bitset.js';
import type { Shard } from '../index/shard.js';
import { type CompiledQuery, forRepository, type Node } from './compiled-query.js';
import { PossibleDocuments } from './possible-documents.js';

/** What is worked out once for a query in a shard, and serves all its turns there. */
export interface PreparedShard {
  readonly shard: Shard;
  readonly repository: number;
  readonly root: Node;
  readonly possible: PossibleDocuments;
  readonly documents: Bitset;
  /** Languages of the documents that were found, in this turn or before. */
  readonly languages: Set<number>;
}

/** Reads postings, paths and names; a hostile pattern makes that the longest part. Undefined: nothing can match. */
export function prepareShard(shard: Shard, repository: number, query: CompiledQuery): PreparedShard | undefined {
  const root = forRepository(query.root, repository);
  if (root.op === 'const' && !root.value) return undefined;
  const possible = new PossibleDocuments(shard);
  return { shard, repository, root, possible, documents: possible.of(root), languages: new Set() };
}
