import type { BranchMasks } from './branch-masks.js';
import type { LanguageBytes } from './language-bytes.js';
import type { ManifestShard } from './manifest.js';
import type { Shard } from './shard.js';
import type { SkipReason } from './skip-reason.js';

/** What is alive in a shard under these masks. Adds to `languages`. */
export function liveTotals(
  shard: Shard,
  masks: BranchMasks,
  languages: LanguageBytes,
): Pick<ManifestShard, 'liveDocuments' | 'deadBytes'> & { skipped: Map<SkipReason, number> } {
  const liveBlobs = new Uint8Array(shard.blobs);
  const skipped = new Map<SkipReason, number>();
  let liveDocuments = 0;
  for (let document = 0; document < shard.documents; document++) {
    if ((masks.low[document]! | masks.high[document]!) === 0) continue;
    liveDocuments++;
    const blob = shard.blobOfDocument[document]!;
    liveBlobs[blob] = 1;
    languages.add(shard.language(document), shard.categoryOfDocument[document]!, shard.blobStart[blob + 1]! - shard.blobStart[blob]!);
    const skip = shard.skip(document);
    if (skip) skipped.set(skip, (skipped.get(skip) ?? 0) + 1);
  }
  let deadBytes = 0;
  for (let blob = 0; blob < shard.blobs; blob++) if (!liveBlobs[blob]) deadBytes += shard.blobStart[blob + 1]! - shard.blobStart[blob]!;
  return { liveDocuments, deadBytes, skipped };
}

/** Sums the skipped documents of several shards into the record of a manifest. */
export function addSkipped(into: Partial<Record<SkipReason, number>>, skipped: ReadonlyMap<SkipReason, number>): void {
  for (const [reason, count] of skipped) into[reason] = (into[reason] ?? 0) + count;
}
