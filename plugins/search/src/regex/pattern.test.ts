import { describe, expect, it } from 'vitest';
import type { CompiledPattern } from './compiled-pattern.js';
import { describeRequired } from './literal-query.js';
import { parseRegex } from './parse-regex.js';
import { compilePattern } from './pattern.js';

const regexp = (source: string, caseSensitive = true): CompiledPattern => compilePattern({ kind: 'regexp', source, caseSensitive });
const literal = (source: string, caseSensitive = true): CompiledPattern => compilePattern({ kind: 'literal', source, caseSensitive });

/** The texts of all matches. */
function matches(pattern: CompiledPattern, text: string | Buffer): string[] {
  const bytes = Buffer.from(text);
  const out: string[] = [];
  pattern.matcher().scan(bytes, 0, bytes.length, (start, end) => void out.push(bytes.toString('utf8', start, end)));
  return out;
}

describe('a literal', () => {
  it.each([
    ['exact bytes', literal('Fo.o'), 'fo.o Fo.o Fooo', ['Fo.o']],
    ['either case', literal('FoO', false), 'foo FOO fOo f0o', ['foo', 'FOO', 'fOo']],
    ['without overlaps', literal('aa'), 'aaaaa', ['aa', 'aa']],
    ['bytes beyond ASCII', literal('é日'), 'xé日é日', ['é日', 'é日']],
    ['either case beyond ASCII', literal('Ärger', false), 'ärger ÄRGER Ärgern', ['ärger', 'ÄRGER', 'Ärger']],
    ['no case to fold', literal('日本 1', false), '日本 1', ['日本 1']],
    ['nothing at all', literal(''), 'ab', ['']],
  ])('finds %s', (_name, pattern, text, expected) => expect(matches(pattern, text)).toEqual(expected));

  it('looks only between the offsets it is given', () => {
    const bytes = Buffer.from('needle hay needle hay needle');
    expect(literal('needle').matcher().find(bytes, 1, bytes.length)).toEqual({ start: 11, end: 17 });
    expect(literal('needle').matcher().find(bytes, 12, 27)).toBeUndefined();
    expect(literal('NEEDLE', false).matcher().find(bytes, 12, bytes.length)).toEqual({ start: 22, end: 28 });
    expect(literal('NEEDLE', false).matcher().find(bytes, 12, 27)).toBeUndefined();
  });
});

describe('a regexp', () => {
  it.each([
    ['\\s stays on its line', 'a\\s*b', 'a\nb a \t b', ['a \t b']],
    ['a negated class stays on its line', 'a[^x]*b', 'a\nb acb', ['acb']],
    ['\\s crosses when the pattern says newline', 'a\\s*\\n\\s*b', 'a \n b', ['a \n b']],
    ['a negated class crosses when the pattern says (?s)', '(?s)a[^x]b', 'a\nb', ['a\nb']],
    ['a newline in a negated class says nothing', 'a[^\\n]*', 'ab\nac', ['ab', 'ac']],
    ['^ and $ are the edges of lines', '^\\w+$', 'ab\nc d\nef', ['ab', 'ef']],
    ['$ holds before a carriage return', 'b$', 'ab\r\ncb', ['b', 'b']],
    ['blank lines match once', '^$', 'a\r\n\r\nb', ['']],
    ['\\A and \\z are the edges of the document', '\\Aa|a\\z', 'a\na\na', ['a', 'a']],
    ['\\w and \\b are ASCII', '\\b\\w+\\b', 'aé b', ['a', 'b']],
    ['. is one character', '^...$', '日é😀\nabcd', ['日é😀']],
    ['(?i) folds beyond ASCII', '(?i)straße|σ', 'STRAßE ς Σ', ['STRAßE', 'ς', 'Σ']],
    ['flags end with their group', '(?i:a)b', 'Ab AB', ['Ab']],
    ['(?U) swaps greediness', '(?U)a+', 'aaa', ['a', 'a', 'a']],
    ['\\Q…\\E is text', '\\Qa.b*\\E+', 'a.b**', ['a.b**']],
    ['the first branch wins', 'a|ab', 'ab', ['a']],
  ])('%s', (_name, source, text, expected) => expect(matches(regexp(source), text)).toEqual(expected));

  it('reads text that is not UTF-8 byte by byte', () => {
    const bytes = Buffer.from([0x61, 0xff, 0xe9, 0x62]);
    expect(regexp('a..b').matcher().find(bytes, 0, 4)).toEqual({ start: 0, end: 4 });
    expect(regexp('a[^x]+b').matcher().find(bytes, 0, 4)).toEqual({ start: 0, end: 4 });
  });

  it('sees what stands before the place where it starts to look', () => {
    const bytes = Buffer.from('xfoo foo');
    expect(regexp('\\bfoo').matcher().find(bytes, 1, 8, 0)).toEqual({ start: 5, end: 8 });
    expect(regexp('^foo').matcher().find(bytes, 1, 8, 0)).toBeUndefined();
    expect(regexp('^foo').matcher().find(bytes, 1, 8)).toEqual({ start: 1, end: 4 });
  });

  it('stops when the visitor has enough', () => {
    let calls = 0;
    const bytes = Buffer.from('a a a');
    regexp('a')
      .matcher()
      .scan(bytes, 0, 5, () => ++calls < 2);
    expect(calls).toBe(2);
  });
});

describe('the syntax', () => {
  it.each([
    ['(?=a)', 'look-around', 0, 3],
    ['a(?<!b)', 'look-around', 1, 5],
    ['(a)\\1', 'back-reference', 3, 5],
    ['(?P=x)', 'back-reference', 0, 6],
    ['a(b', 'missing-parenthesis', 1, 2],
    ['a)b', 'unexpected-parenthesis', 1, 2],
    ['x[a', 'missing-bracket', 1, 3],
    ['[z-a]', 'invalid-range', 1, 4],
    ['a{1001}', 'invalid-repeat-count', 1, 7],
    ['a{3,2}', 'invalid-repeat-count', 1, 6],
    ['(?:a{100}){11}', 'invalid-repeat-count', 10, 14],
    ['|*', 'missing-repeat-argument', 1, 2],
    ['a**', 'nested-repeat', 2, 3],
    ['a++', 'nested-repeat', 2, 3],
    ['\\y', 'invalid-escape', 0, 2],
    ['a\\', 'trailing-backslash', 1, 2],
    ['(?>a)', 'invalid-group', 0, 4],
    ['(?<a-b>x)', 'invalid-group-name', 0, 7],
    ['(?<n>a)(?<n>b)', 'invalid-group-name', 7, 12],
    ['\\p{Klingon}', 'invalid-class-name', 0, 11],
    ['[[:vowel:]]', 'invalid-class-name', 1, 10],
  ])('refuses %s', (source, code, start, end) => {
    const parsed = parseRegex(source, { caseSensitive: true });
    expect(parsed.ok ? undefined : { code: parsed.error.code, start: parsed.error.start, end: parsed.error.end }).toEqual({
      code,
      start,
      end,
    });
  });

  it.each([
    'a{,2}',
    'a{',
    '{',
    ']',
    'a}',
    '[]a]',
    '[^]a]',
    '[a-]',
    '\\012',
    '\\x{10FFFF}',
    '\\_',
    '(?i)',
    '(?:)',
    '(|a)',
    '\\Qa',
    '[[:alpha:]-z]',
  ])('accepts %s', (source) => expect(parseRegex(source, { caseSensitive: true }).ok).toBe(true));

  it('names capture groups in order', () => {
    const parsed = parseRegex('(a)(?P<year>b)(?:c)(?<day>d)', { caseSensitive: true });
    expect(parsed.ok && parsed.regex.captures).toEqual([undefined, 'year', 'day']);
  });
});

describe('what a pattern requires of the index', () => {
  it.each([
    ['mutex_lock', '"mutex_lock"'],
    ['Mutex_Lock', '"mutex_lock"'],
    ['(?i)netfilter', '"netfilter"'],
    ['func\\s\\w+Handler\\(', '"func" and "handler("'],
    ['(kzalloc|kmalloc|vmalloc)_?\\w*\\(sizeof', '("kzalloc" or "kmalloc" or "vmalloc") and "(sizeof"'],
    ['foo|fo', '"fo"'],
    ['a[bc]d', '"abd" or "acd"'],
    ['ab+c', '"ab" and "bc"'],
    ['x(yz)?', '"x"'],
    ['net[12]filter', '"net" and "filter"'],
    ['foo(bar|baz)', '"foobar" or "foobaz"'],
    ['(abc){2}', '"abcabc"'],
    ['\\w+', 'anything'],
    ['(foo|.*)bar', '"bar"'],
    ['é', '"é"'],
    ['(?i)é', '"É" or "é"'],
    ['[^\\x00-\\x{10FFFF}]', 'nothing'],
  ])('%s', (source, expected) => expect(describeRequired(regexp(source).required)).toBe(expected));

  it('is bounded for a long choice', () => {
    const words = Array.from({ length: 1_000 }, (_, i) => `word${i}x`);
    const { required } = regexp(words.join('|'));
    expect(required.kind === 'or' && required.of.length).toBe(1_000);
  });
});
