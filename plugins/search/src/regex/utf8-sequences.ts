import type { Ranges } from './ranges.js';

export type ByteRange = readonly [lo: number, hi: number];

/** One range for each byte of an encoded character. */
export type ByteSequence = readonly ByteRange[];

/** The last code point of each encoded length. */
const LENGTH_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff] as const;

/** The UTF-8 encodings of a set, as sequences of byte ranges: in order, disjoint, surrogates left out. */
export function utf8Sequences(ranges: Ranges): ByteSequence[] {
  const out: ByteSequence[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i] as number;
    const hi = ranges[i + 1] as number;
    if (hi < 0xd800 || lo > 0xdfff) split(lo, hi, out);
    else {
      if (lo < 0xd800) split(lo, 0xd7ff, out);
      if (hi > 0xdfff) split(0xe000, hi, out);
    }
  }
  return out;
}

function split(lo: number, hi: number, out: ByteSequence[]): void {
  if (lo > hi) return;
  for (const limit of LENGTH_LIMITS) {
    if (lo <= limit && hi > limit) {
      split(lo, limit, out);
      split(limit + 1, hi, out);
      return;
    }
  }
  // Ranges are cut where the lower bytes do not run through all their values.
  for (const mask of hi <= 0x7f ? [] : hi <= 0x7ff ? [0x3f] : hi <= 0xffff ? [0x3f, 0xfff] : [0x3f, 0xfff, 0x3ffff]) {
    if ((lo & ~mask) === (hi & ~mask)) continue;
    if ((lo & mask) !== 0) {
      split(lo, lo | mask, out);
      split((lo | mask) + 1, hi, out);
      return;
    }
    if ((hi & mask) !== mask) {
      split(lo, (hi & ~mask) - 1, out);
      split(hi & ~mask, hi, out);
      return;
    }
  }
  const from = Buffer.from(String.fromCodePoint(lo));
  const to = Buffer.from(String.fromCodePoint(hi));
  out.push([...from].map((byte, i) => [byte, to[i] as number] as const));
}
