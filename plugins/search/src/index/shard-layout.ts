import { crc32 } from 'node:zlib';

/**
 * The outer layout of an `.sxi` file: a 64-byte header, a table of sections, the sections. docs/format.md has the
 * fields in words. All integers are little-endian and every section begins at a multiple of 8, so typed arrays can
 * view them in place.
 */
export const FORMAT = 1;
const MAGIC = Buffer.from('SXTSHARD', 'latin1');
const HEADER_BYTES = 64;
const ENTRY_BYTES = 24;
const MAX_SECTIONS = 256;

/** Object names of the shard are SHA-256 (64 hex digits), not SHA-1 (40). */
export const FLAG_SHA256 = 1;

/**
 * Sections in file order. Those before `post` stay in memory while a shard is open; the rest are read when a query
 * needs them.
 */
export const SECTION_ORDER = [
  'meta', 'bsta', 'buni', 'bfla', 'boid', 'dblo', 'dmlo', 'dmhi', 'dlan', 'dcat', 'dski', 'dpof', 'path',
  'ulin', 'ttri', 'toff', 'soff', 'snof', 'post', 'syms', 'snam',
] as const; // biome-ignore format: a table
export type SectionTag = (typeof SECTION_ORDER)[number];
export const READ_ON_DEMAND: ReadonlySet<SectionTag> = new Set(['post', 'syms', 'snam']);

export interface ShardHeader {
  readonly flags: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly documents: number;
  readonly blobs: number;
  readonly units: number;
  readonly contentLength: number;
  readonly contentChecksum: number;
  readonly unitShift: number;
}

export interface SectionEntry {
  readonly tag: string;
  readonly checksum: number;
  readonly offset: number;
  readonly length: number;
}

/** The bytes of a shard are not what they should be; `message` says what was found, in words. */
export class ShardCorruptError extends Error {
  override readonly name = 'ShardCorruptError';
}

const align = (offset: number) => (offset + 7) & ~7;

/** The pieces of the file in order; their concatenation is the file. */
export function layOutShard(header: ShardHeader, sections: Readonly<Record<SectionTag, Uint8Array>>): Uint8Array[] {
  const head = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * SECTION_ORDER.length);
  MAGIC.copy(head, 0);
  head.writeUInt16LE(FORMAT, 8);
  head.writeUInt16LE(FORMAT, 12);
  head.writeUInt16LE(header.flags, 14);
  head.writeBigUInt64LE(BigInt(header.createdAt), 16);
  head.writeUInt32LE(header.documents, 24);
  head.writeUInt32LE(header.units, 28);
  head.writeBigUInt64LE(BigInt(header.contentLength), 32);
  head.writeUInt32LE(header.contentChecksum, 40);
  head.writeUInt32LE(SECTION_ORDER.length, 44);
  head.writeUInt32LE(header.blobs, 48);
  head.writeUInt8(header.unitShift, 52);
  const pieces: Uint8Array[] = [head];
  let offset = align(head.length);
  pieces.push(Buffer.alloc(offset - head.length));
  SECTION_ORDER.forEach((tag, index) => {
    const bytes = sections[tag];
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    head.write(tag, at, 'latin1');
    head.writeUInt32LE(crc32(bytes), at + 4);
    head.writeBigUInt64LE(BigInt(offset), at + 8);
    head.writeBigUInt64LE(BigInt(bytes.length), at + 16);
    const end = align(offset + bytes.length);
    pieces.push(bytes, Buffer.alloc(end - offset - bytes.length));
    offset = end;
  });
  head.writeUInt32LE(headerChecksum(head), 60);
  return pieces;
}

/** Covers the header and the table, without the checksum's own four bytes. */
function headerChecksum(head: Buffer): number {
  return crc32(head.subarray(HEADER_BYTES), crc32(head.subarray(0, 60)));
}

/** Length of header and table, from the first 64 bytes. */
export function headLength(start: Buffer): number {
  if (start.length < HEADER_BYTES) throw new ShardCorruptError(`the header is ${start.length} bytes long instead of ${HEADER_BYTES}`);
  if (!start.subarray(0, 8).equals(MAGIC)) throw new ShardCorruptError('it does not begin with the mark of a shard');
  const minimum = start.readUInt16LE(12);
  if (minimum > FORMAT) throw new ShardCorruptError(`it needs a reader of format ${minimum}; this one reads format ${FORMAT}`);
  const sections = start.readUInt32LE(44);
  if (sections > MAX_SECTIONS) throw new ShardCorruptError(`the header names ${sections} sections`);
  return HEADER_BYTES + sections * ENTRY_BYTES;
}

/** @param fileLength bytes of the whole file: an entry that reaches beyond it means a truncated shard */
export function parseHead(head: Buffer, fileLength: number): { header: ShardHeader; sections: Map<string, SectionEntry> } {
  if (head.length !== headLength(head)) throw new ShardCorruptError('the table of sections is truncated');
  if (headerChecksum(head) !== head.readUInt32LE(60)) throw new ShardCorruptError('the checksum of the header does not match');
  const sections = new Map<string, SectionEntry>();
  for (let at = HEADER_BYTES; at < head.length; at += ENTRY_BYTES) {
    const entry: SectionEntry = {
      tag: head.toString('latin1', at, at + 4),
      checksum: head.readUInt32LE(at + 4),
      offset: Number(head.readBigUInt64LE(at + 8)),
      length: Number(head.readBigUInt64LE(at + 16)),
    };
    if (entry.offset % 8 !== 0 || entry.offset + entry.length > fileLength) {
      throw new ShardCorruptError(
        `section ${entry.tag} ends at ${entry.offset + entry.length}, the file at ${fileLength}: it is truncated`,
      );
    }
    sections.set(entry.tag, entry);
  }
  for (const tag of SECTION_ORDER) if (!sections.has(tag)) throw new ShardCorruptError(`section ${tag} is missing`);
  const header: ShardHeader = {
    flags: head.readUInt16LE(14),
    createdAt: Number(head.readBigUInt64LE(16)),
    documents: head.readUInt32LE(24),
    blobs: head.readUInt32LE(48),
    units: head.readUInt32LE(28),
    contentLength: Number(head.readBigUInt64LE(32)),
    contentChecksum: head.readUInt32LE(40),
    unitShift: head.readUInt8(52),
  };
  return { header, sections };
}
