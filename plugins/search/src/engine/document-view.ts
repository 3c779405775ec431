import type { SymbolTable } from '../index/symbol-table.js';
import type { Atom } from './compiled-query.js';

/** Byte ranges of a content in which a pattern is to be looked for, and the run that every matching line holds there. */
export interface SearchWindows {
  /** start, end, start, end … ascending, not overlapping. */
  readonly ranges: readonly number[];
  readonly anchor?: Buffer;
}

/** A document as the evaluation sees it, whether it comes from a shard or from a stream of blobs. */
export interface DocumentView {
  readonly repository: number;
  readonly path: Buffer;
  readonly language: string | undefined;
  readonly category: number;
  /** False: known by path only. */
  readonly searchable: boolean;
  readonly validUtf8: boolean;
  /** Bytes of the content. */
  readonly length: number;
  content(): Buffer;
  /** A part of the content, in a buffer that the next call may overwrite: where little is wanted of much, the rest need not be read. */
  part(start: number, end: number): Buffer;
  /** Definitions in order of their offset. */
  symbols(): SymbolTable;
  /** The names of `symbols()`, each ended by a newline. */
  symbolNames(): Buffer;
  /** False when the pattern surely does not occur in the content. */
  mayContain(atom: Atom): boolean;
  /** Where to look for the pattern; undefined: everywhere. */
  windowsOf(atom: Atom): SearchWindows | undefined;
  /** 0-based number of the line that holds this byte; asked with ascending offsets it costs little. */
  lineAt(offset: number): number;
}
