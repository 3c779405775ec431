import { isEmptyClass, type Ranges } from './ranges.js';

/** Zero-width conditions. A line ends before a newline; a text is the line or the document that is searched. */
export type Assertion = 'lineStart' | 'lineEnd' | 'textStart' | 'textEnd' | 'wordEdge' | 'notWordEdge';

/** A regexp with every flag resolved: case is folded into classes, `.` is a class, laziness stands on the repeat. */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'literal'; readonly text: string }
  /** One code point out of `ranges`; no ranges: never matches. */
  | { readonly kind: 'class'; readonly ranges: Ranges }
  | { readonly kind: 'assert'; readonly at: Assertion }
  | { readonly kind: 'concat'; readonly of: readonly Node[] }
  | { readonly kind: 'alternate'; readonly of: readonly Node[] }
  /** `max` is Infinity when unbounded. */
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'capture'; readonly of: Node; readonly index: number; readonly name?: string };

export const EMPTY: Node = { kind: 'empty' };
export const NEVER: Node = { kind: 'class', ranges: [] };

/** A sequence: flattened, neighbouring literals joined. */
export function concat(nodes: readonly Node[]): Node {
  const of: Node[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') of.push({ kind: 'literal', text });
    text = '';
  };
  const add = (node: Node) => {
    if (node.kind === 'literal') text += node.text;
    else if (node.kind === 'concat') node.of.forEach(add);
    else if (node.kind !== 'empty') {
      flush();
      of.push(node);
    }
  };
  nodes.forEach(add);
  flush();
  return of.length === 0 ? EMPTY : of.length === 1 ? (of[0] as Node) : { kind: 'concat', of };
}

/** A choice, the first branch preferred. */
export function alternate(branches: readonly Node[]): Node {
  const of = branches.flatMap((node) => (node.kind === 'alternate' ? node.of : [node]));
  return of.length === 1 ? (of[0] as Node) : { kind: 'alternate', of };
}

/** True when the node can match without consuming anything. */
export function isNullable(node: Node): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return true;
    case 'literal':
    case 'class':
      return false;
    case 'concat':
      return node.of.every(isNullable);
    case 'alternate':
      return node.of.some(isNullable);
    case 'repeat':
      return node.min === 0 || isNullable(node.of);
    case 'capture':
      return isNullable(node.of);
  }
}

/** The number of one-character steps the node stands for, counted repeats written out. */
export function programSize(node: Node): number {
  switch (node.kind) {
    case 'empty':
    case 'class':
    case 'assert':
      return 1;
    case 'literal':
      return node.text.length;
    case 'concat':
      return node.of.reduce((sum, child) => sum + programSize(child), 0);
    case 'alternate':
      return node.of.reduce((sum, child) => sum + programSize(child), node.of.length);
    case 'repeat':
      return 1 + programSize(node.of) * Math.max(1, node.max === Number.POSITIVE_INFINITY ? node.min : node.max);
    case 'capture':
      return programSize(node.of);
  }
}

/** The number of ranges beyond ASCII in all classes, counted repeats written out: what the classes cost as bytes. */
export function unicodeSize(node: Node): number {
  switch (node.kind) {
    case 'class':
      return node.ranges.filter((bound) => bound > 0x7f).length / 2;
    case 'concat':
    case 'alternate':
      return node.of.reduce((sum, child) => sum + unicodeSize(child), 0);
    case 'repeat':
      return unicodeSize(node.of) * Math.max(1, node.max === Number.POSITIVE_INFINITY ? node.min : node.max);
    case 'capture':
      return unicodeSize(node.of);
    default:
      return 0;
  }
}

/** RE2's rule: counts that are nested must not multiply to more than `limit`. */
export function countsWithin(node: Node, limit: number): boolean {
  switch (node.kind) {
    case 'concat':
    case 'alternate':
      return node.of.every((child) => countsWithin(child, limit));
    case 'capture':
      return countsWithin(node.of, limit);
    case 'repeat': {
      const count = node.max === Number.POSITIVE_INFINITY ? node.min : node.max;
      return count <= limit && countsWithin(node.of, count > 1 ? Math.floor(limit / count) : limit);
    }
    default:
      return true;
  }
}

/** True when some part of the node satisfies the condition. */
export function some(node: Node, condition: (node: Node) => boolean): boolean {
  if (condition(node)) return true;
  if (node.kind === 'concat' || node.kind === 'alternate') return node.of.some((child) => some(child, condition));
  if (node.kind === 'repeat' || node.kind === 'capture') return some(node.of, condition);
  return false;
}

/** Rebuilds a tree from its leaves up. */
export function mapNodes(node: Node, change: (node: Node) => Node): Node {
  switch (node.kind) {
    case 'concat':
      return change(concat(node.of.map((child) => mapNodes(child, change))));
    case 'alternate':
      return change(alternate(node.of.map((child) => mapNodes(child, change))));
    case 'repeat':
    case 'capture':
      return change({ ...node, of: mapNodes(node.of, change) });
    default:
      return change(node);
  }
}

export function isNever(node: Node): boolean {
  return node.kind === 'class' && isEmptyClass(node.ranges);
}
