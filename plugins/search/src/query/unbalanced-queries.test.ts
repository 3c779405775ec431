import { describe, expect, it } from 'vitest';
import type { PatternType } from './ast.js';
import { parseQuery } from './parse-query.js';

const TEXT_TYPES = ['keyword', 'standard', 'literal'] as const;
const ALL = [...TEXT_TYPES, 'regexp'] as const;
const REGEXP = ['regexp'] as const;

/** Queries that are not whole; how each is read, where that is said, and what is proposed in its place. */
const CASES: readonly (readonly [query: string, types: readonly PatternType[], at: string, proposed: string | undefined])[] = [
  ['path:needle (', TEXT_TYPES, 'notice 12-13', 'path:needle'],
  ['path:needle (', REGEXP, 'notice 12-13', undefined],
  ['file:x )', TEXT_TYPES, 'notice 7-8', 'file:x'],
  ['file:x )', REGEXP, 'error 7-8', 'file:x ")"'],
  ['( file:x', TEXT_TYPES, 'notice 0-1', 'file:x'],
  ['(file:x foo', TEXT_TYPES, 'notice 0-1', 'file:x foo'],
  ['file:x (foo', TEXT_TYPES, 'notice 7-8', 'file:x foo'],
  ['file:x foo)', TEXT_TYPES, 'notice 10-11', 'file:x foo'],
  ['file:x not (', TEXT_TYPES, 'notice 11-12', undefined],
  ['file:x not (', REGEXP, 'notice 11-12', undefined],
  ['lang:go (a or b', TEXT_TYPES, 'notice 8-9', 'lang:go (a or b)'],
  ['lang:go (a or b', REGEXP, 'notice 8-9', 'lang:go (a or b)'],
  ['((a or b)', TEXT_TYPES, 'notice 0-1', '((a or b))'],
  ['(a or b))', TEXT_TYPES, 'notice 8-9', '(a or b)'],
  ['file:x foo( bar', TEXT_TYPES, 'nothing', undefined],
  ['func (', TEXT_TYPES, 'nothing', undefined],
  ['file:(x', ALL, 'error 5-6', 'file:\\(x'],
  ['file:x) or b', ALL, 'error 6-7', 'file:x\\) or b'],
  ['file:has.content(x', ALL, 'error 5-18', 'file:has.content(x)'],
  ['file:contains.contnet(x) y', ALL, 'error 5-24', 'file:contains.content(x) y'],
  ['file:x not', ALL, 'notice 7-10', undefined],
  ['not not', ALL, 'notice 4-7', undefined],
  ['file:x or', ALL, 'notice 7-9', undefined],
  ['or file:x', ALL, 'notice 0-2', undefined],
  ['a and or b', ['keyword', 'regexp'], 'error 2-5', 'a "and" or b'],
  ['(file:x or ) b', ALL, 'notice 8-10', undefined],
  ['file:"x', ALL, 'error 5-7', 'file:"x"'],
  ['repo:"x y', ALL, 'error 5-7', 'repo:"x" y'],
  ['select:"repo', ALL, 'error 7-12', 'select:"repo"'],
  ['content:"x', ALL, 'error 8-10', 'content:"x"'],
  ['file:x "y', ALL, 'nothing', undefined],
  ['flie:x y', ALL, 'notice 0-6', 'file:x y'],
];

const ROWS = CASES.flatMap(([query, types, ...rest]) => types.map((type) => [type, query, ...rest] as const));

describe('a query that is not whole', () => {
  it.each(ROWS)('is read by %s with word of what is wrong: %s', (patternType, query, at, proposed) => {
    const parsed = parseQuery(query, { patternType });
    const [said] = parsed.ok ? parsed.query.notices : parsed.errors;
    expect(said === undefined ? 'nothing' : `${parsed.ok ? 'notice' : 'error'} ${said.start}-${said.end}`).toBe(at);
    expect(said?.fix?.query).toBe(proposed);
    if (said?.fix === undefined) return;
    const again = parseQuery(said.fix.query, { patternType });
    expect(again).toMatchObject({ ok: true, query: { notices: [] } });
  });
});
