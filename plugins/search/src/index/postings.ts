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
  if (!bitmap) {
    const found = new Uint32Array(bytes.length);
    let count = 0;
    eachUnit(bytes, units, (unit) => {
      found[count++] = unit;
      return true;
    });
    return found.subarray(0, count);
  }
  checkBitmap(bytes, units);
  const found = new Uint32Array(units);
  let count = 0;
  for (let byte = 0; byte < bytes.length; byte++)
    for (let bits = bytes[byte]!; bits !== 0; bits &= bits - 1) found[count++] = (byte << 3) + 31 - Math.clz32(bits & -bits);
  return found.subarray(0, count);
}

/** Those of the ascending units `among` that are in the list too; they overwrite the beginning of `among`. */
export function keepUnitsIn({ bytes, bitmap, units }: EncodedPostings, among: Uint32Array): Uint32Array {
  let count = 0;
  if (bitmap) {
    checkBitmap(bytes, units);
    for (const unit of among) if ((bytes[unit >>> 3]! >>> (unit & 7)) & 1) among[count++] = unit;
    return among.subarray(0, count);
  }
  const { length } = among;
  let next = 0;
  eachUnit(bytes, units, (unit) => {
    while (next < length && among[next]! < unit) next++;
    if (among[next] === unit) among[count++] = unit;
    return next < length;
  });
  return among.subarray(0, count);
}

/** @param visit answers whether to go on */
function eachUnit(bytes: Uint8Array, units: number, visit: (unit: number) => boolean): void {
  let unit = -1;
  for (let at = 0; at < bytes.length; ) {
    let byte = bytes[at++]!;
    let delta = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (at === bytes.length) throw new RangeError('list ends inside an entry');
      byte = bytes[at++]!;
      delta += (byte & 0x7f) * 2 ** shift;
    }
    unit += delta;
    if (delta === 0 || unit >= units) throw new RangeError('list names a unit beyond the last');
    if (!visit(unit)) return;
  }
}

function checkBitmap(bytes: Uint8Array, units: number): void {
  if (bytes.length !== (units + 7) >>> 3) throw new RangeError('bitmap list has the wrong length');
  if (units & 7 && bytes[bytes.length - 1]! >>> (units & 7) !== 0) throw new RangeError('bitmap list names a unit beyond the last');
}
