import { EMPTY, isNullable, mapNodes, NEVER, type Node } from './ast.js';

const INF = Number.POSITIVE_INFINITY;

/**
 * An equal pattern in a simpler form: no captures, no repeats of what is empty, nested loops flattened, counts of one gone.
 * Equal means the same spans under leftmost-first choice; that is what allows engines to differ in how they treat empty loops.
 */
export function simplify(node: Node): Node {
  return mapNodes(node, (n) =>
    n.kind === 'capture' ? n.of : n.kind === 'repeat' ? simplifyRepeat(n) : n.kind === 'alternate' ? dropNever(n) : n,
  );
}

function simplifyRepeat(node: Node & { kind: 'repeat' }): Node {
  const { of, min, max, lazy } = node;
  if (max === 0 || of.kind === 'empty') return EMPTY;
  if (min === 1 && max === 1) return of;
  if (isZeroWidth(of)) return min === 0 ? EMPTY : of;
  if (of.kind === 'repeat' && !lazy && !of.lazy && !isNullable(of.of)) {
    const inner = of;
    // (x*)* (x+)* (x*)+ (x+)? (x?)* …: the iterations of both loops are one sequence of x.
    if (inner.max === INF && inner.min <= 1) return simplifyRepeat({ ...node, of: inner.of, min: inner.min * min, max: INF });
    if (inner.min === 0 && inner.max === 1 && max === INF) return simplifyRepeat({ ...node, of: inner.of, min: 0, max: INF });
  }
  return node;
}

/** Consumes nothing, whatever it does. */
function isZeroWidth(node: Node): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return true;
    case 'concat':
    case 'alternate':
      return node.of.every(isZeroWidth);
    default:
      return false;
  }
}

function dropNever(node: Node & { kind: 'alternate' }): Node {
  const of = node.of.filter((branch) => branch.kind !== 'class' || branch.ranges.length > 0);
  return of.length === 0 ? NEVER : of.length === 1 ? (of[0] as Node) : { kind: 'alternate', of };
}
