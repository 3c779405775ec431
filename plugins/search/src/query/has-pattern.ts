import type { QueryNode } from './ast.js';

/** Is there anything to look for, beside filters that narrow where? */
export function hasPattern(node: QueryNode): boolean {
  switch (node.kind) {
    case 'pattern':
      return true;
    case 'filter':
      return node.pattern !== undefined;
    case 'not':
      return hasPattern(node.of);
    default:
      return node.of.some(hasPattern);
  }
}
