import type { Cursor } from './cursor.js';
import { DIGIT, negate, type Ranges, SPACE, WORD } from './ranges.js';
import { foldRanges, unicodeProperty } from './unicode.js';

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const PERL: Readonly<Record<string, Ranges>> = { d: DIGIT, s: SPACE, w: WORD };

/** `\d \S \pL \P{Greek}` at the cursor (on the backslash), as a set; undefined when another escape stands there. */
export function takeClassEscape(cursor: Cursor, fold: boolean): Ranges | undefined {
  const start = cursor.at;
  const perl = cursor.takeMatch(/\\([dswDSW])/y);
  if (perl !== undefined) {
    const letter = perl[1] as string;
    const set = PERL[letter.toLowerCase()] as Ranges;
    return letter === letter.toLowerCase() ? set : negate(set);
  }
  const unicode = cursor.takeMatch(/\\([pP])(?:\{(\^?)([^{}]*)\}|([A-Za-z]))/y);
  if (unicode === undefined) {
    if (cursor.takeMatch(/\\[pP]/y)) throw cursor.error('invalid-class-name', 'A Unicode class is written \\pL or \\p{Greek}.', start);
    return undefined;
  }
  const [, p, caret, braced, single] = unicode;
  const name = braced ?? single ?? '';
  const set = unicodeProperty(name);
  if (set === undefined) throw cursor.error('invalid-class-name', `Unknown Unicode class "${name}".`, start);
  const folded = fold ? foldRanges(set) : set;
  return (p === 'P') !== (caret === '^') ? negate(folded) : folded;
}

/** One escaped character at the cursor (on the backslash). */
export function takeCharEscape(cursor: Cursor): number {
  const start = cursor.at;
  cursor.at++;
  if (cursor.done) throw cursor.error('trailing-backslash', 'The pattern ends with a single backslash; write \\\\ for a backslash.', start);
  const hex = cursor.takeMatch(/x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/y);
  if (hex !== undefined) {
    const codePoint = Number.parseInt((hex[1] ?? hex[2]) as string, 16);
    if (codePoint <= 0x10ffff) return codePoint;
    throw cursor.error('invalid-escape', `"${cursor.since(start)}" is beyond the last code point, 10FFFF.`, start);
  }
  const octal = cursor.takeMatch(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y);
  if (octal !== undefined) return Number.parseInt(octal[0], 8);
  const codePoint = cursor.next();
  const letter = String.fromCodePoint(codePoint);
  const control = CONTROL[letter];
  if (control !== undefined) return control;
  if (/[1-9]/.test(letter)) throw cursor.error('back-reference', backReference(`\\${letter}`), start);
  if (letter === 'k') throw cursor.error('back-reference', backReference('\\k'), start);
  if (codePoint < 0x80 && !/[0-9A-Za-z]/.test(letter)) return codePoint;
  throw cursor.error('invalid-escape', `"${cursor.since(start)}" is not an escape sequence of RE2.`, start);
}

export function backReference(text: string): string {
  return `Back-references such as ${text} are not supported: patterns are RE2, which runs in linear time.`;
}
