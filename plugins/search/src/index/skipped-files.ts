import { openLiveShard } from './live-shard.js';
import type { Manifest } from './manifest.js';
import { ShardFiles } from './shard-files.js';
import { ShardCorruptError } from './shard-layout.js';
import type { SkipReason } from './skip-reason.js';

export interface SkippedFile {
  readonly path: string;
  readonly reason: SkipReason;
}

export interface SkippedPage {
  /** Files skipped for this alone. */
  readonly reason?: string;
  readonly offset: number;
  readonly limit: number;
}

/** Lists skipped files in the order of the shards; a damaged shard contributes none. */
export function listSkipped(root: string, manifest: Manifest, { reason, offset, limit }: SkippedPage): SkippedFile[] {
  const files = new ShardFiles();
  const found: SkippedFile[] = [];
  let toPass = offset;
  try {
    for (const entry of manifest.shards) {
      const { shard, masks } = openLiveShard(root, manifest.repository.id, entry, files);
      for (let document = 0; document < shard.documents; document++) {
        const why = shard.skip(document);
        if (!why || (reason && why !== reason) || (masks.low[document]! | masks.high[document]!) === 0) continue;
        if (toPass-- > 0) continue;
        if (found.push({ path: shard.path(document), reason: why }) >= limit) return found;
      }
    }
  } catch (error) {
    if (!(error instanceof ShardCorruptError)) throw error;
  } finally {
    files.close();
  }
  return found;
}
