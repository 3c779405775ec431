import type { Matcher } from './matcher.js';
import { ScanMemory, ScannedText } from './scan/scan-memory.js';

/** Exact bytes. */
export function exactMatcher(needle: Buffer): Matcher {
  return literalMatcher(needle, false, (bytes, from, end) =>
    // indexOf runs to the end of the buffer; a rare needle would scan all that lies behind `end`.
    (end === bytes.length ? bytes : bytes.subarray(0, end)).indexOf(needle, from),
  );
}

/** ASCII letters of either case (Horspool on folded bytes, where nothing faster is to be had). `needle` must already be in lower case. */
export function foldedMatcher(needle: Buffer): Matcher {
  const length = needle.length;
  const last = length - 1;
  const shift = new Uint32Array(256).fill(length);
  for (let i = 0; i < last; i++) for (const byte of bothCases(needle[i] as number)) shift[byte] = last - i;
  const tail = needle[last] as number;
  return literalMatcher(needle, true, (bytes, from, end) => {
    let i = from + last;
    while (i < end) {
      const byte = bytes[i] as number;
      if (FOLD[byte] === tail) {
        let j = 1;
        while (j < length && FOLD[bytes[i - j] as number] === needle[last - j]) j++;
        if (j === length) return i - last;
      }
      i += shift[byte] as number;
    }
    return -1;
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

/** @param slowly how bytes are searched that are in no {@link ScanMemory} */
function literalMatcher(needle: Buffer, eitherCase: boolean, slowly: (bytes: Buffer, from: number, end: number) => number): Matcher {
  const { length } = needle;
  const text = ScannedText.fits(length) ? new ScannedText(needle, eitherCase) : undefined;
  const indexIn = (bytes: Buffer, from: number, end: number): number => {
    const memory = text && ScanMemory.of(bytes);
    return memory ? memory.find(bytes, text, from, end) : slowly(bytes, from, end);
  };
  return {
    engine: 'literal',
    indexIn,
    find(bytes, from, end) {
      const at = indexIn(bytes, from, end);
      return at < 0 ? undefined : { start: at, end: at + length };
    },
    scan(bytes, start, end, visit) {
      for (let at = indexIn(bytes, start, end); at >= 0; at = indexIn(bytes, at + length, end))
        if (visit(at, at + length) === false) return;
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
