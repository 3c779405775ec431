import { crc32 } from 'node:zlib';
import { ShardCorruptError } from './shard-layout.js';

/**
 * Which branches hold each document of a shard: 64 bits a document, in two halves because typed arrays of bigint are
 * slow. A document whose mask is 0 is dead (a tombstone). What a bit means stands in the repository's manifest.
 */
export interface BranchMasks {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

const MAGIC = Buffer.from('SXTMASKS', 'latin1');
const HEADER_BYTES = 24;

export function maskOf(bits: Iterable<number>): bigint {
  let mask = 0n;
  for (const bit of bits) mask |= 1n << BigInt(bit);
  return mask;
}

export function getMask(masks: BranchMasks, document: number): bigint {
  return (BigInt(masks.high[document]!) << 32n) | BigInt(masks.low[document]!);
}

export function setMask(masks: BranchMasks, document: number, mask: bigint): void {
  masks.low[document] = Number(mask & 0xffffffffn);
  masks.high[document] = Number(mask >> 32n);
}

/** An `.sxm` overlay: magic 8, format u32, documents u32, crc32 of the masks u32, reserved u32, low halves, high halves. */
export function encodeMasks(masks: BranchMasks): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + masks.low.byteLength * 2);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(1, 8);
  bytes.writeUInt32LE(masks.low.length, 12);
  Buffer.from(masks.low.buffer, masks.low.byteOffset, masks.low.byteLength).copy(bytes, HEADER_BYTES);
  Buffer.from(masks.high.buffer, masks.high.byteOffset, masks.high.byteLength).copy(bytes, HEADER_BYTES + masks.low.byteLength);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_BYTES)), 16);
  return bytes;
}

/** @throws ShardCorruptError when the overlay is damaged or is not for a shard of this many documents */
export function decodeMasks(bytes: Buffer, documents: number): BranchMasks {
  if (bytes.length !== HEADER_BYTES + documents * 8 || !bytes.subarray(0, 8).equals(MAGIC) || bytes.readUInt32LE(8) !== 1) {
    throw new ShardCorruptError('the branch masks are truncated or belong to another shard');
  }
  if (crc32(bytes.subarray(HEADER_BYTES)) !== bytes.readUInt32LE(16))
    throw new ShardCorruptError('the checksum of the branch masks does not match');
  // A shared buffer, so that the worker threads of the engine see one copy.
  const shared = new SharedArrayBuffer(documents * 8);
  new Uint8Array(shared).set(bytes.subarray(HEADER_BYTES));
  return { low: new Uint32Array(shared, 0, documents), high: new Uint32Array(shared, documents * 4, documents) };
}
