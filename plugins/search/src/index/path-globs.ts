import picomatch from 'picomatch';

/**
 * One matcher from a list of globs where the last one that matches decides and a leading `!` takes a path out again,
 * as in `search.largeFiles`. `**` crosses folders.
 */
export function pathGlobs(globs: readonly string[]): (path: string) => boolean {
  const rules = globs.map((glob) => {
    const negated = glob.startsWith('!');
    return { negated, matches: picomatch(negated ? glob.slice(1) : glob, { dot: true, nonegate: true }) };
  });
  return (path) => {
    for (let index = rules.length - 1; index >= 0; index--) {
      if (rules[index]!.matches(path)) return !rules[index]!.negated;
    }
    return false;
  };
}

/** Paths of the files that exclude others from the index, in the root of a repository. */
export const IGNORE_FILES: readonly string[] = ['.sextant/ignore', '.sourcegraph/ignore'];

const MAX_RULES = 1_000;

/**
 * Reads an ignore file: a glob a line, `#` comments. A glob without a slash at its end names files and, as in the field,
 * everything under a folder of that name; `!` is not special.
 */
export function ignoreRules(text: string): (path: string) => boolean {
  const globs = text
    .split(/\r?\n/, MAX_RULES * 2)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(0, MAX_RULES)
    .map((line) => line.replace(/^\/+|\/+$/g, ''))
    .filter((line) => line !== '')
    .flatMap((glob) => [glob, `${glob}/**`]);
  const matchers = globs.map((glob) => picomatch(glob, { dot: true, nonegate: true }));
  return (path) => matchers.some((matches) => matches(path));
}
