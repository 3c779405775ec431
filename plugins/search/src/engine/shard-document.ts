import type { Shard } from '../index/shard.js';
import { BLOB_FLAG } from '../index/shard-builder.js';
import type { SymbolTable } from '../index/symbol-table.js';
import type { Atom } from './compiled-query.js';
import type { DocumentView, SearchWindows } from './document-view.js';
import { LineCounter } from './line-counter.js';
import type { PossibleDocuments } from './possible-documents.js';
import type { Candidates } from './shard-candidates.js';

/** From so many bytes on, finding out where in its shard a pattern can be costs less than looking through one document. */
const LARGE = 32 << 10;

/** One document of a shard; the same object serves all of them, one after another. */
export class ShardDocument implements DocumentView {
  document = 0;
  blob = 0;
  searchable = false;
  #content: Buffer | undefined;
  #symbols: SymbolTable | undefined;
  #names: Buffer | undefined;
  #lines: LineCounter | undefined;

  constructor(
    private readonly shard: Shard,
    readonly repository: number,
    private readonly possible: PossibleDocuments,
  ) {}

  moveTo(document: number): this {
    this.document = document;
    this.blob = this.shard.blobOfDocument[document]!;
    this.searchable = this.shard.skip(document) === '';
    this.#content = undefined;
    this.#symbols = undefined;
    this.#names = undefined;
    this.#lines = undefined;
    return this;
  }

  get path(): Buffer {
    return this.shard.paths.subarray(this.shard.pathStart[this.document]!, this.shard.pathStart[this.document + 1]! - 1);
  }

  get language(): string | undefined {
    return this.shard.language(this.document);
  }

  get category(): number {
    return this.shard.categoryOfDocument[this.document]!;
  }

  get validUtf8(): boolean {
    return (this.shard.blobFlags[this.blob]! & BLOB_FLAG.validUtf8) !== 0;
  }

  get length(): number {
    return this.shard.blobStart[this.blob + 1]! - this.shard.blobStart[this.blob]!;
  }

  part(start: number, end: number): Buffer {
    if (this.#content) return this.#content.subarray(start, end);
    const from = this.shard.blobStart[this.blob]!;
    return this.shard.contentPart(from + start, from + end);
  }

  content(): Buffer {
    this.#content ??= this.shard.content(this.blob);
    return this.#content;
  }

  symbols(): SymbolTable {
    this.#symbols ??= this.shard.symbols(this.blob, this.#names);
    return this.#symbols;
  }

  symbolNames(): Buffer {
    this.#names ??= this.shard.symbolNames(this.blob);
    return this.#names;
  }

  mayContain(atom: Atom): boolean {
    return this.#candidatesOf(atom)?.blobs.has(this.blob) ?? true;
  }

  /** Of few documents it may not have been worked out. */
  #candidatesOf(atom: Atom): Candidates | undefined {
    return this.possible.isNarrowed(atom) || this.length >= LARGE ? this.possible.candidatesOf(atom) : undefined;
  }

  windowsOf(atom: Atom): SearchWindows | undefined {
    const candidates = this.#candidatesOf(atom);
    const units = candidates?.units;
    if (!units) return undefined;
    const first = this.shard.firstUnit[this.blob]!;
    const end = this.shard.firstUnit[this.blob + 1]!;
    const { length } = this;
    const shift = this.shard.unitShift;
    const ranges: number[] = [];
    for (let unit = units.next(first); unit >= 0 && unit < end; unit = units.next(unit + 1)) {
      const start = (unit - first) << shift;
      const stop = Math.min(start + (1 << shift), length);
      if (ranges.at(-1) === start) ranges[ranges.length - 1] = stop;
      else ranges.push(start, stop);
    }
    return { ranges, anchor: candidates.anchor };
  }

  lineAt(offset: number): number {
    this.#lines ??= new LineCounter(this.content(), {
      lines: this.shard.unitLine,
      first: this.shard.firstUnit[this.blob]!,
      shift: this.shard.unitShift,
    });
    return this.#lines.lineAt(offset);
  }
}
