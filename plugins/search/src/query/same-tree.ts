import { isDeepStrictEqual } from 'node:util';
import type { QueryNode } from './ast.js';

/** Whether two trees mean the same, wherever in their texts they stand. */
export function sameTree(a: QueryNode | undefined, b: QueryNode | undefined): boolean {
  return isDeepStrictEqual(withoutPositions(a), withoutPositions(b));
}

export function withoutPositions(node: QueryNode | undefined): unknown {
  if (node === undefined) return undefined;
  const { start: _start, end: _end, ...rest } = node;
  if (rest.kind === 'filter') return { ...rest, valueStart: 0 };
  if (rest.kind === 'not') return { ...rest, of: withoutPositions(rest.of) };
  return rest.kind === 'pattern' ? rest : { ...rest, of: rest.of.map(withoutPositions) };
}
