import { isAscii, isUtf8 } from 'node:buffer';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { temporaryName } from './durable-file.js';
import { UNIT_BYTES, UNIT_SHIFT } from './posting-lists.js';
import { PostingsAccumulator } from './postings-accumulator.js';
import { FLAG_SHA256, layOutShard } from './shard-layout.js';
import { SKIP_REASONS, type SkipReason } from './skip-reason.js';
import { type EncodedSymbols, encodeSymbols } from './symbol-sections.js';
import type { CodeSymbol } from './symbols/code-symbol.js';

/** Facts about a blob, one bit each. */
export const BLOB_FLAG = { ascii: 1, validUtf8: 2 } as const;

const WRITE_BUFFER_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export interface ShardMeta {
  readonly repository: { readonly id: number; readonly name: string };
  /** Language names; a document's language is a position in this list, 0 meaning unknown. */
  readonly languages: readonly string[];
}

export interface NewDocument {
  readonly path: string;
  readonly blob: number;
  readonly language: string | undefined;
  readonly category: number;
  readonly skip: SkipReason;
  readonly mask: bigint;
}

export interface BuiltShard {
  readonly id: string;
  readonly documents: number;
  readonly contentBytes: number;
  readonly indexBytes: number;
}

/**
 * Writes one shard. Content goes to disk as it comes; what stays in memory is about 1.1 bytes per byte of content and
 * the tables. Nothing is visible under its final name before `publish`.
 */
export class ShardBuilder {
  readonly #postings = new PostingsAccumulator();
  readonly #blobOfOid = new Map<string, number>();
  readonly #languages = new Map<string, number>([['', 0]]);
  readonly #starts: number[] = [0];
  readonly #units: number[] = [0];
  readonly #unitLines: number[] = [];
  readonly #blobFlags: number[] = [];
  readonly #oids: string[] = [];
  readonly #documents: NewDocument[] = [];
  /** By blob; what is still being read stands here as a promise. */
  readonly #symbols: (EncodedSymbols | Promise<EncodedSymbols>)[] = [];
  readonly #pending = Buffer.allocUnsafe(WRITE_BUFFER_BYTES);
  readonly #contentName: string;
  readonly #indexName: string;
  #pendingBytes = 0;
  #contentFile: FileHandle | undefined;
  #checksum = 0;

  constructor(
    private readonly folder: string,
    readonly id: string,
    private readonly repository: ShardMeta['repository'],
  ) {
    this.#contentName = temporaryName(join(folder, `${id}.sxc`));
    this.#indexName = temporaryName(join(folder, `${id}.sxi`));
  }

  get contentBytes(): number {
    return this.#starts.at(-1)!;
  }

  get documents(): number {
    return this.#documents.length;
  }

  /** The number of a blob added before. `skip` is part of the key: a skipped blob has no content here. */
  blobOf(oid: string, skip: SkipReason): number | undefined {
    return this.#blobOfOid.get(`${skip} ${oid}`);
  }

  /**
   * Adds a blob and returns its number. `content` is copied; for a skipped one it is empty.
   * @param readSymbols a promise must not reject; it is waited for in `finish`
   * @param maxDistinctTrigrams with more it is not added, and there is no number
   */
  async addBlob(
    oid: string,
    skip: SkipReason,
    content: Buffer,
    readSymbols: () => readonly CodeSymbol[] | Promise<readonly CodeSymbol[]>,
    maxDistinctTrigrams?: number,
  ): Promise<number | undefined> {
    if (!this.#postings.add(content, maxDistinctTrigrams)) return undefined;
    const blob = this.#oids.length;
    this.#blobOfOid.set(`${skip} ${oid}`, blob);
    this.#oids.push(oid);
    const ascii = isAscii(content);
    this.#blobFlags.push((ascii ? BLOB_FLAG.ascii : 0) | (ascii || isUtf8(content) ? BLOB_FLAG.validUtf8 : 0));
    this.#countLines(content);
    this.#starts.push(this.contentBytes + content.length);
    this.#units.push(this.#postings.units);
    const symbols = readSymbols();
    this.#symbols.push('then' in symbols ? symbols.then(encodeSymbols) : encodeSymbols(symbols));
    this.#checksum = crc32(content, this.#checksum);
    await this.#write(content);
    return blob;
  }

  addDocument(document: NewDocument): void {
    if (document.language && !this.#languages.has(document.language)) this.#languages.set(document.language, this.#languages.size);
    this.#documents.push(document);
  }

  /** 0-based line number at the start of each unit. */
  #countLines(content: Buffer): void {
    let line = 0;
    for (let start = 0; start < content.length; start += UNIT_BYTES) {
      this.#unitLines.push(line);
      const end = Math.min(start + UNIT_BYTES, content.length);
      for (let at = start; at < end; at++) if (content[at] === NEWLINE) line++;
    }
  }

  async #write(content: Buffer): Promise<void> {
    let taken = 0;
    while (taken < content.length) {
      const part = content.copy(this.#pending, this.#pendingBytes, taken);
      taken += part;
      this.#pendingBytes += part;
      if (this.#pendingBytes === WRITE_BUFFER_BYTES) await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    this.#contentFile ??= await open(this.#contentName, 'wx', 0o640);
    let written = 0;
    while (written < this.#pendingBytes)
      written += (await this.#contentFile.write(this.#pending, written, this.#pendingBytes - written)).bytesWritten;
    this.#pendingBytes = 0;
  }

  /** Writes and fsyncs both files under temporary names. */
  async finish(): Promise<BuiltShard> {
    await this.#flush();
    await this.#contentFile!.sync();
    await this.#contentFile!.close();
    this.#contentFile = undefined;
    const pieces = layOutShard(this.#header(), await this.#sections());
    const file = await open(this.#indexName, 'wx', 0o640);
    try {
      // Not writev: a section may be larger than one system call writes.
      for (const piece of pieces) if (piece.length > 0) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    const indexBytes = pieces.reduce((total, piece) => total + piece.length, 0);
    return { id: this.id, documents: this.#documents.length, contentBytes: this.contentBytes, indexBytes };
  }

  /** Gives the files their final names; the caller fsyncs the folder once for all its shards. */
  async publish(): Promise<void> {
    await rename(this.#contentName, join(this.folder, `${this.id}.sxc`));
    await rename(this.#indexName, join(this.folder, `${this.id}.sxi`));
  }

  /** Removes what was written so far. */
  async discard(): Promise<void> {
    await this.#contentFile?.close().catch(() => undefined);
    for (const name of [this.#contentName, this.#indexName]) await unlink(name).catch(() => undefined);
  }

  #header() {
    return {
      flags: this.#oids.some((oid) => oid.length > 40) ? FLAG_SHA256 : 0,
      createdAt: Date.now(),
      documents: this.#documents.length,
      blobs: this.#oids.length,
      units: this.#postings.units,
      contentLength: this.contentBytes,
      contentChecksum: this.#checksum,
      unitShift: UNIT_SHIFT,
    };
  }

  async #sections() {
    const { trigrams, offsets, postings } = await this.#postings.encode();
    const symbols = await Promise.all(this.#symbols);
    const documents = this.#documents;
    const paths = documents.map(({ path }) => Buffer.from(`${path}\n`, 'utf8'));
    const meta: ShardMeta = { repository: this.repository, languages: [...this.#languages.keys()] };
    return {
      meta: Buffer.from(JSON.stringify(meta)),
      bsta: words(this.#starts),
      buni: words(this.#units),
      bfla: Uint8Array.from(this.#blobFlags),
      boid: Buffer.concat(this.#oids.map((oid) => Buffer.concat([Buffer.from(oid, 'hex')], 32))),
      dblo: words(documents.map(({ blob }) => blob)),
      dmlo: words(documents.map(({ mask }) => Number(mask & 0xffffffffn))),
      dmhi: words(documents.map(({ mask }) => Number(mask >> 32n))),
      dlan: bytesOf(Uint16Array.from(documents, ({ language }) => this.#languages.get(language ?? '')!)),
      dcat: Uint8Array.from(documents, ({ category }) => category),
      dski: Uint8Array.from(documents, ({ skip }) => SKIP_REASONS.indexOf(skip)),
      dpof: words(offsetsOf(paths)),
      path: Buffer.concat(paths),
      ulin: words(this.#unitLines),
      ttri: bytesOf(trigrams),
      toff: bytesOf(offsets),
      soff: words(offsetsOf(symbols.map(({ records }) => records))),
      snof: words(offsetsOf(symbols.map(({ names }) => names))),
      post: postings,
      syms: Buffer.concat(symbols.map(({ records }) => records)),
      snam: Buffer.concat(symbols.map(({ names }) => names)),
    };
  }
}

function bytesOf(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function words(values: readonly number[]): Uint8Array {
  return bytesOf(Uint32Array.from(values));
}

/** Where each piece begins in the concatenation, and its end. */
function offsetsOf(pieces: readonly Uint8Array[]): number[] {
  const offsets = [0];
  for (const piece of pieces) offsets.push(offsets.at(-1)! + piece.length);
  return offsets;
}
