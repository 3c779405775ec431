import type { FilterNode, Query, QueryNode } from './ast.js';
import { parseQuery } from './parse-query.js';
import { printQuery } from './print.js';
import { sameTree } from './same-tree.js';

/**
 * The query with filters that all of its results must pass, as it was written where that can be read so, else in its canonical form.
 * Undefined: it takes no such filter.
 */
export function narrowed({ root, text, patternType }: Query, filters: readonly FilterNode[]): string | undefined {
  const printed = filters.map((filter) => printQuery({ root: filter, patternType }));
  if (root === undefined) return printed.join(' ');
  const added = filters.map((filter, i) => ({ ...filter, quoted: /^-?[a-z]+:"/.test(printed[i] ?? '') }));
  const whole: QueryNode = { kind: 'and', of: root.kind === 'and' ? [...root.of, ...added] : [root, ...added], start: 0, end: 0 };
  const means = (written: string): boolean => {
    const parsed = parseQuery(written, { patternType });
    return parsed.ok && sameTree(parsed.query.root, whole);
  };
  const plain = text.trim();
  return [`${root.kind === 'or' ? `(${plain})` : plain} ${printed.join(' ')}`, printQuery({ root: whole, patternType })].find(means);
}
