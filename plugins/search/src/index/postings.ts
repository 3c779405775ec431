import { Bitset } from './bitset.js';
import { VarintReader } from './varint.js';

/**
 * Adds the units of one posting list to a new set. A list is either varint deltas (the first delta counts from -1)
 * or a bitmap of `ceil(units / 8)` bytes.
 * @throws RangeError when the list leaves its bounds: the shard is corrupt.
 */
export function decodePostings(list: Uint8Array, bitmap: boolean, units: number): Bitset {
  const set = new Bitset(units);
  if (bitmap) {
    if (list.length !== (units + 7) >>> 3) throw new RangeError('bitmap list has the wrong length');
    for (let byte = 0; byte < list.length; byte++) set.words[byte >>> 2]! |= list[byte]! << ((byte & 3) << 3);
    if (units & 31 && set.words[set.words.length - 1]! >>> (units & 31) !== 0)
      throw new RangeError('bitmap list names a unit beyond the last');
    return set;
  }
  const reader = new VarintReader(list);
  let unit = -1;
  while (!reader.done) {
    const delta = reader.next();
    unit += delta;
    if (delta === 0 || unit >= units) throw new RangeError('list names a unit beyond the last');
    set.add(unit);
  }
  return set;
}
