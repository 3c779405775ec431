import type { PatternType, QueryNode } from '../query/ast.js';
import { parseQuery } from '../query/parse-query.js';

/**
 * What a query means, in one line: 'text', /regexp/, {template}, field:value, not(…), and(…), or(…); `!` marks a notice; an error is
 * `error at-end: message => proposed query`.
 */
export function queryMeaning(query: string, patternType: PatternType): string {
  const result = parseQuery(query, { patternType });
  if (!result.ok) {
    return result.errors.map(({ start, end, message, fix }) => `error ${start}-${end}: ${message} => ${fix?.query ?? '(none)'}`).join('; ');
  }
  const { root, notices, caseSensitive } = result.query;
  return `${root === undefined ? 'everything' : shown(root)}${caseSensitive ? ' case' : ''}${' !'.repeat(notices.length)}`;
}

function shown(node: QueryNode): string {
  switch (node.kind) {
    case 'pattern':
      return pattern(node.pattern);
    case 'filter':
      return `${node.negated ? '-' : ''}${node.field}:${node.pattern === undefined ? node.value : pattern(node.pattern)}${node.predicate === undefined ? '' : ` as ${node.predicate.name}`}`;
    case 'not':
      return `not(${shown(node.of)})`;
    default:
      return `${node.kind}(${node.of.map(shown).join(', ')})`;
  }
}

function pattern({ kind, value }: { kind: string; value: string }): string {
  return kind === 'literal' ? `'${value}'` : kind === 'regexp' ? `/${value}/` : `{${value}}`;
}
