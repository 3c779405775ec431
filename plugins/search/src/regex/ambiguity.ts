import { isNullable, type Node, some } from './ast.js';
import { ANY_CHAR, countOf, intersect, isEmptyClass, type Ranges, union } from './ranges.js';

/** Repeats that may run longer than this count as long. */
const LONG = 10;

/**
 * Whether a backtracking engine may try very many ways to match: nested long repeats, a long repeat over branches
 * that can begin alike, neighbouring long repeats over the same characters, iterations that can be empty, or three long repeats in one sequence.
 * Errs on the side of yes.
 */
export function isAmbiguous(node: Node): boolean {
  return some(node, (n) => {
    if (n.kind === 'concat') return hasCompetingRepeats(n.of);
    // Each iteration of a body that can be empty may be there or not.
    if (n.kind === 'repeat' && n.max > 1 && isNullable(n.of)) return true;
    if (!isLong(n)) return false;
    return some(n.of, (inner) => isLong(inner) || (inner.kind === 'alternate' && beginAlike(inner.of)));
  });
}

function isLong(node: Node): node is Node & { kind: 'repeat' } {
  return node.kind === 'repeat' && node.max > LONG;
}

function beginAlike(branches: readonly Node[]): boolean {
  const firsts = branches.map(firstOf);
  return firsts.reduce((sum, first) => sum + countOf(first), 0) > countOf(union(...firsts));
}

/** A sequence with more long repeats than this is not looked at pair by pair. */
const MANY = 32;

function hasCompetingRepeats(items: readonly Node[]): boolean {
  const long = items.map((item, index) => ({ item, index })).filter(({ item }) => some(item, isLong));
  if (long.length > MANY) return true;
  let competing = 0;
  for (const [i, before] of long.entries()) {
    for (const after of long.slice(i + 1)) {
      const common = intersect(charsOf(before.item), charsOf(after.item));
      const between = items.slice(before.index + 1, after.index);
      if (isEmptyClass(common) || between.some((item) => parts(item, common))) continue;
      competing++;
      if (competing >= 2 || between.every(isNullable)) return true;
    }
  }
  return false;
}

/** True when the node must consume a character that the repeats on both sides cannot, so that it tells them apart. */
function parts(node: Node, common: Ranges): boolean {
  if (node.kind === 'literal') return [...node.text].some((char) => !overlap(codePointRange(char), common));
  return !isNullable(node) && !overlap(charsOf(node), common);
}

function overlap(a: Ranges, b: Ranges): boolean {
  return !isEmptyClass(intersect(a, b));
}

/** The characters a match can begin with. */
export function firstOf(node: Node): Ranges {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return [];
    case 'literal':
      return codePointRange(node.text);
    case 'class':
      return node.ranges;
    case 'repeat':
    case 'capture':
      return firstOf(node.of);
    case 'alternate':
      return union(...node.of.map(firstOf));
    case 'concat': {
      const end = node.of.findIndex((item) => !isNullable(item));
      return union(...node.of.slice(0, end === -1 ? node.of.length : end + 1).map(firstOf));
    }
  }
}

/** The characters a match can hold. */
function charsOf(node: Node): Ranges {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return [];
    case 'literal':
      return node.text.length > 64 ? ANY_CHAR : union(...[...node.text].map(codePointRange));
    case 'class':
      return node.ranges;
    case 'repeat':
    case 'capture':
      return charsOf(node.of);
    case 'alternate':
    case 'concat':
      return union(...node.of.map(charsOf));
  }
}

function codePointRange(text: string): Ranges {
  const codePoint = text.codePointAt(0) as number;
  return [codePoint, codePoint];
}
