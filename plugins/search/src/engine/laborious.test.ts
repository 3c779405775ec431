import { describe, expect, it } from 'vitest';
import { parseQuery } from '../query/parse-query.js';
import { toPlan } from '../query/to-plan.js';
import { compileQuery } from './compiled-query.js';
import { isLaborious } from './laborious.js';

const CASES: readonly (readonly [query: string, laborious: boolean])[] = [
  ['needle', false],
  ['xq', false],
  ['/async\\s+\\w+Handler/', false],
  ['/\\b[A-Z]\\d[A-Z]\\b/', true],
  ['needle /\\b[A-Z]\\d[A-Z]\\b/', false],
  ['needle or /\\b[A-Z]\\d[A-Z]\\b/', true],
  ['needle not /[0-9]+/', false],
  ['file:\\.ts$ needle', false],
  ['file:[ab] needle', false],
  ['type:path /[ab]c?/', false],
  ['/(x+x+)+y/', true],
  ['/(a|aa)+$/', true],
  ['/(.*){20}z/', true],
  // Simplified, it is a loop and a literal, which the index knows.
  ['/([a-zA-Z]+)*=0x/', false],
  ['/.*.*.*.*.*.*q{3}/', true],
  ['needle file:(x+x+)+y', true],
];

describe('a search that is sure to take long', () => {
  it.each(CASES)('is told from one that is not: %s', (query, laborious) => {
    const parsed = parseQuery(query, { patternType: 'keyword' });
    if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
    const [alternative] = toPlan(parsed.query, { now: new Date(0) }).alternatives;
    expect(isLaborious(compileQuery(alternative!.expr))).toBe(laborious);
  });
});
