import type { ByteMatch, Matcher } from './matcher.js';

/** Exact bytes: the native search does all the work. */
export function exactMatcher(needle: Buffer): Matcher {
  return overlapFree(needle.length, (bytes, from, end) => {
    // indexOf runs to the end of the buffer; a rare needle would scan all that lies behind `end`.
    const at = (end === bytes.length ? bytes : bytes.subarray(0, end)).indexOf(needle, from);
    return at === -1 ? undefined : { start: at, end: at + needle.length };
  });
}

/** ASCII letters of either case (Horspool on folded bytes). `needle` must already be in lower case. */
export function foldedMatcher(needle: Buffer): Matcher {
  const length = needle.length;
  const last = length - 1;
  const shift = new Uint32Array(256).fill(length);
  for (let i = 0; i < last; i++) for (const byte of bothCases(needle[i] as number)) shift[byte] = last - i;
  const tail = needle[last] as number;
  return overlapFree(length, (bytes, from, end) => {
    let i = from + last;
    while (i < end) {
      const byte = bytes[i] as number;
      if (FOLD[byte] === tail) {
        let j = 1;
        while (j < length && FOLD[bytes[i - j] as number] === needle[last - j]) j++;
        if (j === length) return { start: i - last, end: i + 1 };
      }
      i += shift[byte] as number;
    }
    return undefined;
  });
}

/** A pattern without characters: it matches once, at the start of what is looked at. */
export function emptyMatcher(): Matcher {
  return {
    engine: 'literal',
    find: (_bytes, from, end) => (from <= end ? { start: from, end: from } : undefined),
    scan: (_bytes, start, _end, visit) => void visit(start, start),
  };
}

function overlapFree(length: number, find: (bytes: Buffer, from: number, end: number) => ByteMatch | undefined): Matcher {
  return {
    engine: 'literal',
    find,
    scan(bytes, start, end, visit) {
      for (let hit = find(bytes, start, end); hit !== undefined; hit = find(bytes, hit.start + length, end)) {
        if (visit(hit.start, hit.end) === false) return;
      }
    },
  };
}

const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

/** The bytes that fold to the same byte. */
function bothCases(byte: number): number[] {
  return byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte];
}

/** A copy with ASCII letters in lower case; other bytes unchanged. */
export function foldAscii(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => FOLD[byte] as number));
}
