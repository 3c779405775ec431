import type { Cursor } from './cursor.js';
import { takeCharEscape, takeClassEscape } from './parse-escape.js';
import { negate, POSIX_CLASSES, type Ranges, union } from './ranges.js';
import { foldRanges } from './unicode.js';

export interface ParsedClass {
  readonly ranges: Ranges;
  /** A newline is written in it, and it is not negated. */
  readonly saysNewline: boolean;
}

/** A bracket expression; the cursor stands on its `[`. */
export function takeClass(cursor: Cursor, fold: boolean): ParsedClass {
  const start = cursor.at;
  cursor.at++;
  const negated = cursor.take('^');
  const sets: Ranges[] = [];
  const singles: number[] = [];
  let newline = false;
  for (let first = true; first || cursor.peek() !== 0x5d; first = false) {
    if (cursor.done) throw cursor.error('missing-bracket', 'The bracket expression is not closed: "]" is missing.', start);
    const set = takePosix(cursor) ?? (cursor.peek() === 0x5c ? takeClassEscape(cursor, fold) : undefined);
    if (set !== undefined) {
      sets.push(set);
      continue;
    }
    const from = cursor.at;
    const lo = takeMember(cursor, start);
    let hi = lo;
    if (cursor.source[cursor.at] === '-' && cursor.at + 1 < cursor.source.length && cursor.source[cursor.at + 1] !== ']') {
      cursor.at++;
      hi = takeMember(cursor, start);
      if (hi < lo) throw cursor.error('invalid-range', `The range "${cursor.since(from)}" runs backwards.`, from);
    }
    newline ||= lo === 0x0a || hi === 0x0a;
    singles.push(lo, hi);
  }
  cursor.at++;
  const members = union(singles, ...sets);
  const folded = fold ? foldRanges(members) : members;
  return { ranges: negated ? negate(folded) : folded, saysNewline: newline && !negated };
}

function takeMember(cursor: Cursor, classStart: number): number {
  if (cursor.done) throw cursor.error('missing-bracket', 'The bracket expression is not closed: "]" is missing.', classStart);
  return cursor.peek() === 0x5c ? takeCharEscape(cursor) : cursor.next();
}

function takePosix(cursor: Cursor): Ranges | undefined {
  const start = cursor.at;
  const match = cursor.takeMatch(/\[:(\^?)([a-z]*):\]/y);
  if (match === undefined) return undefined;
  const set = POSIX_CLASSES[match[2] as string];
  if (set === undefined) throw cursor.error('invalid-class-name', `Unknown class name "${match[0]}".`, start);
  return match[1] === '^' ? negate(set) : set;
}
