import { Bitset } from './bitset.js';
import { CLASS_OF_BYTE, TRIGRAMS } from './trigram.js';

/** Above so many, a bitmap of all there can be is smaller than a list. */
const MAX_LISTED = TRIGRAMS / 32;

/** Where one text is gathered; the next one begins with it empty. */
const gathered = new Bitset(TRIGRAMS);

/** The trigrams that occur in a text. */
export class TrigramSet {
  readonly #bitmap: Bitset | undefined;
  readonly #list: Uint32Array;

  constructor(text: Uint8Array) {
    const found: number[] = [];
    let trigram = (CLASS_OF_BYTE[text[0] ?? 0]! << 6) | CLASS_OF_BYTE[text[1] ?? 0]!;
    for (let at = 2; at < text.length; at++) {
      trigram = ((trigram << 6) | CLASS_OF_BYTE[text[at]!]!) & (TRIGRAMS - 1);
      if (gathered.has(trigram)) continue;
      gathered.add(trigram);
      found.push(trigram);
    }
    this.#bitmap = found.length > MAX_LISTED ? gathered.clone() : undefined;
    this.#list = this.#bitmap ? new Uint32Array() : Uint32Array.from(found).sort();
    for (const one of found) gathered.delete(one);
  }

  has(trigram: number): boolean {
    return this.#bitmap ? this.#bitmap.has(trigram) : this.#list[positionOf(this.#list, trigram)] === trigram;
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
