import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShardCorruptError } from './shard-layout.js';
import { encodeSymbols } from './symbol-sections.js';
import { SymbolTable } from './symbol-table.js';
import { type CodeSymbol, SYMBOL_KINDS } from './symbols/code-symbol.js';

const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\n') && Buffer.from(text).toString() === text);
/** Definitions with gaps between them, none inside of another's name. */
const symbols = fc
  .array(fc.record({ gap: fc.nat(400), name, kind: fc.constantFrom(...SYMBOL_KINDS), back: fc.nat(5) }), { maxLength: 30 })
  .map((drawn) => {
    const all: CodeSymbol[] = [];
    let at = 0;
    for (const { gap, name, kind, back } of drawn) {
      at += gap;
      all.push({ name, kind, start: at, container: back === 0 || back > all.length ? -1 : all.length - back });
      at += Buffer.byteLength(name);
    }
    return all;
  });

describe('a table of symbols', () => {
  it('gives back what it was made of, a symbol being the same object whoever asks', () => {
    fc.assert(
      fc.property(symbols, (all) => {
        const table = SymbolTable.of(all);
        expect([...table]).toEqual(all);
        expect(table.names.toString()).toBe(all.map((symbol) => `${symbol.name}\n`).join(''));
        all.forEach(({ name, kind, start }, index) => {
          expect([table.startOf(index), table.kindOf(index), table.nameLengthOf(index)]).toEqual([start, kind, Buffer.byteLength(name)]);
          expect(table.lastByteOf(index)).toBe(Buffer.from(name).at(-1));
          expect(table.at(index)).toBe(table.at(index));
        });
        for (const kind of SYMBOL_KINDS) expect(table.hasKind(new Set([kind]))).toBe(all.some((symbol) => symbol.kind === kind));
      }),
    );
  });

  it('knows whose name holds a byte', () => {
    fc.assert(
      fc.property(symbols, fc.nat(4_000), (all, offset) => {
        const expected = all.find(({ name, start }) => start <= offset && offset < start + Buffer.byteLength(name));
        expect(SymbolTable.of(all).around(offset)).toEqual(expected);
      }),
    );
  });

  it('is refused when records and names do not fit together', () => {
    const { records, names } = encodeSymbols([
      { name: 'a', kind: 'class', start: 3, container: -1 },
      { name: 'b', kind: 'method', start: 9, container: 0 },
    ]);
    expect(() => SymbolTable.decode(records, names.subarray(0, 3))).toThrow(ShardCorruptError);
    expect(() => SymbolTable.decode(records.subarray(0, 5), names)).toThrow(RangeError);
    expect(() => SymbolTable.decode(Buffer.from([3, 5, 1]), Buffer.from('a\n'))).toThrow(ShardCorruptError);
  });
});
