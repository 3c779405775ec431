/** A set of code points: sorted, disjoint, non-adjacent pairs `lo, hi, lo, hi, …`, both ends included. */
export type Ranges = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
export const ANY_CHAR: Ranges = [0, MAX_CODE_POINT];
export const DIGIT: Ranges = [0x30, 0x39];
export const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** RE2's `\s`: tab, newline, form feed, carriage return, space. */
export const SPACE: Ranges = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];
export const SURROGATES: Ranges = [0xd800, 0xdfff];
export const NEWLINE: Ranges = [0x0a, 0x0a];

export const POSIX_CLASSES: Readonly<Record<string, Ranges>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  ascii: [0, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0, 0x1f, 0x7f, 0x7f],
  digit: DIGIT,
  graph: [0x21, 0x7e],
  lower: [0x61, 0x7a],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: [0x41, 0x5a],
  word: WORD,
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
};

/** Sorts and merges pairs given in any order. */
export function normalise(pairs: readonly number[]): Ranges {
  const sorted: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) sorted.push([pairs[i] as number, pairs[i + 1] as number]);
  sorted.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of sorted) {
    const last = out.length - 1;
    if (last > 0 && lo <= (out[last] as number) + 1) out[last] = Math.max(out[last] as number, hi);
    else out.push(lo, hi);
  }
  return out;
}

export function union(...sets: readonly Ranges[]): Ranges {
  return normalise(sets.flat());
}

export function negate(set: Ranges): Ranges {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if ((set[i] as number) > next) out.push(next, (set[i] as number) - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= MAX_CODE_POINT) out.push(next, MAX_CODE_POINT);
  return out;
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  return negate(union(negate(a), negate(b)));
}

export function subtract(a: Ranges, b: Ranges): Ranges {
  return intersect(a, negate(b));
}

export function contains(set: Ranges, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (codePoint >= (set[i] as number) && codePoint <= (set[i + 1] as number)) return true;
  return false;
}

export function isEmptyClass(set: Ranges): boolean {
  return set.length === 0;
}

/** How many code points the set holds. */
export function countOf(set: Ranges): number {
  let count = 0;
  for (let i = 0; i < set.length; i += 2) count += (set[i + 1] as number) - (set[i] as number) + 1;
  return count;
}

/** The members in order; only for sets known to be small. */
export function membersOf(set: Ranges): number[] {
  const out: number[] = [];
  for (let i = 0; i < set.length; i += 2) for (let c = set[i] as number; c <= (set[i + 1] as number); c++) out.push(c);
  return out;
}
