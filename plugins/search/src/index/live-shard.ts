import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BranchMasks, decodeMasks } from './branch-masks.js';
import { type ManifestShard, overlayName } from './manifest.js';
import { openShard, type ShardImage } from './open-shard.js';
import { Shard } from './shard.js';
import type { ShardFiles } from './shard-files.js';
import { ShardCorruptError } from './shard-layout.js';

/** A shard with the masks that its manifest names. */
export interface LiveShard {
  readonly entry: ManifestShard;
  readonly shard: Shard;
  readonly masks: BranchMasks;
}

/** @throws ShardCorruptError when the shard or its masks are damaged or belong to another repository */
export function openLiveShard(root: string, repository: number, entry: ManifestShard, files: ShardFiles): LiveShard {
  const folder = join(root, 'shards');
  const image = openShard(folder, entry.id);
  const shard = new Shard(image, files);
  if (shard.meta.repository.id !== repository) throw new ShardCorruptError(`it belongs to repository ${shard.meta.repository.id}`);
  return { entry, shard, masks: readMasks(image, entry) ?? shard.masks };
}

/** The overlay of a shard; undefined when the masks it was built with are valid. */
export function readMasks(image: ShardImage, entry: Pick<ManifestShard, 'id' | 'masks'>): BranchMasks | undefined {
  if (entry.masks === 0) return undefined;
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(image.folder, overlayName(entry.id, entry.masks)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new ShardCorruptError('its branch masks are missing');
    throw error;
  }
  return decodeMasks(bytes, image.header.documents);
}
