import { writeVarint } from './varint.js';

/** log2 of the bytes in one unit of the index. */
export const UNIT_SHIFT = 11;
export const UNIT_BYTES = 1 << UNIT_SHIFT;
/** Longest literal that is sure to be found whole in the unit it begins in. */
export const LITERAL_REACH = 64;

/** Top bit of a dictionary offset: the list that begins there is a bitmap. */
export const BITMAP_FLAG = 0x80000000;

/** Parts of all trigrams, by their first byte's class. */
export const PARTS = 64;
export const TRIGRAMS_OF_PART = 1 << 12;

const UNIT_BITS = 20;
const UNIT_MASK = (1 << UNIT_BITS) - 1;

/**
 * Adds to `sizes` the bytes that pairs of one part, in the order of their units, take as varints.
 * @param pairs (trigram in its part) << 20 | unit
 * @param lastUnit by trigram, one more than the last unit it was met in
 */
export function sizeLists(pairs: Uint32Array, from: number, to: number, lastUnit: Int32Array, sizes: Uint32Array): void {
  for (let at = from; at < to; at++) {
    const pair = pairs[at]!;
    const trigram = pair >>> UNIT_BITS;
    const unit = (pair & UNIT_MASK) + 1;
    const delta = unit - lastUnit[trigram]!;
    lastUnit[trigram] = unit;
    // One byte for each 7 bits of at most 20, without a branch.
    sizes[trigram]! += 1 + ((0x7f - delta) >>> 31) + ((0x3fff - delta) >>> 31);
  }
}

/**
 * Writes the same pairs into their lists.
 * @param cursors by trigram, where it writes next; with BITMAP_FLAG, where its bitmap begins
 */
export function writeLists(
  pairs: Uint32Array,
  from: number,
  to: number,
  lastUnit: Int32Array,
  cursors: Uint32Array,
  postings: Uint8Array,
): void {
  for (let at = from; at < to; at++) {
    const pair = pairs[at]!;
    const trigram = pair >>> UNIT_BITS;
    const unit = pair & UNIT_MASK;
    const cursor = cursors[trigram]! | 0;
    if (cursor < 0) {
      postings[(cursor & ~BITMAP_FLAG) + (unit >>> 3)]! |= 1 << (unit & 7);
      continue;
    }
    const delta = unit + 1 - lastUnit[trigram]!;
    lastUnit[trigram] = unit + 1;
    if (delta < 0x80) {
      postings[cursor] = delta;
      cursors[trigram] = cursor + 1;
    } else if (delta < 0x4000) {
      postings[cursor] = (delta & 0x7f) | 0x80;
      postings[cursor + 1] = delta >>> 7;
      cursors[trigram] = cursor + 2;
    } else cursors[trigram] = writeVarint(postings, cursor, delta);
  }
}
