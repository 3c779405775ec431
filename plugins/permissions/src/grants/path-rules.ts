import type { PathRules } from '@sextant/plugin-code-host/api';
import { RE2JS } from 're2js';

/** A pattern may be so long, and a person have so many for one repository. */
export const LONGEST_PATTERN = 1_000;
export const MOST_PATTERNS = 1_000;

/**
 * Rules over paths: `dir/**`, `*.md`, `-dir/secret.txt`. The last one that fits decides, and a path that none fits is hidden. `**` stands for any text, `*`
 * and `?` for what has no `/`, `[a-z]` for one letter, `{a,b}` for either; a name of a folder, or one with a `/` at its end, for all that is in it.
 * Linear in the length of the path.
 * @throws RangeError for a pattern that is none.
 */
export function pathRules(patterns: readonly string[]): PathRules {
  const rules = patterns.map((pattern) => {
    const denies = pattern.startsWith('-');
    return { denies, expression: RE2JS.compile(expressionOf(denies ? pattern.slice(1) : pattern)) };
  });
  return {
    allows: (path) => {
      const bare = path.replace(/^\/+/, '');
      const deciding = rules.findLast(({ expression }) => expression.matcher(bare).matches());
      return deciding !== undefined && !deciding.denies;
    },
  };
}

function expressionOf(pattern: string): string {
  const glob = pattern.replace(/^\/+/, '');
  if (glob === '' && pattern === '') throw new RangeError('An empty pattern fits nothing.');
  let text = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const letter = glob[at] as string;
    if (letter === '*' && glob[at + 1] === '*') {
      at++;
      text += '.*';
    } else if (letter === '*') text += '[^/]*';
    else if (letter === '?') text += '[^/]';
    else if (letter === '[') {
      const end = glob.indexOf(']', at + 2);
      if (end < 0) throw new RangeError(`The pattern ${JSON.stringify(pattern)} has a "[" without its "]".`);
      const inside = glob.slice(at + 1, end).replace(/^!/, '^');
      text += `[${inside.replace(/[\\[\]&]/g, '\\$&')}]`;
      at = end;
    } else if (letter === '{') {
      depth++;
      text += '(?:';
    } else if (letter === '}' && depth > 0) {
      depth--;
      text += ')';
    } else if (letter === ',' && depth > 0) text += '|';
    else if (letter === '\\' && at + 1 < glob.length) text += RE2JS.quote(glob[++at] as string);
    else text += RE2JS.quote(letter);
  }
  if (depth > 0) throw new RangeError(`The pattern ${JSON.stringify(pattern)} has a "{" without its "}".`);
  // A folder stands for what is in it.
  return glob.endsWith('/') || glob === '' ? `(?s)${text}.*` : `(?s)${text}(?:/.*)?`;
}
