import { describe, expect, it } from 'vitest';
import { ignoreRules, pathGlobs } from './path-globs.js';

describe('globs of large files', () => {
  it.each<[globs: string[], yes: string[], no: string[]]>([
    [[], [], ['a.txt']],
    [['*.txt'], ['a.txt', '.hidden.txt'], ['dir/a.txt', 'a.md']],
    [['**/*.txt'], ['a.txt', 'deep/er/a.txt'], ['a.md']],
    [
      ['data/**', '!data/no/**'],
      ['data/a', 'data/x/y'],
      ['data/no/a', 'a'],
    ],
    [['data/**', '!data/no/**', 'data/no/but.csv'], ['data/no/but.csv'], ['data/no/a']],
    [['!data/no/**', 'data/**'], ['data/no/a'], []],
    [['!a.txt'], [], ['a.txt', 'b.txt']],
    [
      ['*.{csv,json}', 'v[0-9]'],
      ['a.csv', 'a.json', 'v1'],
      ['va', 'a.tsv'],
    ],
  ])('are read in their order, the last that fits decides: %j', (globs, yes, no) => {
    const matches = pathGlobs(globs);
    expect(yes.filter((path) => !matches(path))).toEqual([]);
    expect(no.filter(matches)).toEqual([]);
  });
});

describe('an ignore file', () => {
  it('has a glob a line from the root of the repository, comments, and folders with all that is in them', () => {
    const ignores = ignoreRules('# generated\r\n/vendor/\n\n  docs/*.html  \n**/*.min.js\n!kept.txt\nlone\n');
    for (const path of ['vendor/a/b.go', 'docs/a.html', 'a.min.js', 'x/y/a.min.js', 'lone', 'lone/a.txt'])
      expect(ignores(path), path).toBe(true);
    for (const path of ['src/vendor/a.go', 'docs/deep/a.html', 'docs/a.md', 'kept.txt', 'x/lone', 'lonely'])
      expect(ignores(path), path).toBe(false);
  });

  it('that is empty, or longer than anybody writes, ignores what it may and nothing else', () => {
    expect(ignoreRules('')('a')).toBe(false);
    expect(ignoreRules('# only\n# comments')('# only')).toBe(false);
    const many = ignoreRules(Array.from({ length: 5_000 }, (_, i) => `f${i}`).join('\n'));
    expect(many('f999')).toBe(true);
    expect(many('f4999')).toBe(false);
  });
});
