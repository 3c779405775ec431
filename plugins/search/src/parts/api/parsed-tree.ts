import { SextantError } from '@sextant/sdk';
import type { PatternType } from '../../api.js';
import { explainQuery } from '../../query/explain.js';
import { parseQuery } from '../../query/parse-query.js';

/** The parsed query as JSON; null for an empty one. @throws SEXTANT_SEARCH_QUERY with each mistake and its position */
export function parsedTree(text: string, patternType: PatternType): object | null {
  const parsed = parseQuery(text, { patternType });
  if (parsed.ok) return explainQuery(parsed.query, { now: new Date(0) }).tree ?? null;
  throw new SextantError('SEXTANT_SEARCH_QUERY', {
    what: 'The query cannot be parsed.',
    why: parsed.errors.map(({ message }) => message).join(' '),
    fix: 'Correct it at the named position.',
  });
}
