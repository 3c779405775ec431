import { describe, expect, it } from 'vitest';
import { pathRules } from './path-rules.js';

describe('rules over paths', () => {
  it.each([
    ['a folder stands for what is in it', ['docs'], ['docs/a/b.md'], ['docsy/a', 'a/docs']],
    ['with a slash at either end too', ['/docs/'], ['docs/a'], ['doc']],
    ['one star keeps to its folder', ['src/*.ts'], ['src/a.ts'], ['src/b/a.ts', 'src/a.js']],
    ['two stars do not', ['src/**.ts'], ['src/b/a.ts'], ['lib/a.ts']],
    ['the last that fits decides', ['**', '-secret/**', 'secret/open.md'], ['a', 'secret/open.md'], ['secret/key']],
    ['what nothing fits is hidden', ['a'], ['a'], ['b']],
    ['nothing but what is hidden shows nothing', ['-a'], [], ['a', 'b']],
    ['alternatives and ranges', ['{a,b}/[0-9].txt'], ['a/1.txt', 'b/2.txt'], ['c/1.txt', 'a/x.txt']],
    ['letters of expressions are letters', ['a+b(c).ts'], ['a+b(c).ts'], ['aab(c).ts', 'abc.ts']],
    ['the root is everything', ['/'], ['a/b', 'c'], []],
  ])('%s', (_what, patterns, shown, hidden) => {
    const rules = pathRules(patterns);
    expect(shown.filter((path) => !rules.allows(path))).toEqual([]);
    expect(hidden.filter((path) => rules.allows(path))).toEqual([]);
  });

  it.each(['', 'a[', '{a'])('refuses %j', (pattern) => expect(() => pathRules([pattern])).toThrow(RangeError));
});
