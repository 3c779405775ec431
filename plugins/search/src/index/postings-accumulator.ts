import { setImmediate as nextTurn } from 'node:timers/promises';
import { BITMAP_FLAG, LITERAL_REACH, PARTS, sizeLists, TRIGRAMS_OF_PART, UNIT_BYTES, writeLists } from './posting-lists.js';
import { CLASS_OF_BYTE, exceedsDistinctTrigrams, TRIGRAMS } from './trigram.js';

/** Pairs after which they are laid to their parts; few enough to be in the cache still. */
const BATCH_PAIRS = 1 << 17;
/** Units of one batch: a pair of it names its unit with 14 bits, beside the 18 of its trigram. */
const BATCH_UNITS = 1 << 14;
/** Units of one shard: a pair that is laid to its part names its unit with 20 bits, beside 12 of its trigram. */
const MAX_UNITS = 1 << 20;
/** Of a blob that may turn out to be data; of more bytes its trigrams are counted before. */
const MAX_UNDONE_BYTES = 1 << 20;
const PAIRS_PER_TURN = 1 << 19;

/**
 * The mark of the unit that a trigram was last seen in. All that build on a thread share it: a unit is gathered at one go,
 * and its mark is no other's before the table is emptied.
 */
const seen = new Uint8Array(TRIGRAMS);
let unitMark = 0;
/**
 * Pairs, unit << 18 | trigram, of the one accumulator that holds it. It is the thread's and not each accumulator's own because
 * tables that never change their place are read a fifth faster.
 */
const batch = new Uint32Array(BATCH_PAIRS + MAX_UNDONE_BYTES + (MAX_UNDONE_BYTES / UNIT_BYTES + 1) * LITERAL_REACH);
let holder: { layToParts(): void } | undefined;
/** As `seen`, of a whole blob. */
const seenInBlob = new Uint8Array(TRIGRAMS);
let blobMark = 0;

export interface PostingsSections {
  /** Trigrams that occur, ascending. */
  readonly trigrams: Uint32Array;
  /** Where each list begins in `postings`, one entry more than there are trigrams; see BITMAP_FLAG. */
  readonly offsets: Uint32Array;
  readonly postings: Buffer;
}

/** Pairs of a batch, (trigram & 4095) << 20 | unit, by part; within it in the order of their units. */
interface Run {
  readonly pairs: Uint32Array;
  /** Where each part begins, and the end. */
  readonly starts: Uint32Array;
}

/**
 * Collects (trigram, unit) pairs and writes their lists, so that no list is ever allocated by itself and no list is sorted.
 * Pairs are laid to 64 parts by the first byte of their trigram, a batch at a time: lists are sized and written part by part,
 * with tables that fit into the first cache. Memory: 4 bytes a pair, about 1.1 bytes per byte of text.
 */
export class PostingsAccumulator {
  readonly #runs: Run[] = [];
  #used = 0;
  #units = 0;
  #firstUnit = 0;

  get units(): number {
    return this.#units;
  }

  /**
   * Adds one blob; it takes `ceil(length / 2048)` new units.
   * @param maxDistinct distinct trigrams that it may have
   * @returns false: it has more, and nothing was added
   */
  add(content: Uint8Array, maxDistinct = Number.POSITIVE_INFINITY): boolean {
    // A blob cannot have more trigrams than bytes.
    if (content.length - 2 <= maxDistinct) {
      this.#addUnits(content);
      return true;
    }
    if (content.length > MAX_UNDONE_BYTES) {
      if (exceedsDistinctTrigrams(content, maxDistinct)) return false;
      this.#addUnits(content);
      return true;
    }
    this.#makeRoom(Math.ceil(content.length / UNIT_BYTES));
    return this.#addCounted(content, maxDistinct);
  }

  #addUnits(content: Uint8Array): void {
    for (let start = 0; start < content.length; start += UNIT_BYTES) {
      this.#makeRoom(1);
      this.#addUnit(content, start);
    }
  }

  /** There is room for all of it, so that it can be taken back. */
  #addCounted(content: Uint8Array, maxDistinct: number): boolean {
    const before = { used: this.#used, units: this.#units };
    if (++blobMark === 256) {
      seenInBlob.fill(0);
      blobMark = 1;
    }
    let distinct = 0;
    for (let start = 0; start < content.length; start += UNIT_BYTES) {
      const from = this.#used;
      this.#addUnit(content, start);
      distinct += countNew(from, this.#used, blobMark);
      if (distinct <= maxDistinct) continue;
      this.#used = before.used;
      this.#units = before.units;
      return false;
    }
    return true;
  }

  #addUnit(content: Uint8Array, start: number): void {
    const end = Math.min(start + UNIT_BYTES + LITERAL_REACH - 1, content.length);
    if (++unitMark === 256) {
      seen.fill(0);
      unitMark = 1;
    }
    const unit = this.#units++ - this.#firstUnit;
    if (end - start >= 3) this.#used = gather(content, start, end, unitMark, unit << 18, this.#used);
  }

  /** Holds the batch, with room for `units` more. */
  #makeRoom(units: number): void {
    const isFull = this.#used >= BATCH_PAIRS || this.#units + units - this.#firstUnit > BATCH_UNITS;
    if (holder !== this || isFull) holder?.layToParts();
    holder = this;
  }

  /** Empties the batch into a run. */
  layToParts(): void {
    if (this.#used === 0) return;
    const starts = new Uint32Array(PARTS + 1);
    countParts(this.#used, starts);
    for (let part = 0; part < PARTS; part++) starts[part + 1]! += starts[part]!;
    const pairs = new Uint32Array(this.#used);
    layPairs(this.#used, this.#firstUnit, starts.slice(0, PARTS), pairs);
    this.#runs.push({ pairs, starts });
    this.#used = 0;
    this.#firstUnit = this.#units;
  }

  /** Writes all lists. Gives the event loop a turn about every 10 ms. The accumulator cannot be used afterwards. */
  async encode(): Promise<PostingsSections> {
    if (this.#units > MAX_UNITS) throw new RangeError(`a shard of ${this.#units} units`);
    this.layToParts();
    if (holder === this) holder = undefined;
    const bitmapBytes = (this.#units + 7) >>> 3;
    const { trigrams, offsets, length, cursors } = placeLists(await this.#sizes(), bitmapBytes);
    const postings = Buffer.alloc(length);
    const lastUnit = new Int32Array(TRIGRAMS_OF_PART);
    await this.#eachPart((part, runs) => {
      lastUnit.fill(0);
      const cursorsOfPart = cursors.subarray(part * TRIGRAMS_OF_PART, (part + 1) * TRIGRAMS_OF_PART);
      for (const { pairs, starts } of runs) writeLists(pairs, starts[part]!, starts[part + 1]!, lastUnit, cursorsOfPart, postings);
    });
    return { trigrams, offsets, postings };
  }

  /** Bytes of each trigram's list, as varints. */
  async #sizes(): Promise<Uint32Array> {
    const sizes = new Uint32Array(TRIGRAMS);
    const lastUnit = new Int32Array(TRIGRAMS_OF_PART);
    await this.#eachPart((part, runs) => {
      lastUnit.fill(0);
      const sizesOfPart = sizes.subarray(part * TRIGRAMS_OF_PART, (part + 1) * TRIGRAMS_OF_PART);
      for (const { pairs, starts } of runs) sizeLists(pairs, starts[part]!, starts[part + 1]!, lastUnit, sizesOfPart);
    });
    return sizes;
  }

  async #eachPart(visit: (part: number, runs: readonly Run[]) => void): Promise<void> {
    let turn = 0;
    for (let part = 0; part < PARTS; part++) {
      visit(part, this.#runs);
      for (const { starts } of this.#runs) turn += starts[part + 1]! - starts[part]!;
      if (turn < PAIRS_PER_TURN) continue;
      turn = 0;
      await nextTurn();
    }
  }
}

// What follows is called for a unit or a run at a time, so that it is compiled well soon, and has no branch that text decides.

/** Adds unit << 18 | trigram to the batch for each trigram of a unit that has not its mark yet; answers the new end. */
function gather(content: Uint8Array, start: number, end: number, mark: number, unit: number, used: number): number {
  let trigram = (CLASS_OF_BYTE[content[start]!]! << 6) | CLASS_OF_BYTE[content[start + 1]!]!;
  for (let at = start + 2; at < end; at++) {
    trigram = ((trigram << 6) | CLASS_OF_BYTE[content[at]!]!) & (TRIGRAMS - 1);
    batch[used] = unit | trigram;
    // 1 where the marks differ.
    used += -(seen[trigram]! ^ mark) >>> 31;
    seen[trigram] = mark;
  }
  return used;
}

/** How many trigrams the blob of this mark has in these pairs for the first time. */
function countNew(from: number, to: number, mark: number): number {
  let distinct = 0;
  for (let at = from; at < to; at++) {
    const trigram = batch[at]! & (TRIGRAMS - 1);
    distinct += -(seenInBlob[trigram]! ^ mark) >>> 31;
    seenInBlob[trigram] = mark;
  }
  return distinct;
}

/** Adds the pairs of each part to the entry after it. */
function countParts(used: number, starts: Uint32Array): void {
  for (let at = 0; at < used; at++) starts[((batch[at]! >>> 12) & (PARTS - 1)) + 1]!++;
}

function layPairs(used: number, firstUnit: number, cursors: Uint32Array, pairs: Uint32Array): void {
  for (let at = 0; at < used; at++) {
    const pair = batch[at]!;
    pairs[cursors[(pair >>> 12) & (PARTS - 1)]!++] = ((pair & (TRIGRAMS_OF_PART - 1)) << 20) | ((pair >>> 18) + firstUnit);
  }
}

/** From here on the size of a list stands for where it is written next. */
function placeLists(sizes: Uint32Array, bitmapBytes: number) {
  let live = 0;
  for (let trigram = 0; trigram < TRIGRAMS; trigram++) live += -sizes[trigram]! >>> 31;
  const trigrams = new Uint32Array(live);
  const offsets = new Uint32Array(live + 1);
  let length = 0;
  let index = 0;
  for (let trigram = 0; trigram < TRIGRAMS; trigram++) {
    const size = sizes[trigram]!;
    if (size === 0) continue;
    const bitmap = size > bitmapBytes;
    trigrams[index] = trigram;
    sizes[trigram] = bitmap ? (length | BITMAP_FLAG) >>> 0 : length;
    offsets[index++] = sizes[trigram]!;
    length += bitmap ? bitmapBytes : size;
  }
  offsets[live] = length;
  return { trigrams, offsets, length, cursors: sizes };
}
