import { describe, expect, it, vi } from 'vitest';
import { parseRegex } from './parse-regex.js';
import { compilePattern } from './pattern.js';
import { planEngine } from './regexp-pattern.js';
import { simplify } from './simplify.js';
import { v8Linear } from './v8-linear.js';

function plan(source: string) {
  const parsed = parseRegex(source, { caseSensitive: true });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return planEngine(simplify(parsed.regex.node));
}

function finds(source: string, text: string): boolean {
  const bytes = Buffer.from(text);
  return compilePattern({ kind: 'regexp', source, caseSensitive: true }).matcher().find(bytes, 0, bytes.length) !== undefined;
}

// Each would take a plain backtracking engine longer than the age of the universe, or at least minutes.
const EXPLOSIVE: readonly [source: string, text: string][] = [
  ['(a+)+$', `${'a'.repeat(20_000)}b`],
  ['(a|aa)+$', `${'a'.repeat(20_000)}b`],
  ['(a*)*c', 'a'.repeat(20_000)],
  ['(x+x+)+y', 'x'.repeat(5_000)],
  ['(.*)(.*)(.*)(.*)c', 'a'.repeat(2_000)],
  ['(.*){50}$x', 'a'.repeat(20_000)],
  ['(.*a){50}x', 'a'.repeat(2_000)],
  ['(a{1,20}){1,20}$', `${'a'.repeat(500)}b`],
  ['(\\w*\\s*)*!', 'word '.repeat(2_000)],
  ['(?:a?){400}a{400}b', 'a'.repeat(400)],
  ['(?:é|.)+é$', `${'é'.repeat(5_000)}x`],
  ['([a-z]+)*[a-z]+[a-z]+\\d', 'z'.repeat(20_000)],
  ['(?:(?:(||\\b_ßß){0,18}A|x){1,3}\\b)\\.', 'Éa日ß.Ω'],
  ['a*c', 'a'.repeat(300_000)],
  ['\\w+=', 'deadbeef'.repeat(60_000)],
  ['x*y', `${'x'.repeat(2_000)}\n`.repeat(20)],
  ['(?s)a.*b.*c\\n', 'ab'.repeat(100_000)],
];

describe('hostile row 9: a pattern made to explode', () => {
  it('has the linear fallback of V8 behind it in this process', () => expect(v8Linear().available).toBe(true));

  it.each(EXPLOSIVE)('%s runs on an engine that is linear, and ends', (source, text) => {
    const { engine, guarded } = plan(source);
    expect(engine === 're2' || guarded !== undefined).toBe(true);
    expect(finds(source, text)).toBe(false);
  });

  it.each([
    ['\\w+_ops\\s*=\\s*\\{\\s*$', false],
    ['func\\s+\\w+\\(', false],
    ['a+b+c+', false],
    ['[a-z]+\\d*[a-z]+', true],
    ['.*a.*b.*c', true],
    ['(a|ab)*', true],
    ['(a|b)*', false],
  ])('%s is ambiguous: %s', (source, ambiguous) => expect(plan(source).ambiguous).toBe(ambiguous));

  it('goes to RE2 when ambiguous and too long to write out for V8', () => {
    expect(plan('(?:[ab]{0,900}x?){1}(?:[ab]c?){0,900}$')).toMatchObject({ engine: 're2', ambiguous: true });
  });

  it('goes to RE2 when a loop may be empty, which ECMAScript reads differently', () => {
    expect(plan('(?:a*b*)*c').engine).toBe('re2');
    expect(finds('(?:|a)*b', 'aab')).toBe(true);
  });

  it('moves to RE2 for good once a text was slow', () => {
    const matcher = compilePattern({ kind: 'regexp', source: '(x+x+)+y', caseSensitive: true }).matcher();
    const bytes = Buffer.from('xxxx');
    expect(matcher.find(bytes, 0, bytes.length)).toBeUndefined();
    expect(matcher.engine).toBe('v8');
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(1_000);
    expect(matcher.find(bytes, 0, bytes.length)).toBeUndefined();
    clock.mockRestore();
    expect(matcher.engine).toBe('re2');
    expect(matcher.find(Buffer.from('xxxy'), 0, 4)).toEqual({ start: 0, end: 4 });
  });

  it.each([
    ['nests 10,000 parentheses', `${'('.repeat(10_000)}a${')'.repeat(10_000)}`, 'too-deep'],
    ['nests 10,000 open parentheses', '('.repeat(10_000), 'too-deep'],
    ['is 100 KB of text', 'abcdefghij'.repeat(10_000), 'too-large'],
    ['is 100 KB of classes', '[a-z]'.repeat(20_000), 'too-large'],
    ['is one class of 100 KB', `[${'ab-cé'.repeat(20_000)}]`, undefined],
    ['repeats a thousand times a thousand', '(?:a{1000}){1000}', 'invalid-repeat-count'],
    ['repeats what is large', `(?:${'ab'.repeat(50)}){1000}`, 'too-large'],
    ['is 100 KB of repeats', 'a*'.repeat(50_000), 'too-large'],
    ['is 100 KB of choices', 'a|'.repeat(50_000), 'too-large'],
    ['is 100 KB of flags', '(?i)'.repeat(25_000), undefined],
  ])('is answered when it %s', (_name, source, code) => {
    const parsed = parseRegex(source, { caseSensitive: true });
    expect(parsed.ok ? undefined : parsed.error.code).toBe(code);
  });

  it.each([
    ['a choice in a loop over a whole megabyte', '(?:a|b|cd)*!', 'ab'.repeat(500_000), false],
    ['a thousand dots', `${'.'.repeat(1_000)}x`, `${'é'.repeat(1_000)}x`, true],
    ['Unicode classes up to the limit', '\\pL'.repeat(10), '日本語のテキスト検索です', true],
    ['a long folded text', `(?i)${'é'.repeat(3_000)}`, 'É'.repeat(3_000), true],
  ])('survives %s', (_name, source, text, found) => expect(finds(source, text)).toBe(found));

  it.each([
    ['in a count', '\\pL{1000}'],
    ['in a row', '\\pL'.repeat(2_000)],
    ['in a repeated group', '(?:\\pL\\d){500}'],
  ])('refuses too much Unicode %s', (_name, source) => {
    const parsed = parseRegex(source, { caseSensitive: true });
    expect(parsed.ok ? undefined : parsed.error.code).toBe('too-large');
  });

  it('searches for 100 KB of literal text', () => {
    const text = 'abcdefghij'.repeat(10_000);
    const bytes = Buffer.from(`x${text}x`);
    expect(compilePattern({ kind: 'literal', source: text, caseSensitive: false }).matcher().find(bytes, 0, bytes.length)).toEqual({
      start: 1,
      end: 100_001,
    });
  });
});
