import type { FieldName, QueryNode } from './ast.js';
import { fieldOf } from './fields.js';

export const MAX_ALTERNATIVES = 64;
/** Of all alternatives together: what stands beside an `or` of filters stands in each of them. */
export const MAX_PARTS = 10_000;

/** Filters that hold for one document and so may stay inside an `or`. Any other chooses repositories, revisions or kinds of results. */
const DOCUMENT_FIELDS: readonly FieldName[] = ['file', 'lang', 'content'];

/** One way to satisfy a query: all of its nodes hold. Filters stand at the top; an `or` among them concerns documents only. */
export type Alternative = readonly QueryNode[];

/**
 * Splits a query into alternatives, so that filters of repositories and the like apply to what stands beside them only.
 * Negations are pushed down to filters and patterns first. Undefined: more than MAX_ALTERNATIVES, or more than MAX_PARTS in
 * several.
 */
export function alternativesOf(root: QueryNode): readonly Alternative[] | undefined {
  const scoped = withoutOptions(root);
  const alternatives = scoped === undefined ? [[]] : expand(pushNegations(scoped, false));
  const parts = alternatives?.reduce((sum, { length }) => sum + length, 0) ?? 0;
  return parts > MAX_PARTS && alternatives?.length !== 1 ? undefined : alternatives;
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
  const parts = node.of.map(expand);
  let count = 1;
  for (const part of parts) {
    if (part === undefined || count * part.length > MAX_ALTERNATIVES) return undefined;
    count *= part.length;
  }
  return Array.from({ length: count }, (_, choice) => chosen(parts as Alternative[][], choice));
}

/** One branch of each part; the last part's changes fastest. */
function chosen(parts: readonly (readonly Alternative[])[], choice: number): Alternative {
  const nodes: Alternative[] = [];
  for (let at = parts.length - 1, rest = choice; at >= 0; at--) {
    const part = parts[at] as readonly Alternative[];
    nodes.push(part[rest % part.length] as Alternative);
    rest = Math.floor(rest / part.length);
  }
  return nodes.reverse().flat();
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
