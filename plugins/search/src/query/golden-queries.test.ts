import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queryMeaning } from '../testing/query-meaning.js';
import type { PatternType } from './ast.js';
import { parseQuery } from './parse-query.js';

/**
 * golden-queries.tsv: pattern type, query, what it means as `queryMeaning` writes it; a line that begins with "#" is a heading.
 */
const table = readFileSync(new URL('./golden-queries.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t') as [PatternType, string, string]);

describe('the golden queries', () => {
  it.each(table)('%s %s', (patternType, query, expected) => expect(queryMeaning(query, patternType)).toBe(expected));

  it('that are wrong come each with a query that can be read instead, but for a hole that nothing here stands for', () => {
    const wrong = table.flatMap(([patternType, query]) => {
      const parsed = parseQuery(query, { patternType });
      return parsed.ok ? [] : parsed.errors.map((error) => ({ patternType, query, error }));
    });
    expect(wrong.length).toBeGreaterThan(70);
    for (const { patternType, query, error } of wrong) {
      expect(error.start, query).toBeLessThanOrEqual(error.end);
      expect(error.end, query).toBeLessThanOrEqual(query.length);
      if (error.message.startsWith('":[~')) expect(error.fix).toBeUndefined();
      else expect(parseQuery(error.fix?.query ?? '', { patternType }), query).toMatchObject({ ok: true });
    }
  });

  it('are many', () => expect(table.length).toBeGreaterThan(200));
});
