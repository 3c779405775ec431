import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BITMAP_FLAG, LITERAL_REACH, UNIT_BYTES } from './posting-lists.js';
import { type EncodedPostings, keepUnitsIn, unitsIn } from './postings.js';
import { PostingsAccumulator } from './postings-accumulator.js';
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
  const encoded: { readonly list: readonly number[]; readonly encoded: EncodedPostings }[] = [];
  trigrams.forEach((trigram, index) => {
    const bitmap = (offsets[index]! & BITMAP_FLAG) !== 0;
    if (bitmap) bitmaps++;
    const one = { bytes: postings.subarray(offsets[index]! & ~BITMAP_FLAG, offsets[index + 1]! & ~BITMAP_FLAG), bitmap, units };
    const list = [...unitsIn(one)];
    lists.set(trigram, list);
    encoded.push({ list, encoded: one });
  });
  return { lists, encoded, bitmaps, bytes: postings.length };
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

  it('have nothing of a blob that has too many distinct trigrams, and all of one that has just so many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBlob, { maxLength: 5 }), fc.nat({ max: 40 }), async (blobs, limit) => {
        const accumulator = new PostingsAccumulator();
        const added = blobs.filter((blob) => accumulator.add(blob, limit));
        expect(added).toEqual(blobs.filter((blob) => trigramsOf(blob).length <= limit));
        const plain = new PostingsAccumulator();
        for (const blob of added) plain.add(blob);
        expect(accumulator.units).toBe(plain.units);
        expect(await accumulator.encode()).toEqual(await plain.encode());
      }),
      { numRuns: 60 },
    );
  });

  it('are each their own where several shards are built in turns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBlob, { maxLength: 6 }), async (blobs) => {
        const inTurns = [new PostingsAccumulator(), new PostingsAccumulator()] as const;
        const apart = [new PostingsAccumulator(), new PostingsAccumulator()] as const;
        blobs.forEach((blob, at) => {
          inTurns[at % 2]!.add(blob);
        });
        for (const half of [0, 1] as const) for (let at = half; at < blobs.length; at += 2) apart[half].add(blobs[at]!);
        for (const half of [0, 1] as const) expect(await inTurns[half].encode()).toEqual(await apart[half].encode());
      }),
      { numRuns: 30 },
    );
  });

  it('become bitmaps where those are smaller, and mean the same', async () => {
    const blobs = Array.from({ length: 100 }, (_, index) => Buffer.from(index % 9 === 0 ? 'rare one' : 'common words'));
    const { lists, bitmaps, bytes } = await writtenLists(blobs);
    expect(lists).toEqual(expectedLists(blobs));
    expect(bitmaps).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(lists.size * 13);
  });

  it('keep of other units those that they name too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBlob, { maxLength: 5 }), fc.array(fc.nat({ max: 60 })), async (blobs, some) => {
        const among = Uint32Array.from(new Set(some)).sort();
        for (const { list, encoded } of (await writtenLists(blobs)).encoded)
          expect([...keepUnitsIn(encoded, among.slice())]).toEqual([...among].filter((unit) => list.includes(unit)));
      }),
      { numRuns: 30 },
    );
  });

  it('are refused when they leave their bounds', () => {
    const read = (bitmap: boolean, units: number, ...bytes: number[]) => {
      const list = { bytes: Uint8Array.from(bytes), bitmap, units };
      expect(() => unitsIn(list)).toThrow(RangeError);
      expect(() => keepUnitsIn(list, Uint32Array.of(1, 100))).toThrow(RangeError);
    };
    read(false, 8, 1, 9);
    read(false, 8, 1, 0);
    read(false, 8, 0x80);
    read(true, 8, 0xff, 0xff);
    read(true, 7, 0xff);
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
