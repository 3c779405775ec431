import { normalise, type Ranges, union } from './ranges.js';

const SURROGATES = [0xd800, 0xdfff] as const;
const properties = new Map<string, Ranges | undefined>();

/**
 * The code points of a general category (`L`, `Lu`) or a script (`Greek`), as `\p{…}` names them.
 * The tables are the runtime's own, so they follow its Unicode version. Undefined: no such name.
 */
export function unicodeProperty(name: string): Ranges | undefined {
  if (name === 'Any') return [0, 0x10ffff];
  if (!/^[A-Z][A-Za-z_]*$/.test(name)) return undefined;
  if (!properties.has(name)) properties.set(name, readProperty(name.length <= 2 ? name : `Script=${name}`));
  return properties.get(name);
}

function readProperty(expression: string): Ranges | undefined {
  let run: RegExp;
  try {
    run = new RegExp(`\\p{${expression}}+`, 'gu');
  } catch {
    return undefined;
  }
  const pairs: number[] = [];
  for (let base = 0; base < 0x110000; base += 0x4000) {
    if (base >= SURROGATES[0] - 0x3fff && base <= SURROGATES[1]) {
      // The block that holds the surrogates is read in two parts, without them.
      collect(run, base, SURROGATES[0], pairs);
      collect(run, SURROGATES[1] + 1, base + 0x4000, pairs);
    } else collect(run, base, base + 0x4000, pairs);
  }
  return normalise(pairs);
}

function collect(run: RegExp, from: number, to: number, pairs: number[]): void {
  if (from >= to) return;
  let text = '';
  for (let c = from; c < to; c++) text += String.fromCodePoint(c);
  const width = from > 0xffff ? 2 : 1;
  for (const match of text.matchAll(run)) {
    const lo = from + match.index / width;
    pairs.push(lo, lo + match[0].length / width - 1);
  }
}

/**
 * Adds the other cases of every member (simple case folding).
 * ASCII letters fold to ASCII letters only: the long s (U+017F) and the Kelvin sign (U+212A) do not count as s and k,
 * because the index folds ASCII alone and would have to drop every s and k from its look-ups otherwise.
 */
export function foldRanges(ranges: Ranges): Ranges {
  const extra: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i] as number;
    const hi = ranges[i + 1] as number;
    shiftInto(extra, lo, hi, 0x41, 0x5a, 0x20);
    shiftInto(extra, lo, hi, 0x61, 0x7a, -0x20);
    if (hi < 0x80) continue;
    if (lo === hi) for (const other of caseOrbits().get(lo) ?? []) extra.push(other, other);
    else
      for (const [codePoint, others] of caseOrbits())
        if (codePoint >= lo && codePoint <= hi) for (const other of others) extra.push(other, other);
  }
  return extra.length === 0 ? ranges : union(ranges, extra);
}

/** The code point with its other cases. */
export function foldCodePoint(codePoint: number): Ranges {
  return foldRanges([codePoint, codePoint]);
}

function shiftInto(out: number[], lo: number, hi: number, from: number, to: number, by: number): void {
  const a = Math.max(lo, from);
  const b = Math.min(hi, to);
  if (a <= b) out.push(a + by, b + by);
}

let orbits: ReadonlyMap<number, readonly number[]> | undefined;

/** Code points beyond ASCII with their other cases, built once from the runtime's case mappings. */
function caseOrbits(): ReadonlyMap<number, readonly number[]> {
  if (orbits !== undefined) return orbits;
  const groups = new Map<number, Set<number>>();
  for (let c = 0x80; c < 0x1e944; c++) {
    if (c >= SURROGATES[0] && c <= SURROGATES[1]) continue;
    const text = String.fromCodePoint(c);
    const lower = text.toLowerCase();
    const upper = text.toUpperCase();
    if (lower === text && upper === text) continue;
    for (const form of [lower, upper, upper.toLowerCase()]) {
      const other = form.codePointAt(0) as number;
      if (other === c || other < 0x80 || form.length !== String.fromCodePoint(other).length || !sameFold(c, other)) continue;
      join(groups, c, other);
    }
  }
  orbits = new Map([...groups].map(([c, group]) => [c, [...group].filter((other) => other !== c)]));
  return orbits;
}

function sameFold(a: number, b: number): boolean {
  return new RegExp(`^\\u{${a.toString(16)}}$`, 'iu').test(String.fromCodePoint(b));
}

function join(groups: Map<number, Set<number>>, a: number, b: number): void {
  const merged = new Set([a, b, ...(groups.get(a) ?? []), ...(groups.get(b) ?? [])]);
  for (const member of merged) groups.set(member, merged);
}
