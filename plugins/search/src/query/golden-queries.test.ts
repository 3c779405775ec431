import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PatternType, QueryNode } from './ast.js';
import { parseQuery } from './parse-query.js';

/**
 * golden-queries.tsv: pattern type, query, what it means; a line that begins with "#" is a heading.
 * Meanings: 'text', /regexp/, {template}, field:value, not(…), and(…), or(…); `!` marks a notice; an error is
 * `error at-end: message => proposed query`.
 */
const table = readFileSync(new URL('./golden-queries.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t') as [PatternType, string, string]);

describe('the golden queries', () => {
  it.each(table)('%s %s', (patternType, query, expected) => expect(meaning(query, patternType)).toBe(expected));

  it('that are wrong come each with a query that can be read instead, but for a hole that nothing here stands for', () => {
    const wrong = table.flatMap(([patternType, query]) => {
      const parsed = parseQuery(query, { patternType });
      return parsed.ok ? [] : parsed.errors.map((error) => ({ patternType, query, error }));
    });
    expect(wrong.length).toBeGreaterThan(80);
    for (const { patternType, query, error } of wrong) {
      expect(error.start, query).toBeLessThanOrEqual(error.end);
      expect(error.end, query).toBeLessThanOrEqual(query.length);
      if (error.message.startsWith('":[~')) expect(error.fix).toBeUndefined();
      else expect(parseQuery(error.fix?.query ?? '', { patternType }), query).toMatchObject({ ok: true });
    }
  });

  it('are many', () => expect(table.length).toBeGreaterThan(200));
});

function meaning(query: string, patternType: PatternType): string {
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
