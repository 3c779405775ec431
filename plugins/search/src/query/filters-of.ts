import type { FilterNode, QueryNode } from './ast.js';

/** All filters under a node, in the order of the text. */
export function filtersOf(node: QueryNode): FilterNode[] {
  switch (node.kind) {
    case 'filter':
      return [node];
    case 'pattern':
      return [];
    case 'not':
      return filtersOf(node.of);
    default:
      return node.of.flatMap(filtersOf);
  }
}
