/**
 * The folded alphabet of the index: 256 byte values become 64 classes, so a trigram is 18 bits and the index is
 * case-insensitive by construction. Folding only ever adds candidates; every hit is verified on the real bytes.
 */

const KEPT_PUNCTUATION = '.,;:()[]{}<>=-+*/"\'';
const OTHER_PUNCTUATION = 58;
const CONTROL = 59;
const FIRST_HIGH = 60;

/** Number of possible trigrams. */
export const TRIGRAMS = 1 << 18;

function classOfByte(byte: number): number {
  if (byte >= 0x80) return FIRST_HIGH + (byte & 3);
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61;
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x30 && byte <= 0x39) return 26 + byte - 0x30;
  if (byte === 0x5f) return 36;
  if (byte === 0x0a) return 37;
  if (byte === 0x20) return 38;
  const kept = KEPT_PUNCTUATION.indexOf(String.fromCharCode(byte));
  if (kept >= 0) return 39 + kept;
  return byte < 0x20 || byte === 0x7f ? CONTROL : OTHER_PUNCTUATION;
}

/** Class (0–63) of each byte value. */
export const CLASS_OF_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => classOfByte(byte));

/** The classes of two bytes, as 12 bits: trigrams that begin with them follow one another. */
export const pairOf = (bytes: Uint8Array): number => (CLASS_OF_BYTE[bytes[0]!]! << 6) | CLASS_OF_BYTE[bytes[1]!]!;

/** Distinct trigrams of a literal, in order of appearance; empty for fewer than three bytes. */
export function trigramsOf(literal: Uint8Array): number[] {
  const found = new Set<number>();
  for (let at = 0; at + 2 < literal.length; at++) {
    found.add((CLASS_OF_BYTE[literal[at]!]! << 12) | (CLASS_OF_BYTE[literal[at + 1]!]! << 6) | CLASS_OF_BYTE[literal[at + 2]!]!);
  }
  return [...found];
}

/** Whether `content` has more than `limit` distinct trigrams; stops at the first one too many. */
export function exceedsDistinctTrigrams(content: Uint8Array, limit: number): boolean {
  if (content.length - 2 <= limit) return false;
  const seen = new Uint8Array(TRIGRAMS);
  let distinct = 0;
  let trigram = (CLASS_OF_BYTE[content[0]!]! << 6) | CLASS_OF_BYTE[content[1]!]!;
  for (let at = 2; at < content.length; at++) {
    trigram = ((trigram << 6) | CLASS_OF_BYTE[content[at]!]!) & (TRIGRAMS - 1);
    if (seen[trigram] === 0) {
      seen[trigram] = 1;
      if (++distinct > limit) return true;
    }
  }
  return false;
}
