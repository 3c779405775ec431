import type { FilterNode } from './ast.js';
import { languagesNamed } from './languages/languages.js';
import { escapeRegexp } from './pattern-runs.js';

/** A filter that stands in no text yet. */
export const filterNode = (field: FilterNode['field'], value: string, negated = false): FilterNode => ({
  kind: 'filter',
  field,
  value,
  negated,
  quoted: false,
  valueStart: 0,
  start: 0,
  end: 0,
});

/** RE2 syntax that matches this text and no other; an `@` does not begin a list of revisions. */
export const exactPattern = (text: string): string => `^${escapeRegexp(text).replaceAll('@', '\\@').replaceAll('\n', '\\n')}$`;

export const exactFilter = (field: 'repo' | 'file' | 'author', value: string): FilterNode => filterNode(field, exactPattern(value));

/** The filters that keep one language: a name that also stands for close relatives is told from them. */
export function exactLanguage(name: string): readonly FilterNode[] {
  const others = (languagesNamed(name) ?? []).filter((other) => other !== name);
  return [filterNode('lang', name), ...others.map((other) => filterNode('lang', other, true))];
}
