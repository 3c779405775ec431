import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queryMeaning } from '../testing/query-meaning.js';
import type { PatternType } from './ast.js';

/**
 * documented-queries.tsv: queries of the field's public documentation and of its public parser tests, with what they mean there as `queryMeaning`
 * writes it; `error` is any refusal. Where Sextant reads a query in another way, the row names the difference and says what it means here.
 */
const rows = readFileSync(new URL('./documented-queries.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [patternType, query = '', field = '', source = '', differs, here] = line.split('\t');
    return { patternType: patternType as PatternType, query, field, source, differs, here };
  });

/** What is listed under "Where Sextant differs". */
const listed = new Set(
  (
    /^### Where Sextant differs\n([\s\S]*?)^##/m.exec(readFileSync(new URL('../../../../docs/search.md', import.meta.url), 'utf8'))?.[1] ??
    ''
  )
    .split('\n')
    .flatMap((line) => /^\| ([^|]+?) +\|/.exec(line)?.[1] ?? []),
);

describe('the documented queries', () => {
  it.each(rows)('$patternType $query', ({ patternType, query, field, differs, here }) => {
    const meaning = plain(queryMeaning(query, patternType));
    if (differs === undefined) {
      expect(meaning).toBe(field);
      return;
    }
    expect(meaning).toBe(here);
    expect(meaning).not.toBe(field);
    expect(listed).toContain(differs);
  });

  it('are many, and each difference that is listed has one', () => {
    expect(rows.length).toBeGreaterThanOrEqual(150);
    const shown = new Set(rows.flatMap(({ differs }) => differs ?? []));
    expect([...listed].filter((difference) => !/^(?:difference|-+)$/.test(difference)).sort()).toEqual([...shown].sort());
  });
});

/** Without notices, the names of predicates and the words of errors. */
function plain(meaning: string): string {
  return meaning.startsWith('error') ? 'error' : meaning.replace(/(?: !)+$/, '').replace(/ as [a-z.]+(?=[,)]|$)/g, '');
}
