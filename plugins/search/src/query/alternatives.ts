import type { FieldName, QueryNode } from './ast.js';
import { fieldOf } from './fields.js';

/** Alternatives are searched one by one. */
export const MAX_ALTERNATIVES = 64;

/** Filters that hold for one document and so may stay inside an `or`. Any other chooses repositories, revisions or kinds of results. */
const DOCUMENT_FIELDS: readonly FieldName[] = ['file', 'lang', 'content'];

/** One way to satisfy a query: all of its nodes hold. Filters stand at the top; an `or` among them concerns documents only. */
export type Alternative = readonly QueryNode[];

/**
 * Splits a query into alternatives, so that filters of repositories and the like apply to what stands beside them only.
 * Negations are pushed down to filters and patterns first. Undefined: more than MAX_ALTERNATIVES.
 */
export function alternativesOf(root: QueryNode): readonly Alternative[] | undefined {
  const scoped = withoutOptions(root);
  return scoped === undefined ? [[]] : expand(pushNegations(scoped, false));
}

/** Options of the whole query, such as `count:`, mean the same wherever they stand, so they take no part in alternatives. */
function withoutOptions(node: QueryNode): QueryNode | undefined {
  if (node.kind === 'filter') return fieldOf(node.field).once === 'query' ? undefined : node;
  if (node.kind === 'pattern') return node;
  if (node.kind === 'not') {
    const of = withoutOptions(node.of);
    return of && { ...node, of };
  }
  const of = node.of.map(withoutOptions).filter((child) => child !== undefined);
  return of.length < 2 ? of[0] : { ...node, of };
}

function expand(node: QueryNode): Alternative[] | undefined {
  if (node.kind === 'or' && !concernsDocumentsOnly(node)) {
    const branches = node.of.map(expand);
    if (branches.some((branch) => branch === undefined)) return undefined;
    return capped(branches.flatMap((branch) => branch ?? []));
  }
  if (node.kind !== 'and') return [[node]];
  let product: Alternative[] = [[]];
  for (const child of node.of) {
    const branches = expand(child);
    if (branches === undefined || product.length * branches.length > MAX_ALTERNATIVES) return undefined;
    product = product.flatMap((left) => branches.map((right) => [...left, ...right]));
  }
  return product;
}

function capped(alternatives: Alternative[]): Alternative[] | undefined {
  return alternatives.length > MAX_ALTERNATIVES ? undefined : alternatives;
}

function concernsDocumentsOnly(node: QueryNode): boolean {
  switch (node.kind) {
    case 'pattern':
      return true;
    case 'filter':
      // What a plugin answers is asked once the repositories are known.
      return DOCUMENT_FIELDS.includes(node.field) && node.predicate?.name !== 'file.provided';
    case 'not':
      return concernsDocumentsOnly(node.of);
    default:
      return node.of.every(concernsDocumentsOnly);
  }
}

/** De Morgan: afterwards `not` stands before patterns only. */
function pushNegations(node: QueryNode, negate: boolean): QueryNode {
  switch (node.kind) {
    case 'pattern':
      return negate ? { kind: 'not', of: node, start: node.start, end: node.end } : node;
    case 'filter':
      return negate ? { ...node, negated: !node.negated } : node;
    case 'not':
      return pushNegations(node.of, !negate);
    default: {
      const kind = negate === (node.kind === 'and') ? 'or' : 'and';
      const of = node.of.map((child) => pushNegations(child, negate)).flatMap((child) => (child.kind === kind ? child.of : [child]));
      return { ...node, kind, of };
    }
  }
}
