import { join } from 'node:path';
import { keepDecoded } from '../regex/regexp-matcher.js';
import { Bitset } from './bitset.js';
import type { BranchMasks } from './branch-masks.js';
import { bytesOfSection, type ShardImage, wordsOf } from './open-shard.js';
import { BITMAP_FLAG } from './posting-lists.js';
import { type EncodedPostings, keepUnitsIn, unitsIn } from './postings.js';
import type { ShardMeta } from './shard-builder.js';
import type { ShardFiles } from './shard-files.js';
import { FLAG_SHA256, ShardCorruptError } from './shard-layout.js';
import { SKIP_REASONS, type SkipReason } from './skip-reason.js';
import { SymbolTable } from './symbol-table.js';
import { positionOf, TrigramSet } from './trigram-set.js';

/** Where the units of one trigram stand. */
export interface PostingList {
  /** Position of the trigram in the dictionary. */
  readonly index: number;
  /** Close enough to the number of units to plan with. */
  readonly bytes: number;
}

interface DocumentsByBlob {
  /** Where the documents of each blob begin in `documents`. */
  readonly first: Uint32Array;
  readonly documents: Uint32Array;
}

const NO_SYMBOLS = SymbolTable.of([]);

/** Look-ups in an opened shard. Numbers of documents, blobs and units are those of this shard. */
export class Shard {
  readonly id: string;
  readonly documents: number;
  readonly blobs: number;
  readonly units: number;
  readonly unitShift: number;
  #meta: ShardMeta | undefined;
  /** The masks the shard was built with; an overlay replaces them. */
  readonly masks: BranchMasks;
  readonly blobStart: Uint32Array;
  readonly firstUnit: Uint32Array;
  readonly blobFlags: Buffer;
  readonly blobOfDocument: Uint32Array;
  readonly categoryOfDocument: Buffer;
  readonly languageOfDocument: Uint16Array;
  /** 0-based line number, in its blob, at the start of each unit. */
  readonly unitLine: Uint32Array;
  /** Every path, each ended by a newline. */
  readonly paths: Buffer;
  /** The same without the last newline, behind which is no line: a pattern on paths is one scan of these lines. */
  readonly pathLines: Buffer;
  readonly pathStart: Uint32Array;
  readonly #symbolStart: Uint32Array;
  readonly #skip: Buffer;
  readonly #oids: Buffer;
  readonly #oidBytes: number;
  readonly #trigrams: Uint32Array;
  readonly #lists: Uint32Array;
  /** Where the names of each blob begin in `allSymbolNames`. */
  readonly nameStart: Uint32Array;
  #searchable: Bitset | undefined;
  #pathTrigrams: TrigramSet | undefined;
  #dictionary: TrigramSet | undefined;
  #documentsByBlob: DocumentsByBlob | undefined;
  readonly #indexPath: string;
  readonly #contentPath: string;

  constructor(
    readonly image: ShardImage,
    private readonly reader: ShardFiles,
  ) {
    const { header } = image;
    this.id = image.id;
    this.documents = header.documents;
    this.blobs = header.blobs;
    this.units = header.units;
    this.unitShift = header.unitShift;
    this.masks = { low: wordsOf(image, 'dmlo'), high: wordsOf(image, 'dmhi') };
    this.blobStart = wordsOf(image, 'bsta');
    this.firstUnit = wordsOf(image, 'buni');
    this.blobFlags = bytesOfSection(image, 'bfla');
    this.blobOfDocument = wordsOf(image, 'dblo');
    this.categoryOfDocument = bytesOfSection(image, 'dcat');
    this.languageOfDocument = new Uint16Array(image.resident, image.sections.dlan!.offset, header.documents);
    this.unitLine = wordsOf(image, 'ulin');
    this.paths = bytesOfSection(image, 'path');
    this.pathLines = keepDecoded(this.paths.subarray(0, Math.max(this.paths.length - 1, 0)));
    this.pathStart = wordsOf(image, 'dpof');
    this.#skip = bytesOfSection(image, 'dski');
    this.#oids = bytesOfSection(image, 'boid');
    this.#oidBytes = header.flags & FLAG_SHA256 ? 32 : 20;
    this.#trigrams = wordsOf(image, 'ttri');
    this.#lists = wordsOf(image, 'toff');
    this.#symbolStart = wordsOf(image, 'soff');
    this.nameStart = wordsOf(image, 'snof');
    this.#indexPath = join(image.folder, `${image.id}.sxi`);
    this.#contentPath = join(image.folder, `${image.id}.sxc`);
  }

  get meta(): ShardMeta {
    this.#meta ??= JSON.parse(bytesOfSection(this.image, 'meta').toString('utf8')) as ShardMeta;
    return this.#meta;
  }

  /** The files that are read when needed. */
  get files(): readonly string[] {
    return [this.#indexPath, this.#contentPath];
  }

  path(document: number): string {
    return this.paths.toString('utf8', this.pathStart[document]!, this.pathStart[document + 1]! - 1);
  }

  language(document: number): string | undefined {
    return this.meta.languages[this.languageOfDocument[document]!] || undefined;
  }

  skip(document: number): SkipReason {
    return SKIP_REASONS[this.#skip[document]!] ?? 'missing';
  }

  oid(blob: number): string {
    return this.#oids.toString('hex', blob * 32, blob * 32 + this.#oidBytes);
  }

  /** The bytes of a blob, in a buffer that the next call, for any shard of this thread, may overwrite. */
  content(blob: number): Buffer {
    return this.reader.view(this.#contentPath, this.blobStart[blob]!, this.blobStart[blob + 1]!, this.image.header.contentLength);
  }

  /** Bytes start–end of the content, across blobs, in a buffer that the next call, for any shard of this thread, may overwrite. */
  contentPart(start: number, end: number): Buffer {
    return this.reader.part(this.#contentPath, start, end);
  }

  /** The blob that holds a byte of the content. */
  blobAt(position: number): number {
    return positionOf(this.blobStart, position + 1) - 1;
  }

  /** Whether all of these trigrams are in the content, each somewhere. */
  contentHolds(trigrams: readonly number[]): boolean {
    this.#dictionary ??= TrigramSet.of(this.#trigrams);
    const held = this.#dictionary;
    for (const trigram of trigrams) if (!held.has(trigram)) return false;
    return true;
  }

  /** The posting list of a trigram, not read yet; undefined when the trigram does not occur. */
  postings(trigram: number): PostingList | undefined {
    const index = this.#indexOf(trigram);
    return index < 0 ? undefined : { index, bytes: this.#listEnd(index) - this.#listStart(index) };
  }

  /** The units of a list, ascending. */
  unitsOf(list: PostingList): Uint32Array {
    return unitsIn(this.#encoded(list));
  }

  /** Those of the ascending units `among` that are in the list too; they overwrite the beginning of `among`. */
  keepUnitsOf(list: PostingList, among: Uint32Array): Uint32Array {
    return keepUnitsIn(this.#encoded(list), among);
  }

  /**
   * The units in which two bytes begin that fold to this pair of classes, and some others: what begins with them is a range of
   * the dictionary. Undefined when they are so common that it does not pay to look.
   */
  unitsOfPair(pair: number): Bitset | undefined {
    const trigrams = this.#trigrams;
    const first = positionOf(trigrams, pair << 6);
    const end = positionOf(trigrams, (pair + 1) << 6);
    const behind = Array.from({ length: 64 }, (_, before) => this.postings((before << 12) | pair)).filter((list) => list !== undefined);
    const bytes = behind.reduce((sum, list) => sum + list.bytes, this.#listStart(end) - this.#listStart(first));
    if (bytes > this.units) return undefined;
    const units = new Bitset(this.units);
    for (let index = first; index < end; index++) for (const unit of unitsIn(this.#encoded({ index }))) units.add(unit);
    // At the very end of a blob no trigram begins with the pair, but one ends with it, unless the blob is nothing else.
    for (const list of behind) {
      for (const unit of unitsIn(this.#encoded(list))) {
        units.add(unit);
        if (unit + 1 < this.units) units.add(unit + 1);
      }
    }
    for (let blob = 0; blob < this.blobs; blob++)
      if (this.blobStart[blob + 1]! - this.blobStart[blob]! === 2) units.add(this.firstUnit[blob]!);
    return units;
  }

  #encoded({ index }: Pick<PostingList, 'index'>): EncodedPostings {
    const bytes = this.reader.lists.get(this, index, () => this.#read('post', this.#listStart(index), this.#listEnd(index)));
    return { bytes, bitmap: (this.#lists[index]! & BITMAP_FLAG) !== 0, units: this.units };
  }

  /** Documents whose content is in the index. */
  get searchable(): Bitset {
    if (!this.#searchable) {
      this.#searchable = new Bitset(this.documents);
      for (let document = 0; document < this.documents; document++) if (this.skip(document) === '') this.#searchable.add(document);
    }
    return this.#searchable;
  }

  /** Every trigram of contents and paths, some twice; undefined when the contents have more than `most`. */
  trigramsUpTo(most: number): Iterable<number> | undefined {
    if (this.#trigrams.length > most) return undefined;
    this.#pathTrigrams ??= TrigramSet.in(this.paths);
    return [...this.#trigrams, ...this.#pathTrigrams];
  }

  /** Whether all of these trigrams are in paths, each in some: without that, no path holds a text made of them. */
  pathsHold(trigrams: readonly number[]): boolean {
    this.#pathTrigrams ??= TrigramSet.in(this.paths);
    const held = this.#pathTrigrams;
    for (const trigram of trigrams) if (!held.has(trigram)) return false;
    return true;
  }

  /** The documents that hold one of the blobs, which share few of them. */
  documentsOf(blobs: Bitset): Bitset {
    const found = new Bitset(this.documents);
    this.#documentsByBlob ??= this.#groupDocuments();
    const { first, documents } = this.#documentsByBlob;
    for (let blob = blobs.next(0); blob >= 0; blob = blobs.next(blob + 1))
      for (let at = first[blob]!; at < first[blob + 1]!; at++) found.add(documents[at]!);
    return found;
  }

  #groupDocuments(): DocumentsByBlob {
    const first = new Uint32Array(this.blobs + 1);
    for (const blob of this.blobOfDocument) first[blob + 1]!++;
    for (let blob = 0; blob < this.blobs; blob++) first[blob + 1]! += first[blob]!;
    const next = first.slice();
    const documents = new Uint32Array(this.documents);
    for (let document = 0; document < this.documents; document++) documents[next[this.blobOfDocument[document]!]!++] = document;
    return { first, documents };
  }

  /** @param names those of `symbolNames`, where they were read before */
  symbols(blob: number, names?: Buffer): SymbolTable {
    if (!this.hasSymbols(blob)) return NO_SYMBOLS;
    return SymbolTable.decode(this.#read('syms', this.#symbolStart[blob]!, this.#symbolStart[blob + 1]!), names ?? this.symbolNames(blob));
  }

  hasSymbols(blob: number): boolean {
    return this.#symbolStart[blob + 1]! > this.#symbolStart[blob]!;
  }

  /** The names of a blob's symbols, each ended by a newline. */
  symbolNames(blob: number): Buffer {
    return this.#read('snam', this.nameStart[blob]!, this.nameStart[blob + 1]!);
  }

  /** The names of all symbols, each ended by a newline, in the order of blobs. */
  allSymbolNames(): Buffer {
    return this.#read('snam', 0, this.image.sections.snam!.length);
  }

  #read(tag: 'post' | 'syms' | 'snam', from: number, to: number): Buffer {
    const section = this.image.sections[tag]!;
    if (to > section.length) throw new ShardCorruptError(`section ${tag} ends before ${to}`);
    const bytes = Buffer.allocUnsafe(to - from);
    this.reader.read(this.#indexPath, bytes, section.offset + from);
    return bytes;
  }

  #listStart(index: number): number {
    return this.#lists[index]! & ~BITMAP_FLAG;
  }

  #listEnd(index: number): number {
    return this.#lists[index + 1]! & ~BITMAP_FLAG;
  }

  #indexOf(trigram: number): number {
    const at = positionOf(this.#trigrams, trigram);
    return this.#trigrams[at] === trigram ? at : -1;
  }
}
