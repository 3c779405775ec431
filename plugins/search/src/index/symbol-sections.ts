import { ShardCorruptError } from './shard-layout.js';
import { type CodeSymbol, SYMBOL_KINDS, type SymbolKind } from './symbols/code-symbol.js';
import { VarintReader, varintLength, writeVarint } from './varint.js';

export interface EncodedSymbols {
  readonly records: Buffer;
  readonly names: Buffer;
}

/**
 * The records of one blob: per symbol varint(start − previous start), kind u8, varint(distance back to the container,
 * 0 for none); and its names, each ended by a newline.
 */
export function encodeSymbols(symbols: readonly CodeSymbol[]): EncodedSymbols {
  let length = 0;
  let previous = 0;
  symbols.forEach((symbol, index) => {
    length += varintLength(symbol.start - previous) + 1 + varintLength(symbol.container < 0 ? 0 : index - symbol.container);
    previous = symbol.start;
  });
  const records = Buffer.allocUnsafe(length);
  let at = 0;
  previous = 0;
  symbols.forEach((symbol, index) => {
    at = writeVarint(records, at, symbol.start - previous);
    records[at++] = SYMBOL_KINDS.indexOf(symbol.kind);
    at = writeVarint(records, at, symbol.container < 0 ? 0 : index - symbol.container);
    previous = symbol.start;
  });
  return { records, names: Buffer.from(symbols.map(({ name }) => `${name}\n`).join('')) };
}

/** @throws ShardCorruptError when records and names do not fit together */
export function decodeSymbols(records: Buffer, names: Buffer): CodeSymbol[] {
  if (records.length === 0) return [];
  const lines = names.toString('utf8').split('\n');
  const symbols: CodeSymbol[] = [];
  const reader = new VarintReader(records);
  let start = 0;
  while (!reader.done) {
    start += reader.next();
    const kind: SymbolKind = SYMBOL_KINDS[reader.byte()] ?? 'unknown';
    const distance = reader.next();
    const name = lines[symbols.length];
    if (name === undefined || distance > symbols.length) throw new ShardCorruptError('symbols and their names do not fit together');
    symbols.push({ name, kind, start, container: distance === 0 ? -1 : symbols.length - distance });
  }
  return symbols;
}
