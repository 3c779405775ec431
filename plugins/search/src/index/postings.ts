import { VarintReader } from './varint.js';

/**
 * A posting list as it lies in a shard: varint deltas (the first one counts from -1) or a bitmap of `ceil(units / 8)` bytes.
 * Reading one throws a RangeError when it leaves its bounds: the shard is corrupt.
 */
export interface EncodedPostings {
  readonly bytes: Uint8Array;
  readonly bitmap: boolean;
  /** Of the shard. */
  readonly units: number;
}

/** The units of a list, ascending. */
export function unitsIn({ bytes, bitmap, units }: EncodedPostings): Uint32Array {
  if (!bitmap) return deltas(bytes, units);
  checkBitmap(bytes, units);
  const found = new Uint32Array(units);
  let count = 0;
  for (let byte = 0; byte < bytes.length; byte++)
    for (let bits = bytes[byte]!; bits !== 0; bits &= bits - 1) found[count++] = (byte << 3) + 31 - Math.clz32(bits & -bits);
  return found.subarray(0, count);
}

/** Those of the ascending units `among` that are in the list too. */
export function unitsAlsoIn({ bytes, bitmap, units }: EncodedPostings, among: Uint32Array): Uint32Array {
  const kept = new Uint32Array(among.length);
  let count = 0;
  if (bitmap) {
    checkBitmap(bytes, units);
    for (const unit of among) if ((bytes[unit >>> 3]! >>> (unit & 7)) & 1) kept[count++] = unit;
    return kept.subarray(0, count);
  }
  let next = 0;
  for (const unit of deltas(bytes, units)) {
    while (next < among.length && among[next]! < unit) next++;
    if (next === among.length) break;
    if (among[next] === unit) kept[count++] = unit;
  }
  return kept.subarray(0, count);
}

function deltas(bytes: Uint8Array, units: number): Uint32Array {
  const reader = new VarintReader(bytes);
  const found = new Uint32Array(bytes.length);
  let count = 0;
  let unit = -1;
  while (!reader.done) {
    const delta = reader.next();
    unit += delta;
    if (delta === 0 || unit >= units) throw new RangeError('list names a unit beyond the last');
    found[count++] = unit;
  }
  return found.subarray(0, count);
}

function checkBitmap(bytes: Uint8Array, units: number): void {
  if (bytes.length !== (units + 7) >>> 3) throw new RangeError('bitmap list has the wrong length');
  if (units & 7 && bytes[bytes.length - 1]! >>> (units & 7) !== 0) throw new RangeError('bitmap list names a unit beyond the last');
}
