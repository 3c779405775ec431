import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SextantError } from '@sextant/sdk';
import type { DatabaseName } from '../databases.js';
import '../storage-errors.js';

/** An archive is gzip over frames: one byte of kind, four of length (big endian), the content. */
export const ARCHIVE_FORMAT = 'sextant-export/1';
const JSON_FRAME = 0x4a; // J
const DATA_FRAME = 0x44; // D
const MAX_FRAME = 64 * 1024 * 1024;

export interface ArchivedPlugin {
  readonly plugin: string;
  readonly database: DatabaseName;
  /** Names of the migrations whose result the rows fit. */
  readonly migrations: readonly string[];
}

export interface ArchiveHeader {
  readonly format: typeof ARCHIVE_FORMAT;
  readonly kernelVersion: string;
  /** As the exporting server says it: `18.4`. */
  readonly postgres: string;
  readonly createdAt: string;
  readonly plugins: readonly ArchivedPlugin[];
}

export interface ArchivedTable {
  readonly database: DatabaseName;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export interface TableEnd {
  readonly rows: number;
  /** Of the rows in any order: see `RowDigest`. */
  readonly digest: string;
}

export interface ArchivedSequence {
  readonly database: DatabaseName;
  readonly schema: string;
  readonly name: string;
  readonly value: string;
  readonly called: boolean;
}

/** The frames of an archive, in order: header, (table, data…, end)…, sequences, done. */
export type Frame =
  | { readonly kind: 'header'; readonly header: ArchiveHeader }
  | { readonly kind: 'table'; readonly table: ArchivedTable }
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'end'; readonly end: TableEnd }
  | { readonly kind: 'sequences'; readonly sequences: readonly ArchivedSequence[] }
  /** `sha256` of every frame before. */
  | { readonly kind: 'done'; readonly tables: number; readonly sha256: string };

/** Turns frames into bytes; the last one gets the checksum of all before. */
export class FrameEncoder {
  readonly #hash = createHash('sha256');
  #tables = 0;

  encode(frame: Exclude<Frame, { kind: 'done' }>): Buffer {
    if (frame.kind === 'table') this.#tables += 1;
    const bytes = frame.kind === 'data' ? framed(DATA_FRAME, frame.data) : framed(JSON_FRAME, Buffer.from(JSON.stringify(frame)));
    this.#hash.update(bytes);
    return bytes;
  }

  done(): Buffer {
    return framed(
      JSON_FRAME,
      Buffer.from(JSON.stringify({ kind: 'done', tables: this.#tables, sha256: this.#hash.digest('hex') } satisfies Frame)),
    );
  }
}

function framed(kind: number, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** Reads an archive from its start, and checks its checksum at its end. @throws SEXTANT_STORAGE_ARCHIVE, SEXTANT_STORAGE_ARCHIVE_FILE */
export async function* readArchive(path: string): AsyncGenerator<Frame> {
  const unzip = createGunzip();
  const reading = pipeline(createReadStream(path), unzip).catch((error: unknown) => error);
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  let tables = 0;
  let done = false;
  try {
    for await (const chunk of unzip) {
      rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      for (;;) {
        if (rest.length < 5) break;
        const length = rest.readUInt32BE(1);
        if (length > MAX_FRAME || done) throw broken('It is not an export of Sextant, or bytes were added.');
        if (rest.length < 5 + length) break;
        const bytes = rest.subarray(0, 5 + length);
        rest = rest.subarray(5 + length);
        const frame = decode(bytes);
        if (first && !(frame.kind === 'header' && frame.header.format === ARCHIVE_FORMAT))
          throw broken('It is not an export of Sextant, or of another format.');
        first = false;
        if (frame.kind === 'table') tables += 1;
        if (frame.kind === 'done') {
          done = true;
          if (frame.sha256 !== hash.digest('hex') || frame.tables !== tables) throw broken('Its checksum is wrong.');
        } else hash.update(bytes);
        yield frame;
      }
    }
  } catch (error) {
    if (SextantError.is(error)) throw error;
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw noFile('read', path, error);
    throw broken('It cannot be unpacked.', error);
  } finally {
    unzip.destroy();
    await reading;
  }
  if (!done || rest.length > 0) throw broken('It ends too early.');
}

function decode(bytes: Buffer): Frame {
  const content = bytes.subarray(5);
  if (bytes[0] === DATA_FRAME) return { kind: 'data', data: content };
  if (bytes[0] !== JSON_FRAME) throw broken('It is not an export of Sextant.');
  return JSON.parse(content.toString()) as Frame;
}

export const noFile = (what: 'read' | 'written', path: string, cause: unknown): SextantError =>
  new SextantError('SEXTANT_STORAGE_ARCHIVE_FILE', {
    what: `The archive ${path} cannot be ${what}.`,
    why: (cause as Error).message,
    fix: 'Name a file in a folder that is there, and that this user may read and write.',
    cause,
  });

export const broken = (why: string, cause?: unknown): SextantError =>
  new SextantError('SEXTANT_STORAGE_ARCHIVE', {
    what: 'The archive cannot be imported.',
    why,
    fix: 'Use an unchanged archive made by `sextant db export`.',
    ...(cause === undefined ? {} : { cause }),
  });
