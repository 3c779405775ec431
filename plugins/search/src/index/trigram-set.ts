import { Bitset } from './bitset.js';
import { CLASS_OF_BYTE, TRIGRAMS } from './trigram.js';

/** Above so many, a bitmap of all there can be is smaller than a list. */
const MAX_LISTED = TRIGRAMS / 32;

/** Where one text is gathered; the next one begins with it empty. */
const gathered = new Bitset(TRIGRAMS);

/** Trigrams, of which one asks whether they are there. */
export class TrigramSet {
  private constructor(
    private readonly bitmap: Bitset | undefined,
    /** Ascending; not looked at where there is a bitmap. */
    private readonly list: Uint32Array,
  ) {}

  /** Those that occur in a text. */
  static in(text: Uint8Array): TrigramSet {
    const found: number[] = [];
    let trigram = (CLASS_OF_BYTE[text[0] ?? 0]! << 6) | CLASS_OF_BYTE[text[1] ?? 0]!;
    for (let at = 2; at < text.length; at++) {
      trigram = ((trigram << 6) | CLASS_OF_BYTE[text[at]!]!) & (TRIGRAMS - 1);
      if (gathered.has(trigram)) continue;
      gathered.add(trigram);
      found.push(trigram);
    }
    const bitmap = found.length > MAX_LISTED ? gathered.clone() : undefined;
    const set = new TrigramSet(bitmap, bitmap ? new Uint32Array() : Uint32Array.from(found).sort());
    for (const one of found) gathered.delete(one);
    return set;
  }

  /** Those of a list in ascending order. */
  static of(list: Uint32Array): TrigramSet {
    if (list.length <= MAX_LISTED) return new TrigramSet(undefined, list);
    const bitmap = new Bitset(TRIGRAMS);
    for (const trigram of list) bitmap.add(trigram);
    return new TrigramSet(bitmap, list);
  }

  [Symbol.iterator](): Iterator<number> {
    return (this.bitmap ?? this.list)[Symbol.iterator]();
  }

  has(trigram: number): boolean {
    return this.bitmap ? this.bitmap.has(trigram) : this.list[positionOf(this.list, trigram)] === trigram;
  }
}

/** Where a number stands in an ascending list, or would stand. */
export function positionOf(list: Uint32Array, wanted: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
