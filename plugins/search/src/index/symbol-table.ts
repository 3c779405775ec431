import { ShardCorruptError } from './shard-layout.js';
import { encodeSymbols } from './symbol-sections.js';
import { type CodeSymbol, SYMBOL_KINDS, type SymbolKind } from './symbols/code-symbol.js';
import { VarintReader } from './varint.js';

/** Numbers per symbol in the table. */
const WIDTH = 4;
const NAME = 1;
const KIND = 2;
const CONTAINER = 3;
const NEWLINE = 0x0a;
/** A record has at least three bytes. */
const RECORD_BYTES = 3;

/**
 * The definitions of one blob, in order of their offset. Most documents are asked for one or two of hundreds, so a symbol becomes an
 * object only when somebody wants it.
 */
export class SymbolTable {
  /** The same symbol is the same object, whoever asks. */
  readonly #made = new Map<number, CodeSymbol>();

  private constructor(
    readonly length: number,
    /** Per symbol: its offset, where its name begins, its kind, and the distance back to its container, 0 for none. */
    private readonly table: Uint32Array,
    /** The names, each ended by a newline. */
    readonly names: Buffer,
  ) {}

  static of(symbols: readonly CodeSymbol[]): SymbolTable {
    const { records, names } = encodeSymbols(symbols);
    return SymbolTable.decode(records, names);
  }

  /** @throws ShardCorruptError or RangeError when records and names do not fit together */
  static decode(records: Buffer, names: Buffer): SymbolTable {
    const table = new Uint32Array(Math.floor(records.length / RECORD_BYTES) * WIDTH);
    const reader = new VarintReader(records);
    let length = 0;
    let start = 0;
    let name = 0;
    while (!reader.done) {
      start += reader.next();
      const kind = reader.byte();
      const distance = reader.next();
      let end = name;
      while (end < names.length && names[end] !== NEWLINE) end++;
      if (end >= names.length || distance > length) throw new ShardCorruptError('symbols and their names do not fit together');
      const at = length++ * WIDTH;
      table[at] = start;
      table[at + NAME] = name;
      table[at + KIND] = kind;
      table[at + CONTAINER] = distance;
      name = end + 1;
    }
    return new SymbolTable(length, table, names.subarray(0, name));
  }

  at(index: number): CodeSymbol {
    const known = this.#made.get(index);
    if (known) return known;
    const distance = this.table[index * WIDTH + CONTAINER]!;
    const symbol: CodeSymbol = {
      name: this.#nameOf(index).toString('utf8'),
      kind: this.kindOf(index),
      start: this.startOf(index),
      container: distance === 0 ? -1 : index - distance,
    };
    this.#made.set(index, symbol);
    return symbol;
  }

  /** All of them. */
  *[Symbol.iterator](): Generator<CodeSymbol> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  startOf(index: number): number {
    return this.table[index * WIDTH]!;
  }

  kindOf(index: number): SymbolKind {
    return SYMBOL_KINDS[this.table[index * WIDTH + KIND]!] ?? 'unknown';
  }

  #nameOf(index: number): Buffer {
    const from = this.table[index * WIDTH + NAME]!;
    return this.names.subarray(from, from + this.nameLengthOf(index));
  }

  /** Bytes of its name. */
  nameLengthOf(index: number): number {
    const next = index + 1 < this.length ? this.table[(index + 1) * WIDTH + NAME]! : this.names.length;
    return next - this.table[index * WIDTH + NAME]! - 1;
  }

  lastByteOf(index: number): number {
    return this.names[this.table[index * WIDTH + NAME]! + this.nameLengthOf(index) - 1]!;
  }

  /** The symbol whose name holds this byte of the blob. */
  around(offset: number): CodeSymbol | undefined {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    const start = this.startOf(low);
    return this.length > 0 && start <= offset && offset < start + this.nameLengthOf(low) ? this.at(low) : undefined;
  }

  /** Whether one is of these kinds. */
  hasKind(kinds: ReadonlySet<string>): boolean {
    for (let index = 0; index < this.length; index++) if (kinds.has(this.kindOf(index))) return true;
    return false;
  }
}
