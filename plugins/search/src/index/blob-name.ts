import { createHash } from 'node:crypto';
import type { Shard } from './shard.js';
import { ShardCorruptError } from './shard-layout.js';

/** The name that git gives these bytes, by the algorithm of a name of that length. */
export function blobName(content: Uint8Array, length: number): string {
  return createHash(length > 40 ? 'sha256' : 'sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}

/**
 * The bytes of a blob that are to be copied: a changed byte must not get into a new shard, whose checksums would be right.
 * @throws ShardCorruptError when they are not what their name says
 */
export function copiedContent(shard: Shard, blob: number): Buffer {
  const oid = shard.oid(blob);
  const content = shard.content(blob);
  if (blobName(content, oid.length) !== oid) throw new ShardCorruptError(`the content of object ${oid} has changed`);
  return content;
}
