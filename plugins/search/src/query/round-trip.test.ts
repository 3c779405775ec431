import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PatternType, QueryNode } from './ast.js';
import { explainQuery } from './explain.js';
import { filtersOf } from './filters-of.js';
import { tokenize } from './lexer.js';
import { parseQuery } from './parse-query.js';
import { filtersFirst, printQuery } from './print.js';
import { withoutPositions } from './same-tree.js';

const runs = { numRuns: Number(process.env['SEXTANT_TEST_RUNS'] ?? 500), seed: Number(process.env['SEXTANT_TEST_SEED'] ?? 20240515) };
const now = new Date('2024-05-15T12:00:00Z');
const token = fc.constantFrom(
  ...[
    'foo',
    'bar.baz',
    'a(b)',
    '(',
    ')',
    '(x',
    'y)',
    '()',
    'and',
    'or',
    'not',
    'OR',
    '-',
    '-foo',
    '--x',
    '"',
    '"a b"',
    '"a',
    "'q r'",
    '\\',
    '\\ ',
    'a\\"b',
  ],
  ...['/re+/', '/a b/', '/x', '[a b]', '[', '{', 'a|b', '*', '^x$', 'std::vec', 'http://x', 'foo:', '日本', ':', '/', '.'],
  ...[
    'repo:a',
    'r:x@v1:v2',
    '-repo:b',
    'file:(a|b)',
    'f:"a b"',
    '-f:\\.go$',
    'lang:go',
    '-l:python',
    'type:file',
    'type:commit',
    'author:me',
    'case:yes',
  ],
  ...[
    'count:5',
    'count:all',
    'select:file',
    'content:"x y"',
    'content:/z/',
    '-content:q',
    'rev:main',
    'repo:has.path(a b)',
    'file:has.content(x)',
    'fork:yes',
  ],
  ...['timeout:5s', 'index:no', 'visibility:any', 'before:yesterday', 'after:"2 weeks ago"', 'rev:', 'bogus:1'],
);
const text = fc.array(fc.tuple(token, fc.constantFrom(' ', ' ', ' ', '', '  ')), { maxLength: 9 }).map((parts) => parts.flat().join(''));
const patternType = fc.constantFrom<PatternType>('keyword', 'standard', 'literal', 'regexp', 'structural');

describe('a query', () => {
  it('never throws, and an error has a position inside the text, and a fix is a query that parses further', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((query) => `${query} patterntype:regexp`),
          fc.string({ unit: 'binary', maxLength: 40 }),
        ),
        patternType,
        (query, type) => {
          const result = parseQuery(query, { patternType: type });
          if (result.ok) {
            explainQuery(result.query, { now });
            return;
          }
          expect(result.errors.length).toBeGreaterThan(0);
          for (const { start, end, message, fix } of result.errors) {
            expect(message).not.toBe('');
            expect(start).toBeLessThan(end);
            expect(end).toBeLessThanOrEqual(query.length);
            if (fix !== undefined) {
              const fixed = parseQuery(fix.query, { patternType: type });
              const count = (errors: readonly { message: string }[]) => errors.filter((error) => error.message === message).length;
              expect(fixed.ok ? 0 : count(fixed.errors), `${query} => ${fix.query}`).toBeLessThan(count(result.errors));
            }
          }
        },
      ),
      runs,
    );
  });

  it.each([
    ['words', 'word '],
    ['open parentheses', '('],
    ['parted open parentheses', '( '],
    ['closing parentheses', ')'],
    ['groups', '(a) '],
    ['deep groups', '(a '],
    ['quotes', '"'],
    ['unclosed quotes', '"a '],
    ['slashes', '/a '],
    ['operators', 'or '],
    ['negations', 'not '],
    ['minus signs', '-a '],
    ['wrong filters', 'count:0 '],
    ['open predicates', 'repo:has.path( '],
    ['alternatives', '(repo:a or repo:b) '],
    ['branches', 'repo:a or '],
    ['brackets', 'file:[ '],
    ['colons', 'a:'],
    ['blanks', ' '],
  ])('is answered when it is 10 kB of %s', (_name, part) => {
    for (const type of ['keyword', 'standard', 'regexp'] as const) {
      const result = parseQuery(part.repeat(Math.floor(10_000 / part.length)), { patternType: type });
      expect(result.ok || (result.errors.length > 0 && result.errors.length <= 10)).toBe(true);
      if (result.ok) printQuery(result.query);
    }
  });

  const nested = (open: string, close: string, length: number): string => {
    const depth = Math.floor(length / (open.length + close.length));
    return `${open.repeat(depth)}a${close.repeat(depth)}`;
  };
  it.each([
    ['open brackets', (length: number) => '['.repeat(length)],
    ['filters with open brackets', (length: number) => 'file:[ '.repeat(length / 7)],
    ['brackets that are closed by nothing', (length: number) => `${'['.repeat(length - 2)}\\]`],
    ['open parentheses', (length: number) => '('.repeat(length)],
    ['groups in groups', (length: number) => nested('(', ')', length)],
    ['calls in calls', (length: number) => nested('f(a, ', ')', length)],
    ['operators in groups in groups', (length: number) => nested('(a or ', ')', length)],
    ['groups that are not closed', (length: number) => 'a or ('.repeat(length / 6)],
    ['one word', (length: number) => 'x'.repeat(length)],
    ['quoted words', (length: number) => '"a" '.repeat(length / 4)],
  ])('is cut in a time that grows with its length: 100 kB of %s', (_name, written) => {
    for (const type of ['keyword', 'standard', 'regexp'] as const) {
      expect(tokenize(written(100_000), type).length).toBeGreaterThan(0);
      const parsed = parseQuery(written(9_999), { patternType: type });
      expect(parsed.ok || parsed.errors.every(({ message }) => message !== '')).toBe(true);
      expect(parseQuery(written(100_000), { patternType: type }).ok).toBe(false);
    }
  });

  it('is refused when it is longer', () => {
    const result = parseQuery('a'.repeat(10_001), { patternType: 'keyword' });
    expect(result.ok ? [] : result.errors.map(({ start, end }) => [start, end])).toEqual([[10_000, 10_001]]);
  });

  it('prints to a query that means the same', () => {
    fc.assert(
      fc.property(text, patternType, (written, type) => {
        // Words on both sides of a filter are one text, which may not be writable without the filter between; so filters come first here.
        const query = type === 'keyword' ? written : withFiltersFirst(written);
        const first = parseQuery(query, { patternType: type });
        fc.pre(first.ok);
        if (!first.ok) return;
        const printed = printQuery(first.query);
        const second = parseQuery(printed, { patternType: type });
        // Text that cannot stand beside the rest, such as "x not" before a filter, is written as a filter.
        if (type !== 'keyword' && second.ok && contents(second.query.root) > contents(first.query.root)) return;
        expect(second.ok ? inOrder(second.query.root) : second.errors, `printed: ${printed}`).toEqual(inOrder(first.query.root));
        if (second.ok) expect(printQuery(second.query)).toBe(printed);
      }),
      runs,
    );
  });
});

const contents = (root: QueryNode | undefined): number => (root ? filtersOf(root).filter(({ field }) => field === 'content').length : 0);

const inOrder = (root: QueryNode | undefined): unknown => withoutPositions(root && filtersFirst(root));

function withFiltersFirst(query: string): string {
  const tokens = query.split(' ');
  const isFilter = (token: string) => tokenize(token, 'literal')[0]?.kind === 'filter';
  return [...tokens.filter(isFilter), ...tokens.filter((token) => !isFilter(token))].join(' ');
}
