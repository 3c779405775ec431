import { isUtf8 } from 'node:buffer';
import { pathCategory } from '../index/path-category.js';
import { SymbolTable } from '../index/symbol-table.js';
import type { CodeSymbol } from '../index/symbols/code-symbol.js';
import { extractSymbols } from '../index/symbols/extract-symbols.js';
import type { DocumentView } from './document-view.js';
import { LineCounter } from './line-counter.js';

/** A document that comes from a stream of blobs and not from a shard. */
export class ScannedDocument implements DocumentView {
  readonly path: Buffer;
  readonly category: number;
  readonly #lines: LineCounter;
  #validUtf8: boolean | undefined;
  #symbols: SymbolTable | undefined;

  constructor(
    readonly repository: number,
    path: string,
    readonly language: string | undefined,
    private readonly bytes: Buffer,
    readonly searchable: boolean,
    /** Undefined: to be read by the own scanners when they are needed. */
    private readonly known?: readonly CodeSymbol[],
  ) {
    this.path = Buffer.from(path, 'utf8');
    this.category = pathCategory(path);
    this.#lines = new LineCounter(bytes);
  }

  get validUtf8(): boolean {
    this.#validUtf8 ??= isUtf8(this.bytes);
    return this.#validUtf8;
  }

  get length(): number {
    return this.bytes.length;
  }

  content(): Buffer {
    return this.bytes;
  }

  part(start: number, end: number): Buffer {
    return this.bytes.subarray(start, end);
  }

  symbols(): SymbolTable {
    this.#symbols ??= SymbolTable.of(this.known ?? extractSymbols(this.language, this.bytes));
    return this.#symbols;
  }

  symbolNames(): Buffer {
    return this.symbols().names;
  }

  mayContain(): boolean {
    return true;
  }

  windowsOf(): undefined {
    return undefined;
  }

  lineAt(offset: number): number {
    return this.#lines.lineAt(offset);
  }
}
