import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePostings } from './postings.js';
import { BITMAP_FLAG, LITERAL_REACH, PostingsAccumulator, UNIT_BYTES } from './postings-accumulator.js';
import { trigramsOf } from './trigram.js';
import { VarintReader, varintLength, writeVarint } from './varint.js';

/** The lists as a plain reading of the rule: a unit has the trigrams that a literal of 64 bytes beginning in it can have. */
function expectedLists(blobs: readonly Buffer[]): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  let unit = 0;
  for (const blob of blobs) {
    for (let start = 0; start < blob.length; start += UNIT_BYTES, unit++) {
      for (const trigram of trigramsOf(blob.subarray(start, start + UNIT_BYTES + LITERAL_REACH - 1))) {
        lists.set(trigram, [...(lists.get(trigram) ?? []), unit]);
      }
    }
  }
  return lists;
}

async function writtenLists(blobs: readonly Buffer[]) {
  const accumulator = new PostingsAccumulator();
  for (const blob of blobs) accumulator.add(blob);
  const { units } = accumulator;
  const { trigrams, offsets, postings } = await accumulator.encode();
  let bitmaps = 0;
  const lists = new Map<number, number[]>();
  trigrams.forEach((trigram, index) => {
    const bitmap = (offsets[index]! & BITMAP_FLAG) !== 0;
    if (bitmap) bitmaps++;
    lists.set(trigram, [
      ...decodePostings(postings.subarray(offsets[index]! & ~BITMAP_FLAG, offsets[index + 1]! & ~BITMAP_FLAG), bitmap, units),
    ]);
  });
  return { lists, bitmaps, bytes: postings.length };
}

const anyBlob = fc
  .tuple(fc.array(fc.constantFrom('abc', 'x', '\n', 'ä', '_', 'QRS', '  ', '}'), { maxLength: 40 }), fc.nat({ max: 400 }))
  .map(([words, times]) => Buffer.from(words.join('').repeat(times)).subarray(0, 20_000));

describe('posting lists', () => {
  it('hold what a plain reading of the rule says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBlob, { maxLength: 5 }), async (blobs) => {
        expect((await writtenLists(blobs)).lists).toEqual(expectedLists(blobs));
      }),
      { numRuns: 60 },
    );
  });

  it('become bitmaps where those are smaller, and mean the same', async () => {
    const blobs = Array.from({ length: 100 }, (_, index) => Buffer.from(index % 9 === 0 ? 'rare one' : 'common words'));
    const { lists, bitmaps, bytes } = await writtenLists(blobs);
    expect(lists).toEqual(expectedLists(blobs));
    expect(bitmaps).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(lists.size * 13);
  });

  it('are refused when they leave their bounds', () => {
    expect(() => decodePostings(Uint8Array.of(1, 9), false, 8)).toThrow(RangeError);
    expect(() => decodePostings(Uint8Array.of(1, 0), false, 8)).toThrow(RangeError);
    expect(() => decodePostings(Uint8Array.of(0x80), false, 8)).toThrow(RangeError);
    expect(() => decodePostings(Uint8Array.of(0xff, 0xff), true, 8)).toThrow(RangeError);
    expect(() => decodePostings(Uint8Array.of(0xff), true, 7)).toThrow(RangeError);
  });
});

describe('varints', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffffffff })), (values) => {
        const bytes = Buffer.alloc(values.reduce((total, value) => total + varintLength(value), 0));
        expect(values.reduce((at, value) => writeVarint(bytes, at, value), 0)).toBe(bytes.length);
        const reader = new VarintReader(bytes);
        expect(values.map(() => reader.next())).toEqual(values);
        expect(reader.done).toBe(true);
      }),
    );
  });
});
