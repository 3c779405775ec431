import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  headLength,
  parseHead,
  READ_ON_DEMAND,
  SECTION_ORDER,
  type SectionEntry,
  ShardCorruptError,
  type ShardHeader,
} from './shard-layout.js';

/**
 * The part of an opened shard that stays in memory, in a shared buffer: it goes to worker threads without a copy.
 * Everything in it was checked against its checksum.
 */
export interface ShardImage {
  readonly id: string;
  readonly folder: string;
  readonly header: ShardHeader;
  readonly sections: Readonly<Record<string, SectionEntry>>;
  /** The beginning of the `.sxi` file up to the first section that is read on demand. */
  readonly resident: SharedArrayBuffer;
}

const READ_BYTES = 1 << 20;

/**
 * Opens a shard and verifies every checksum of its `.sxi` and the length of its `.sxc` (`verifyContent` reads that one).
 * Synchronous, about 1 ms per 3 MB of index: called on worker threads.
 * @throws ShardCorruptError with what is wrong, in words
 */
export function openShard(folder: string, id: string): ShardImage {
  const descriptor = openOrExplain(join(folder, `${id}.sxi`));
  try {
    const fileLength = fstatSync(descriptor).size;
    const start = readExactly(descriptor, 0, Math.min(64, fileLength));
    const { header, sections } = parseHead(readExactly(descriptor, 0, Math.min(headLength(start), fileLength)), fileLength);
    const residentEnd = Math.max(...SECTION_ORDER.filter((tag) => !READ_ON_DEMAND.has(tag)).map((tag) => endOf(sections.get(tag)!)));
    const resident = new SharedArrayBuffer((residentEnd + 7) & ~7);
    fill(descriptor, Buffer.from(resident, 0, residentEnd), 0);
    for (const section of sections.values()) {
      const checksum =
        endOf(section) <= residentEnd
          ? crc32(new Uint8Array(resident, section.offset, section.length))
          : checksumOf(descriptor, section.offset, section.length);
      if (checksum !== section.checksum) throw new ShardCorruptError(`the checksum of section ${section.tag} does not match`);
    }
    const contentLength = sizeOrExplain(join(folder, `${id}.sxc`));
    if (contentLength !== header.contentLength) {
      throw new ShardCorruptError(`the content is ${contentLength} bytes long instead of ${header.contentLength}`);
    }
    const image: ShardImage = { id, folder, header, sections: Object.fromEntries(sections), resident };
    checkTables(image);
    return image;
  } finally {
    closeSync(descriptor);
  }
}

/** How far a check of a shard's content has come. */
export interface ContentCheck {
  readonly image: ShardImage;
  /** Bytes done, and their crc32. */
  readonly done: number;
  readonly checksum: number;
}

/**
 * Reads on for at most `bytes` and answers the progress; undefined when all was read and is as it was written.
 * @throws ShardCorruptError when a byte has changed
 */
export function checkContent({ image, done, checksum }: ContentCheck, bytes: number): ContentCheck | undefined {
  const { contentLength, contentChecksum } = image.header;
  const length = Math.min(bytes, contentLength - done);
  const descriptor = openOrExplain(join(image.folder, `${image.id}.sxc`));
  let next: number;
  try {
    next = checksumOf(descriptor, done, length, checksum);
  } finally {
    closeSync(descriptor);
  }
  if (done + length < contentLength) return { image, done: done + length, checksum: next };
  if (next !== contentChecksum) throw new ShardCorruptError('the checksum of the content does not match');
  return undefined;
}

/** Reads the whole content once and compares its checksum. @throws ShardCorruptError when a byte has changed */
export function verifyContent(image: ShardImage): void {
  checkContent({ image, done: 0, checksum: 0 }, Number.POSITIVE_INFINITY);
}

/** The words of a section of the image, viewed in place. */
export function wordsOf(image: ShardImage, tag: string): Uint32Array {
  const { offset, length } = image.sections[tag]!;
  return new Uint32Array(image.resident, offset, length >>> 2);
}

export function bytesOfSection(image: ShardImage, tag: string): Buffer {
  const { offset, length } = image.sections[tag]!;
  return Buffer.from(image.resident, offset, length);
}

/** A table with good checksums can still come from a faulty writer; after this no look-up leaves its section. */
function checkTables(image: ShardImage): void {
  const { documents, blobs, units, contentLength } = image.header;
  const sizes: Record<string, number> = {
    bsta: (blobs + 1) * 4, buni: (blobs + 1) * 4, bfla: blobs, boid: blobs * 32, dblo: documents * 4, dmlo: documents * 4, dmhi: documents * 4,
    dlan: documents * 2, dcat: documents, dski: documents, dpof: (documents + 1) * 4, ulin: units * 4,
    toff: image.sections.ttri!.length + 4, soff: (blobs + 1) * 4, snof: (blobs + 1) * 4,
  }; // biome-ignore format: a table
  for (const [tag, size] of Object.entries(sizes)) {
    if (image.sections[tag]!.length !== size)
      throw new ShardCorruptError(`section ${tag} is ${image.sections[tag]!.length} bytes long instead of ${size}`);
  }
  checkAscending(image, 'bsta', contentLength);
  checkAscending(image, 'buni', units);
  checkAscending(image, 'dpof', image.sections.path!.length);
  checkAscending(image, 'soff', image.sections.syms!.length);
  checkAscending(image, 'snof', image.sections.snam!.length);
  checkAscending(image, 'toff', image.sections.post!.length);
  if (wordsOf(image, 'dblo').some((blob) => blob >= blobs)) throw new ShardCorruptError('a document names a blob that is not there');
}

function checkAscending(image: ShardImage, tag: string, last: number): void {
  const offsets = wordsOf(image, tag);
  const mask = tag === 'toff' ? 0x7fffffff : 0xffffffff;
  let previous = 0;
  for (const word of offsets) {
    const offset = (word & mask) >>> 0;
    if (offset < previous) throw new ShardCorruptError(`section ${tag} is not in order`);
    previous = offset;
  }
  if (previous !== last) throw new ShardCorruptError(`section ${tag} ends at ${previous} instead of ${last}`);
}

const endOf = (section: SectionEntry) => section.offset + section.length;

/** @throws ShardCorruptError when the file is gone */
export function openOrExplain(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw explain(error);
  }
}

function sizeOrExplain(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw explain(error);
  }
}

/** A file that is gone is the shard's fault; a lack of descriptors or permissions is not, and must not quarantine it. */
function explain(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? new ShardCorruptError('a file of it is missing') : error;
}

function fill(descriptor: number, target: Uint8Array, position: number): void {
  let filled = 0;
  while (filled < target.length) {
    const count = readSync(descriptor, target, filled, target.length - filled, position + filled);
    if (count === 0) throw new ShardCorruptError('it is truncated');
    filled += count;
  }
}

function readExactly(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  fill(descriptor, bytes, position);
  return bytes;
}

function checksumOf(descriptor: number, position: number, length: number, start = 0): number {
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, length));
  let checksum = start;
  for (let done = 0; done < length; ) {
    const part = buffer.subarray(0, Math.min(buffer.length, length - done));
    fill(descriptor, part, position + done);
    checksum = crc32(part, checksum);
    done += part.length;
  }
  return checksum;
}
