import type { Node } from './ast.js';
import { foldAscii } from './literal-matcher.js';
import { ANY, allOf, anyOf, type LiteralQuery, literalRun } from './literal-query.js';
import { contains, countOf, membersOf, type Ranges, SURROGATES, subtract } from './ranges.js';

/** The most strings a set may hold before it becomes a condition. */
const MAX_STRINGS = 16;
/** The most members of a class that are listed one by one. */
const MAX_MEMBERS = 8;
const MAX_COPIES = 8;
const TRIGRAM = 3;

/**
 * What is known of the strings a node matches, as folded UTF-8 bytes (one character of a string = one byte).
 * Either `exact` lists all of them, or each begins with one of `prefix`, ends with one of `suffix` and satisfies `condition`.
 */
type Known =
  | { readonly exact: readonly string[] }
  | {
      readonly exact?: undefined;
      readonly prefix: readonly string[];
      readonly suffix: readonly string[];
      readonly condition: LiteralQuery;
    };

const NOTHING: Known = { prefix: [''], suffix: [''], condition: ANY };

/** The literal runs that every match of the node contains. */
export function requiredLiterals(node: Node): LiteralQuery {
  return withoutShortRuns(conditionOf(analyse(node)));
}

/** Runs shorter than a trigram say little; where longer ones must hold too, they are only in the way. */
function withoutShortRuns(query: LiteralQuery): LiteralQuery {
  if (query.kind !== 'and') return query;
  const long = query.of.filter(isLong);
  return long.length === 0 ? query : allOf(long);
}

/** Holds a run with a trigram to look up, whichever way it is fulfilled. */
export function isLong(query: LiteralQuery): boolean {
  if (query.kind === 'literal') return query.bytes.length >= TRIGRAM;
  return (query.kind === 'and' && query.of.some(isLong)) || (query.kind === 'or' && query.of.every(isLong));
}

function analyse(node: Node): Known {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return { exact: [''] };
    case 'literal':
      return { exact: [foldedBytes(node.text)] };
    case 'class':
      return analyseClass(node.ranges);
    case 'capture':
      return analyse(node.of);
    case 'concat':
      return node.of.map(analyse).reduce(join);
    case 'alternate':
      return choose(node.of.map(analyse));
    case 'repeat':
      return analyseRepeat(node);
  }
}

function analyseClass(ranges: Ranges): Known {
  // In text that is not UTF-8, U+FFFD stands for any stray byte.
  if (countOf(ranges) > 2 * MAX_MEMBERS || contains(ranges, 0xfffd)) return NOTHING;
  const strings = distinct(membersOf(subtract(ranges, SURROGATES)).map((c) => foldedBytes(String.fromCodePoint(c))));
  return strings.length > MAX_MEMBERS ? NOTHING : { exact: strings };
}

function analyseRepeat({ of, min, max }: Node & { kind: 'repeat' }): Known {
  const body = analyse(of);
  if (min === 0) return max === 1 ? choose([body, { exact: [''] }]) : NOTHING;
  const copies = Array.from({ length: Math.min(min, MAX_COPIES) }, () => body).reduce(join);
  if (max === min && min <= MAX_COPIES) return copies;
  const open = join(copies, NOTHING);
  return open.exact === undefined ? { ...open, suffix: body.exact ?? body.suffix } : open;
}

function join(x: Known, y: Known): Known {
  if (x.exact !== undefined && y.exact !== undefined) {
    const strings = cross(x.exact, y.exact);
    if (strings !== undefined) return { exact: strings };
  }
  const left = opened(x);
  const right = opened(y);
  const prefix = (x.exact !== undefined && cross(x.exact, right.prefix)) || left.prefix;
  const suffix = (y.exact !== undefined && cross(left.suffix, y.exact)) || right.suffix;
  const seam = cross(left.suffix, right.prefix);
  const middle = seam === undefined ? allOf([someOf(left.suffix), someOf(right.prefix)]) : someOf(seam);
  return { prefix, suffix, condition: allOf([left.condition, right.condition, middle]) };
}

function choose(branches: readonly Known[]): Known {
  if (branches.every((known) => known.exact !== undefined)) {
    const strings = distinct(branches.flatMap((known) => known.exact ?? []));
    if (strings.length <= MAX_STRINGS) return { exact: strings };
  }
  const open = branches.map(opened);
  return {
    prefix: bounded(open.flatMap((known) => known.prefix)),
    suffix: bounded(open.flatMap((known) => known.suffix)),
    condition: anyOf(branches.map(conditionOf)),
  };
}

function bounded(strings: readonly string[]): readonly string[] {
  const kept = distinct(strings);
  return kept.length <= MAX_STRINGS ? kept : [''];
}

function opened(known: Known): Known & { exact?: undefined } {
  return known.exact === undefined ? known : { prefix: known.exact, suffix: known.exact, condition: ANY };
}

function conditionOf(known: Known): LiteralQuery {
  return known.exact === undefined ? allOf([known.condition, someOf(known.prefix), someOf(known.suffix)]) : someOf(known.exact);
}

function someOf(strings: readonly string[]): LiteralQuery {
  return anyOf(strings.map((text) => literalRun(Buffer.from(text, 'latin1'))));
}

function cross(x: readonly string[], y: readonly string[]): readonly string[] | undefined {
  const count = x.length * y.length;
  if (count > MAX_STRINGS || splinters(x, y, count) || splinters(y, x, count)) return undefined;
  return distinct(x.flatMap((a) => y.map((b) => a + b)));
}

/** Long strings that would only be multiplied by short ones: `func\s` is better looked up as `func` than with each blank. */
function splinters(long: readonly string[], short: readonly string[], count: number): boolean {
  return count > long.length && long.every((text) => text.length >= TRIGRAM) && short.every((text) => text.length < TRIGRAM);
}

function distinct(strings: readonly string[]): readonly string[] {
  return [...new Set(strings)];
}

function foldedBytes(text: string): string {
  return foldAscii(Buffer.from(text, 'utf8')).toString('latin1');
}
