import { describe, expect, it } from 'vitest';
import type { PatternType } from './ast.js';
import { explainQuery } from './explain.js';
import { nameMatcher } from './match-name.js';
import { parseQuery } from './parse-query.js';
import type { SearchPlan } from './plan.js';
import { toPlan } from './to-plan.js';

const now = new Date('2024-05-15T12:00:00Z');

function plan(text: string, patternType: PatternType = 'keyword'): SearchPlan {
  const parsed = parseQuery(text, { patternType });
  if (!parsed.ok) throw new Error(parsed.errors.map((error) => error.message).join());
  return toPlan(parsed.query, { now });
}

const only = (text: string, patternType?: PatternType) => plan(text, patternType).alternatives[0] as SearchPlan['alternatives'][number];
const text = (source: string, caseSensitive = false) => ({ kind: 'literal', source, caseSensitive });
const regexp = (source: string, caseSensitive = false) => ({ kind: 'regexp', source, caseSensitive });

describe('the kinds of results', () => {
  it.each([
    ['x', ['content', 'path', 'repository']],
    ['repo:a x', ['content', 'path']],
    ['file:a x', ['content', 'path']],
    ['content:x', ['content', 'path']],
    ['type:file x', ['content']],
    ['type:file type:path x', ['content', 'path']],
    ['type:path x', ['path']],
    ['type:symbol x', ['symbol']],
    ['type:repo x', ['repository']],
    ['type:file type:repo x', ['content', 'repository']],
    ['type:commit type:diff x', ['commit', 'diff']],
    ['select:symbol.function x', ['symbol']],
    ['repo:a', ['repository']],
    ['repo:a file:b', ['path']],
    ['lang:go', ['path']],
    ['', ['repository']],
  ])('of %s are %s', (query, kinds) => expect(only(query).kinds).toEqual(kinds));
});

describe('the places where patterns are looked for', () => {
  it.each([
    ['x', ['content', 'path']],
    ['type:file x', ['content']],
    ['type:path x', ['path']],
    ['type:file type:path x', ['content', 'path']],
    ['type:file type:symbol x', ['content', 'symbol']],
  ])('by %s are %s', (query, places) => expect(only(query).expr).toEqual({ op: 'match', in: places, pattern: text('x') }));
});

describe('the sentence that words may be', () => {
  it.each([
    ['too many pings', 'too many pings'],
    ['repo:a block checksum  mismatch lang:go', 'block checksum mismatch'],
    ['one lang:go two three /four/ five', 'two three'],
    ['x "no such" file', 'x no such file'],
    ['(repo:a (one two)) ', 'one two'],
    ['one', undefined],
    ['one AND two', undefined],
    ['one or two', undefined],
    ['one file:a two', undefined],
    ['one not two', undefined],
  ])('of %s is %s', (query, source) => expect(only(query).phrase?.source).toBe(source));

  it('is none where words are one text anyway', () => expect(only('one two', 'standard').phrase).toBeUndefined());
});

describe('the condition on documents', () => {
  it('is every word, anywhere in content or path', () => {
    expect(only('a "b c"').expr).toEqual({
      op: 'and',
      of: [
        { op: 'match', in: ['content', 'path'], pattern: text('a') },
        { op: 'match', in: ['content', 'path'], pattern: text('b c') },
      ],
    });
  });

  it('follows case: in patterns and paths', () => {
    expect(only('case:yes /A/ file:B').expr).toEqual({
      op: 'and',
      of: [
        { op: 'match', in: ['content', 'path'], pattern: regexp('A', true) },
        { op: 'path', pattern: regexp('B', true) },
      ],
    });
  });

  it('keeps filters of documents under their operators', () => {
    expect(only('x (file:a or not lang:go) -content:y').expr).toEqual({
      op: 'and',
      of: [
        { op: 'match', in: ['content', 'path'], pattern: text('x') },
        {
          op: 'or',
          of: [
            { op: 'path', pattern: regexp('a') },
            { op: 'not', of: { op: 'language', names: ['Go'] } },
          ],
        },
        { op: 'not', of: { op: 'match', in: ['content'], pattern: text('y') } },
      ],
    });
  });

  it('means close relatives of a language too', () =>
    expect(only('lang:ts').expr).toEqual({ op: 'language', names: ['TypeScript', 'TSX'] }));

  it('asks for symbols of the selected kind', () => {
    expect(only('select:symbol.function x').expr).toEqual({
      op: 'and',
      of: [
        { op: 'match', in: ['symbol'], pattern: text('x') },
        { op: 'symbolKind', kinds: ['function'] },
      ],
    });
  });

  it('restricts by content without showing it', () => {
    expect(only('file:has.content(a+) x', 'standard').expr).toEqual({
      op: 'and',
      of: [
        { op: 'content', pattern: regexp('a+') },
        { op: 'match', in: ['content', 'path'], pattern: text('x') },
      ],
    });
  });

  it('is true when only repositories are asked for', () => expect(only('repo:a fork:no').expr).toEqual({ op: 'const', value: true }));

  it('negates what is left when only a negation is asked for', () => {
    expect(only('not x').expr).toEqual({
      op: 'not',
      of: { op: 'match', in: ['content', 'path'], pattern: text('x') },
    });
  });
});

describe('repositories and revisions', () => {
  it('come from every repo: filter of an alternative', () => {
    expect(only('repo:a r:b@v1:^v0 -repo:c fork:yes archived:only visibility:private context:global x').repositories).toEqual({
      include: ['a', 'b'],
      exclude: ['c'],
      revisions: [
        { kind: 'name', name: 'v1' },
        { kind: 'exclude', name: 'v0' },
      ],
      predicates: [],
      fork: 'yes',
      archived: 'only',
      visibility: 'private',
      context: 'global',
    });
  });

  it.each([
    [
      'repo:a@*refs/heads/*:*!refs/heads/x* q',
      [
        { kind: 'glob', glob: 'refs/heads/*', exclude: false },
        { kind: 'glob', glob: 'refs/heads/x*', exclude: true },
      ],
    ],
    [
      'repo:a rev:b:HEAD q',
      [
        { kind: 'name', name: 'b' },
        { kind: 'name', name: 'HEAD' },
      ],
    ],
    ['repo:a rev:at.time(yesterday) q', [{ kind: 'at-time', time: '2024-05-14T00:00:00.000Z', base: 'HEAD' }]],
    ['repo:a\\@b q', []],
  ])('%s', (query, revisions) => expect(only(query).repositories.revisions).toEqual(revisions));

  it('reads predicates under their old names', () => {
    const { predicates } = only(
      'repo:contains(file:a content:b) -repohasfile:c repo:has.tag(t) repohascommitafter:yesterday x',
    ).repositories;
    expect(predicates).toEqual([
      { predicate: { name: 'has-file', path: 'a', content: 'b' }, negated: false },
      { predicate: { name: 'has-file', path: 'c' }, negated: true },
      { predicate: { name: 'has-meta', key: { kind: 'exact', value: 't' }, value: null }, negated: false },
      { predicate: { name: 'has-commit-after', time: '2024-05-14T00:00:00.000Z' }, negated: false },
    ]);
  });

  it('are refused where they are too many, or their alternatives too large', () => {
    const many = (ors: number, words: number) =>
      parseQuery(`${'(repo:a or repo:b) '.repeat(ors)} ${'x '.repeat(words)}`, { patternType: 'keyword' });
    expect([many(6, 100), many(1, 4_000)]).toMatchObject([{ ok: true }, { ok: true }]);
    for (const query of [many(7, 1), many(6, 4_000)])
      expect(query).toMatchObject({
        ok: false,
        errors: [{ message: 'The query has more than 64 alternatives, or 10,000 parts in them; split it.' }],
      });
  });

  it('belong to their own alternative only', () => {
    const { alternatives } = plan('(repo:a x) or (repo:b y) or (repo:none z)');
    expect(alternatives.map(({ repositories }) => repositories.include)).toEqual([['a'], ['b'], ['none']]);
  });

  it('split with what stands beside them', () => {
    const { alternatives } = plan('q (repo:a or file:b) lang:go');
    expect(alternatives.map(({ repositories, expr }) => [repositories.include, expr.op === 'and' && expr.of.length])).toEqual([
      [['a'], 2],
      [[], 3],
    ]);
  });

  it('are split from negated groups by De Morgan', () => {
    const { alternatives } = plan('x not (repo:a file:b)');
    expect(alternatives.map(({ repositories }) => repositories.exclude)).toEqual([['a'], []]);
  });

  it('are refused when alternatives multiply beyond measure', () => {
    const group = '(repo:a or repo:b or repo:c or repo:d)';
    const parsed = parseQuery(Array(5).fill(group).join(' '), { patternType: 'keyword' });
    expect(parsed.ok ? [] : parsed.errors.map(({ message }) => message)).toEqual([
      'The query has more than 64 alternatives, or 10,000 parts in them; split it.',
    ]);
  });

  it('find no name where nothing matches, and show code points', () => {
    const matcher = nameMatcher(only('lib not old').expr);
    expect(matcher('ünï/lib-lib')).toEqual([
      [4, 7],
      [8, 11],
    ]);
    expect(matcher('old/lib')).toBeUndefined();
  });
});

describe('options and other plans', () => {
  it('count, timeout and select hold for the whole query', () => {
    expect(plan('(a count:all) or b timeout:1m30s select:file.path').options).toEqual({
      count: 'all',
      timeout: 90_000,
      select: { kind: 'file.path' },
    });
    expect(plan('a or count:5').alternatives).toHaveLength(1);
  });

  it('of commits hold people, messages and times', () => {
    expect(only('type:diff author:me -author:bot message:fix file:a after:"2 weeks ago" before:2024-05-01 x').commits).toEqual({
      author: [
        { pattern: regexp('me'), negated: false },
        { pattern: regexp('bot'), negated: true },
      ],
      committer: [],
      message: [{ pattern: regexp('fix'), negated: false }],
      after: [{ time: '2024-05-01T12:00:00.000Z', negated: false }],
      before: [{ time: '2024-05-01T00:00:00.000Z', negated: false }],
    });
  });

  it('of structural searches hold the pattern, and its words for the index', () => {
    const { structural, kinds, expr } = only('patterntype:structural foo.bar($X, $$$REST) lang:go');
    expect({ structural, kinds }).toEqual({ structural: { pattern: 'foo.bar($X, $$$REST)', languages: ['Go'] }, kinds: ['content'] });
    const word = (source: string) => ({ op: 'content', pattern: { kind: 'literal', source, caseSensitive: false } });
    expect(expr).toEqual({
      op: 'and',
      of: [{ op: 'language', names: ['Go'] }, word('foo'), word('bar'), { op: 'structural', pattern: 'foo.bar($X, $$$REST)' }],
    });
  });

  it('name what other plugins have to answer', () => {
    expect(
      plan('-file:has.owner(@ana) file:has.contributor(bo) context:mine x').providers.map(({ provider, text: written, negated }) => [
        provider,
        written,
        negated,
      ]),
    ).toEqual([
      ['ownership', '-file:has.owner(@ana)', true],
      ['contributors', 'file:has.contributor(bo)', false],
      ['search-contexts', 'context:mine', false],
    ]);
    expect(
      plan('select:file.owners context:mine ((repo:a x) or (repo:b y))').providers.map(({ provider, text: written }) => [
        provider,
        written,
      ]),
    ).toEqual([
      ['ownership', 'select:file.owners'],
      ['search-contexts', 'context:mine'],
    ]);
  });

  it('refuse to fold the case of a very long text beyond ASCII, and propose case:yes', () => {
    const parsed = parseQuery(`"${'é'.repeat(5_000)}"`, { patternType: 'keyword' });
    const fix = parsed.ok ? '' : (parsed.errors[0]?.fix?.query ?? '');
    expect(parseQuery(fix, { patternType: 'keyword' }).ok).toBe(true);
    expect(fix).toMatch(/^case:yes "é/);
  });

  it('are explained as plain data', () => {
    const parsed = parseQuery('r:a  foo or "b c"', { patternType: 'keyword' });
    const explained = parsed.ok ? explainQuery(parsed.query, { now }) : undefined;
    expect(explained?.canonical).toBe('repo:a (foo or "b c")');
    expect(explained?.tree?.children.map(({ kind, text: written }) => [kind, written])).toEqual([
      ['filter', 'r:a'],
      ['or', 'foo or "b c"'],
    ]);
    expect(explained?.patterns.map(({ engine, required }) => [engine, required])).toEqual([
      ['literal', '"foo"'],
      ['literal', '"b c"'],
    ]);
    expect(structuredClone(explained)).toEqual(explained);
  });
});
