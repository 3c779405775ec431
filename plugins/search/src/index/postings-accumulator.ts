import { setImmediate as nextTurn } from 'node:timers/promises';
import { CLASS_OF_BYTE, TRIGRAMS } from './trigram.js';
import { varintLength, writeVarint } from './varint.js';

/** log2 of the bytes in one unit of the index. */
export const UNIT_SHIFT = 11;
export const UNIT_BYTES = 1 << UNIT_SHIFT;
/** Longest literal that is sure to be found whole in the unit it begins in. */
export const LITERAL_REACH = 64;

/** Top bit of a dictionary offset: the list that begins there is a bitmap. */
export const BITMAP_FLAG = 0x80000000;

/** In place of the last unit of a trigram whose list is a bitmap. */
const IN_BITMAP = -2;
const CHUNK = 1 << 20;
const PAIRS_PER_TURN = 1 << 20;

export interface PostingsSections {
  /** Trigrams that occur, ascending. */
  readonly trigrams: Uint32Array;
  /** Where each list begins in `postings`, one entry more than there are trigrams; see BITMAP_FLAG. */
  readonly offsets: Uint32Array;
  readonly postings: Buffer;
}

/**
 * Collects (trigram, unit) pairs in one pass and writes the lists in a second, so that no list is ever allocated by
 * itself and nothing is sorted. Memory: 4 bytes a pair, about 1.1 bytes per byte of text, plus 3 MiB of tables.
 */
export class PostingsAccumulator {
  readonly #lastUnit = new Int32Array(TRIGRAMS).fill(-1);
  readonly #bytes = new Uint32Array(TRIGRAMS);
  readonly #chunks: Uint32Array[] = [];
  readonly #pairsOfUnit: number[] = [];
  #chunk = new Uint32Array(CHUNK);
  #used = 0;

  get units(): number {
    return this.#pairsOfUnit.length;
  }

  /** Adds one blob; it takes `ceil(length / 2048)` new units. */
  add(content: Uint8Array): void {
    for (let start = 0; start < content.length; start += UNIT_BYTES) {
      this.#addUnit(content, start, Math.min(start + UNIT_BYTES + LITERAL_REACH - 1, content.length));
    }
  }

  #addUnit(content: Uint8Array, start: number, end: number): void {
    const unit = this.#pairsOfUnit.length;
    const last = this.#lastUnit;
    const bytes = this.#bytes;
    // A unit yields at most one pair per byte, so one check per unit keeps the inner loop free of it.
    if (this.#used + (end - start) > CHUNK) this.#sealChunk();
    const chunk = this.#chunk;
    let used = this.#used;
    if (end - start >= 3) {
      let trigram = (CLASS_OF_BYTE[content[start]!]! << 6) | CLASS_OF_BYTE[content[start + 1]!]!;
      for (let at = start + 2; at < end; at++) {
        trigram = ((trigram << 6) | CLASS_OF_BYTE[content[at]!]!) & (TRIGRAMS - 1);
        const previous = last[trigram]!;
        if (previous !== unit) {
          const delta = unit - previous;
          bytes[trigram]! += delta < 0x80 ? 1 : varintLength(delta);
          last[trigram] = unit;
          chunk[used++] = trigram;
        }
      }
    }
    this.#pairsOfUnit.push(used - this.#used);
    this.#used = used;
  }

  #sealChunk(): void {
    this.#chunks.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = new Uint32Array(CHUNK);
    this.#used = 0;
  }

  /** Writes all lists. Gives the event loop a turn about every 10 ms. The accumulator cannot be used afterwards. */
  async encode(): Promise<PostingsSections> {
    this.#sealChunk();
    const bitmapBytes = (this.units + 7) >>> 3;
    const { trigrams, offsets, cursor, length } = this.#placeLists(bitmapBytes);
    const postings = Buffer.alloc(length);
    const last = this.#lastUnit;
    for (let trigram = 0; trigram < TRIGRAMS; trigram++) last[trigram] = this.#bytes[trigram]! > bitmapBytes ? IN_BITMAP : -1;
    let unit = 0;
    let left = this.#pairsOfUnit[0] ?? 0;
    let turn = 0;
    for (const chunk of this.#chunks) {
      for (let pair = 0; pair < chunk.length; pair++) {
        while (left === 0) left = this.#pairsOfUnit[++unit]!;
        left--;
        const trigram = chunk[pair]!;
        const before = last[trigram]!;
        if (before === IN_BITMAP) {
          postings[cursor[trigram]! + (unit >>> 3)]! |= 1 << (unit & 7);
          continue;
        }
        const delta = unit - before;
        if (delta < 0x80) postings[cursor[trigram]!++] = delta;
        else cursor[trigram] = writeVarint(postings, cursor[trigram]!, delta);
        last[trigram] = unit;
      }
      if ((turn += chunk.length) >= PAIRS_PER_TURN) {
        turn = 0;
        await nextTurn();
      }
    }
    return { trigrams, offsets, postings };
  }

  #placeLists(bitmapBytes: number) {
    const live = this.#bytes.reduce((total, bytes) => total + (bytes > 0 ? 1 : 0), 0);
    const trigrams = new Uint32Array(live);
    const offsets = new Uint32Array(live + 1);
    const cursor = new Uint32Array(TRIGRAMS);
    let length = 0;
    let index = 0;
    for (let trigram = 0; trigram < TRIGRAMS; trigram++) {
      const bytes = this.#bytes[trigram]!;
      if (bytes === 0) continue;
      const bitmap = bytes > bitmapBytes;
      trigrams[index] = trigram;
      offsets[index++] = bitmap ? (length | BITMAP_FLAG) >>> 0 : length;
      cursor[trigram] = length;
      length += bitmap ? bitmapBytes : bytes;
    }
    offsets[index] = length;
    return { trigrams, offsets, cursor, length };
  }
}
