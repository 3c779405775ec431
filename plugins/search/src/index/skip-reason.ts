import { exceedsDistinctTrigrams } from './trigram.js';

/** Why a document is known by its path only; the position in the list is what a shard stores. `''`: it is searched whole. */
export const SKIP_REASONS = ['', 'too-large', 'binary', 'too-many-trigrams', 'ignored', 'symlink', 'missing'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface DocumentLimits {
  /** Bytes above which a file is known by path only, unless `largeFiles` names it. */
  readonly maxFileBytes: number;
  /** Distinct folded trigrams above which a file is taken for data, unless `largeFiles` names it. */
  readonly maxDistinctTrigrams: number;
  /** Hard ceiling, whatever `largeFiles` says: a document must fit in a shard and in memory. */
  readonly maxLargeFileBytes: number;
}

export const DEFAULT_LIMITS: DocumentLimits = { maxFileBytes: 1 << 20, maxDistinctTrigrams: 20_000, maxLargeFileBytes: 32 << 20 };

const BINARY_PROBE_BYTES = 8_000;

/** Judges by size alone, before content is read. */
export function skipBySize(size: number, large: boolean, limits: DocumentLimits): SkipReason {
  return size > (large ? limits.maxLargeFileBytes : limits.maxFileBytes) ? 'too-large' : '';
}

/** Judges a content that was read, all but its trigrams. @param large the path is named by `largeFiles` */
export function skipByBytes(content: Uint8Array, large: boolean, limits: DocumentLimits): SkipReason {
  const bySize = skipBySize(content.length, large, limits);
  return bySize || (content.subarray(0, BINARY_PROBE_BYTES).includes(0) ? 'binary' : '');
}

/** Judges a content that was read. @param large the path is named by `largeFiles` */
export function skipByContent(content: Uint8Array, large: boolean, limits: DocumentLimits): SkipReason {
  const byBytes = skipByBytes(content, large, limits);
  return byBytes || (!large && exceedsDistinctTrigrams(content, limits.maxDistinctTrigrams) ? 'too-many-trigrams' : '');
}
