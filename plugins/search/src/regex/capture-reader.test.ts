import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from './capture-reader.js';
import { compilePattern } from './pattern.js';

/** The values of the first group in all hits of a text, which the plugin's own engines find. */
function values(source: string, text: string, caseSensitive = false): readonly (string | undefined)[] {
  const spec = { kind: 'regexp', source, caseSensitive } as const;
  const reader = new CaptureReader(spec);
  const bytes = Buffer.from(text);
  const found: (string | undefined)[] = [];
  const units = (end: number): number => bytes.toString('utf8', 0, end).length;
  compilePattern(spec)
    .matcher()
    .scan(bytes, 0, bytes.length, (start, end) => void found.push(reader.at(text, units(start), units(end))));
  return found;
}

describe('the first group of a hit', () => {
  it.each<readonly [string, string, readonly (string | undefined)[]]>([
    ['(a)b', 'ab xab', ['a', 'a']],
    ['\\b(\\w)at\\b', 'cat bat scatter at', ['c', 'b']],
    ['^(\\w+)', 'one two', ['one']],
    ['(\\w+)$', 'one two', ['two']],
    ['(\\w+)$', 'one two\r', ['two']],
    ['(\\w+?)x?$', 'aax', ['aa']],
    ['(a+?)b*', 'aab', ['a', 'a']],
    ['x(y)?', 'x xy', [undefined, 'y']],
    ['(?:a|(b))', 'ab', [undefined, 'b']],
    ['(ö+)', 'schöön 😀ö', ['öö', 'ö']],
    ['(?P<name>é)', 'é', ['é']],
  ])('of %s in %s is %j', (source, text, expected) => expect(values(source, text)).toEqual(expected));

  it('keeps the case it is written in', () => {
    expect(values('(go)', 'Go GO go')).toEqual(['Go', 'GO', 'go']);
    expect(values('(go)', 'Go GO go', true)).toEqual(['go']);
  });

  it('is what ECMAScript captures, wherever the hit stands', () => {
    const part = fc.constantFrom('(a+)', 'b?', '\\b', '[ab]', 'c*', '(?:a|b)', '^', '$', 'x');
    const source = fc
      .tuple(fc.constantFrom('(a|b)', '(\\w)', '([ab]+?)', '(a*)c'), fc.array(part, { maxLength: 3 }))
      .map(([group, rest]) => [group, ...rest].join(''));
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ' ', 'x', 'ab'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(source, text, (pattern, line) => {
        const expected = [...line.matchAll(new RegExp(pattern, 'g'))].filter(([hit]) => hit !== '').map((match) => match[1]);
        expect(values(pattern, line, true)).toEqual(expected);
      }),
      { numRuns: 500, seed: Number(process.env['SEXTANT_TEST_SEED'] ?? 20240515) },
    );
  });
});
