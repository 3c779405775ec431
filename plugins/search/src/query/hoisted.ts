import type { QueryNode } from './ast.js';
import type { Token } from './lexer.js';

/**
 * `repo:x a or b lang:go` means `repo:x lang:go (a or b)`: filters before or behind an `or` of patterns hold for each of them. Parentheses
 * beside the `or`, or filters between the patterns, say otherwise: `repo:x a or (b)`, `repo:x a or repo:y b`.
 */
export function hoisted(root: QueryNode, tokens: readonly Token[]): QueryNode {
  if (root.kind !== 'or' || groupsBesideOr(tokens)) return root;
  const operands = root.of.map(partsOf);
  const first = operands[0] as Parts;
  const last = operands.at(-1) as Parts;
  const inner = operands.slice(1, -1);
  const isPlain =
    operands.every(({ patterns }) => patterns.length > 0) &&
    inner.every(({ filters }) => filters.length === 0) &&
    isBefore(first.filters, first.patterns) &&
    isBefore(last.patterns, last.filters);
  const filters = [...first.filters, ...last.filters];
  if (!isPlain || filters.length === 0) return root;
  const of = operands.map(({ patterns }) => joined(patterns));
  const choice: QueryNode = { kind: 'or', of, start: (of[0] as QueryNode).start, end: (of.at(-1) as QueryNode).end };
  return { kind: 'and', of: [...filters, choice], start: root.start, end: root.end };
}

interface Parts {
  readonly filters: readonly QueryNode[];
  readonly patterns: readonly QueryNode[];
}

function partsOf(operand: QueryNode): Parts {
  const nodes = operand.kind === 'and' ? operand.of : [operand];
  return { filters: nodes.filter(({ kind }) => kind === 'filter'), patterns: nodes.filter(({ kind }) => kind !== 'filter') };
}

function isBefore(left: readonly QueryNode[], right: readonly QueryNode[]): boolean {
  return left.every((a) => right.every((b) => a.start < b.start));
}

function joined(nodes: readonly QueryNode[]): QueryNode {
  const [only] = nodes as [QueryNode];
  return nodes.length === 1 ? only : { kind: 'and', of: nodes, start: only.start, end: (nodes.at(-1) as QueryNode).end };
}

/** A group that opens behind an `or`, or closes before one. */
function groupsBesideOr(tokens: readonly Token[]): boolean {
  const isOr = (token: Token): boolean => token.kind === 'operator' && token.operator === 'or';
  const opens = tokens.findLastIndex((token) => token.kind === 'open');
  const closes = tokens.findIndex((token) => token.kind === 'close');
  return tokens.some((token, i) => isOr(token) && (i < opens || (closes >= 0 && closes < i)));
}
