import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatternType } from '../api.js';
import { admin, SearchWorld } from '../testing/a-search-world.js';

let world: SearchWorld;
beforeAll(async () => {
  world = await SearchWorld.open();
  const lines = [
    '(',
    ')',
    '"',
    "'",
    '-',
    'foo:',
    '-http://x',
    'file:(a|b)',
    'rev:',
    'needle(x) "quoted words" it\'s',
    'a and (b or c)',
    '[x] * + ? {1} \\',
  ];
  await world.add('github.com/a/b', { tree: { 'a.txt': `${lines.join('\n')}\n`, 'b.txt': 'hay\n' } });
});
afterAll(() => world.close());

const TYPES: readonly PatternType[] = ['keyword', 'standard', 'literal', 'regexp', 'structural'];
/** Hostile row 10, and what is quoted of users of other products. */
const QUERIES = String.raw`
( ) " ' - foo: -http://x file:(a|b) rev: -needle -file:a -(needle) rev:""
(( )) (() () "( (" (' / // /(/ /[/ [ * + ? { \ | || && ! @ # : ::
-- --- -" -' -( -) -/ -: and or not (not)
repo: file: lang: type: count: select: case: context: patterntype: timeout: -repo: -file: repo:( file:[ file:*
needle( needle(x "quoted words" content:" content:( content:/(/ it's key="value" a:b:c http://x
`
  .trim()
  .split(/\s+/)
  .concat(
    'repo:a rev:',
    'not needle',
    '- -',
    'and and',
    'or or',
    'not not',
    'a or',
    'or a',
    'not (',
    'file: b',
    'repo: a b',
    '"quoted words',
  );

describe('hostile row 10: an odd query', () => {
  it.each(TYPES.flatMap((type) => QUERIES.map((query) => [type, query] as const)))(
    'is, as %s, literal text or refused with the place and a query that works: %s',
    async (patternType, query) => {
      const { matches, alert, verdict } = await world.ask(query, admin, { patternType });
      if (alert?.kind !== 'invalid-query') {
        expect(verdict.exhaustive || verdict.reasons.some(({ reason }) => reason === 'not-parsed')).toBe(true);
        return;
      }
      expect(matches).toEqual([]);
      expect(verdict.exhaustive).toBe(false);
      const [problem] = alert.problems ?? [];
      expect(problem && problem.start <= problem.end && problem.end <= query.length).toBe(true);
      expect(alert.description).toMatch(/\(at \d+(?:–\d+)?\)/);
      const [proposed] = alert.proposedQueries;
      expect(proposed).toBeDefined();
      expect((await world.ask(proposed?.query ?? '', admin, { patternType })).alert?.kind).not.toBe('invalid-query');
    },
  );

  it.each(['(', ')', '"', "'", '-', 'foo:', '-http://x', 'file:(a|b)', 'needle(', "it's", '[x]', '\\'])(
    'finds text that holds %s, as it stands',
    async (text) => {
      const query = text === 'file:(a|b)' ? 'content:"file:(a|b)"' : text;
      const { matches } = await world.ask(query, admin, { patternType: 'literal' });
      expect(matches.map((match) => ('path' in match ? match.path : ''))).toContain('a.txt');
    },
  );

  it.each([
    ['unknown languages', 'lang:pyhton '],
    ['fields that are none', 'flie:x '],
    ['expressions that are not whole', 'content:/(/ '],
    ['filters without a value', 'lang: '],
    ['revisions that are none', 'repo:a@a..b '],
  ])('that is nothing but mistakes is told of the first ten: %s', async (_what, mistake) => {
    const { alert } = await world.ask(mistake.repeat(Math.floor(9_900 / mistake.length)).trim(), admin, { patternType: 'keyword' });
    expect(alert?.problems).toHaveLength(10);
    for (const { query } of alert?.proposedQueries ?? []) expect((await world.ask(query)).alert?.kind).not.toBe('invalid-query');
  });

  it.each<[PatternType, string]>([
    ['standard', '-needle'],
    ['standard', '"quoted words'],
    ['keyword', 'bogus:1'],
    ['standard', 'lagn:go'],
    ['keyword', 'file:b.txt ('],
    ['regexp', 'needle(x) hay'],
  ])('that, as %s, finds nothing says how it was read: %s', async (patternType, query) => {
    const { matches, alert } = await world.ask(`${query} file:b.txt`, admin, { patternType });
    expect(matches).toEqual([]);
    expect(alert).toMatchObject({ kind: 'nothing-found' });
  });
});
