import { type CodeSymbol, SYMBOL_KINDS } from './symbols/code-symbol.js';
import { varintLength, writeVarint } from './varint.js';

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
