import { copiedContent } from './blob-name.js';
import { getMask } from './branch-masks.js';
import type { ResolvedOptions } from './index-options.js';
import { type LiveShard, openLiveShard } from './live-shard.js';
import type { Manifest, ManifestShard } from './manifest.js';
import { openShardWriter } from './open-shard-writer.js';
import { compareDocuments } from './path-category.js';
import { ShardFiles } from './shard-files.js';
import { ShardCorruptError } from './shard-layout.js';
import type { ShardWriter } from './shard-writer.js';

const DEAD_SHARE = 0.3;

/** Shards worth rewriting: every delta, and every base of which almost a third is dead. */
export function shardsToRewrite(manifest: Manifest): ManifestShard[] {
  return manifest.shards.filter(({ kind, deadBytes, contentBytes }) => kind === 'delta' || deadBytes > DEAD_SHARE * contentBytes);
}

/**
 * Copies the live documents of some shards into new ones, without git. The caller publishes them in place of the old.
 * @throws DamagedShardError when one of the shards is damaged
 */
export async function rewriteShards(
  root: string,
  manifest: Manifest,
  entries: readonly ManifestShard[],
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<ShardWriter> {
  const files = new ShardFiles();
  const bytes = entries.reduce((total, { contentBytes, deadBytes }) => total + contentBytes - deadBytes, 0);
  const target = openShardWriter(root, manifest.repository, bytes, options);
  try {
    const live = entries.map((entry) => naming(entry.id, () => openLiveShard(root, manifest.repository.id, entry, files)));
    for (const group of liveBlobs(live)) {
      signal.throwIfAborted();
      const { shard, masks } = group.live;
      const documents = group.documents.map((document) => ({
        path: shard.path(document),
        language: shard.language(document),
        category: shard.categoryOfDocument[document]!,
        skip: shard.skip(document),
        mask: getMask(masks, document),
      }));
      // A path alone has the name of a content that is not here.
      const isSkipped = documents.every(({ skip }) => skip !== '');
      const [content, symbols] = naming(shard.id, () => [
        isSkipped ? shard.content(group.blob) : copiedContent(shard, group.blob),
        [...shard.symbols(group.blob)],
      ]);
      await target.add(shard.oid(group.blob), content, documents, symbols);
    }
    return target;
  } catch (error) {
    await target.discard();
    throw error;
  } finally {
    files.close();
  }
}

/** A shard that was to be rewritten is damaged. */
export class DamagedShardError extends ShardCorruptError {
  constructor(
    readonly shard: string,
    message: string,
  ) {
    super(message);
  }
}

function naming<T>(shard: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ShardCorruptError ? new DamagedShardError(shard, error.message) : error;
  }
}

/** Every blob with a live document, in the static order of its best document. */
function liveBlobs(shards: readonly LiveShard[]): { live: LiveShard; blob: number; documents: number[] }[] {
  const groups = shards.flatMap((live) => {
    const byBlob = new Map<number, number[]>();
    for (let document = 0; document < live.shard.documents; document++) {
      if (getMask(live.masks, document) === 0n) continue;
      const blob = live.shard.blobOfDocument[document]!;
      byBlob.set(blob, [...(byBlob.get(blob) ?? []), document]);
    }
    return [...byBlob].map(([blob, documents]) => ({ live, blob, documents, rank: rankOf(live, documents[0]!, blob) }));
  });
  return groups.sort((a, b) => compareDocuments(a.rank, b.rank));
}

function rankOf({ shard }: LiveShard, document: number, blob: number) {
  return {
    path: shard.path(document),
    size: shard.blobStart[blob + 1]! - shard.blobStart[blob]!,
    category: shard.categoryOfDocument[document]!,
    skipped: shard.skip(document) !== '',
  };
}
