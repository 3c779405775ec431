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
/** Pairs; the first chunk is short and each is twice the one before, so that a shard of little text costs little. */
const FIRST_CHUNK = 1 << 14;
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
 * itself and no list is sorted. Memory: 4 bytes a pair, about 1.1 bytes per byte of text, plus 2 MiB of tables, of which
 * only what is touched is taken.
 */
export class PostingsAccumulator {
  /** One more than the last unit of each trigram; 0: none. */
  readonly #lastUnit = new Int32Array(TRIGRAMS);
  /** The bytes of each list, and in the end where it is written next. */
  readonly #bytes = new Uint32Array(TRIGRAMS);
  /** Trigrams that occur. */
  readonly #live: number[] = [];
  readonly #chunks: Uint32Array[] = [];
  readonly #pairsOfUnit: number[] = [];
  #chunk = new Uint32Array(FIRST_CHUNK);
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
    const unit = this.#pairsOfUnit.length + 1;
    const last = this.#lastUnit;
    const bytes = this.#bytes;
    // A unit yields at most one pair per byte, so one check per unit keeps the inner loop free of it.
    if (this.#used + (end - start) > this.#chunk.length) this.#startChunk();
    const chunk = this.#chunk;
    let used = this.#used;
    if (end - start >= 3) {
      let trigram = (CLASS_OF_BYTE[content[start]!]! << 6) | CLASS_OF_BYTE[content[start + 1]!]!;
      for (let at = start + 2; at < end; at++) {
        trigram = ((trigram << 6) | CLASS_OF_BYTE[content[at]!]!) & (TRIGRAMS - 1);
        const previous = last[trigram]!;
        if (previous !== unit) {
          if (previous === 0) this.#live.push(trigram);
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

  #startChunk(): void {
    this.#chunks.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = new Uint32Array(Math.min(2 * this.#chunk.length, CHUNK));
    this.#used = 0;
  }

  /** Writes all lists. Gives the event loop a turn about every 10 ms. The accumulator cannot be used afterwards. */
  async encode(): Promise<PostingsSections> {
    this.#chunks.push(this.#chunk.subarray(0, this.#used));
    const bitmapBytes = (this.units + 7) >>> 3;
    const { trigrams, offsets, length } = this.#placeLists(bitmapBytes);
    const postings = Buffer.alloc(length);
    const last = this.#lastUnit;
    const cursor = this.#bytes;
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
        const delta = unit + 1 - before;
        if (delta < 0x80) postings[cursor[trigram]!++] = delta;
        else cursor[trigram] = writeVarint(postings, cursor[trigram]!, delta);
        last[trigram] = unit + 1;
      }
      if ((turn += chunk.length) >= PAIRS_PER_TURN) {
        turn = 0;
        await nextTurn();
      }
    }
    return { trigrams, offsets, postings };
  }

  /** From here on a trigram's last unit is none, or that its list is a bitmap, and its bytes are where its list begins. */
  #placeLists(bitmapBytes: number) {
    const trigrams = Uint32Array.from(this.#live).sort();
    const offsets = new Uint32Array(trigrams.length + 1);
    let length = 0;
    trigrams.forEach((trigram, index) => {
      const bytes = this.#bytes[trigram]!;
      const bitmap = bytes > bitmapBytes;
      offsets[index] = bitmap ? (length | BITMAP_FLAG) >>> 0 : length;
      this.#lastUnit[trigram] = bitmap ? IN_BITMAP : 0;
      this.#bytes[trigram] = length;
      length += bitmap ? bitmapBytes : bytes;
    });
    offsets[trigrams.length] = length;
    return { trigrams, offsets, length };
  }
}
