import type { FieldName } from './ast.js';

export interface Field {
  readonly name: FieldName;
  readonly aliases: readonly string[];
  readonly negatable: boolean;
  /** At most one in a query, or in each alternative of an `or`. */
  readonly once?: 'query' | 'alternative';
  /** The value is RE2 syntax. */
  readonly regexp?: boolean;
  /** The values it takes, where they can be listed. */
  readonly values?: readonly string[];
  readonly title: string;
}

const YES_NO_ONLY = ['yes', 'no', 'only'];

export const FIELDS: readonly Field[] = [
  { name: 'repo', aliases: ['r'], negatable: true, regexp: true, title: 'Repository name' },
  { name: 'file', aliases: ['f', 'path'], negatable: true, regexp: true, title: 'File path' },
  { name: 'rev', aliases: ['revision'], negatable: false, once: 'alternative', title: 'Revisions to search' },
  { name: 'lang', aliases: ['l', 'language'], negatable: true, title: 'Language' },
  { name: 'type', aliases: [], negatable: false, values: ['file', 'path', 'repo', 'symbol', 'commit', 'diff'], title: 'Kind of result' },
  { name: 'case', aliases: [], negatable: false, once: 'query', values: ['yes', 'no'], title: 'Case-sensitive' },
  { name: 'fork', aliases: [], negatable: false, once: 'alternative', values: YES_NO_ONLY, title: 'Forks' },
  { name: 'archived', aliases: [], negatable: false, once: 'alternative', values: YES_NO_ONLY, title: 'Archived repositories' },
  {
    name: 'visibility',
    aliases: [],
    negatable: false,
    once: 'alternative',
    values: ['any', 'public', 'private'],
    title: 'Repository visibility',
  },
  { name: 'content', aliases: [], negatable: true, once: 'alternative', title: 'Text to search for, as it is' },
  { name: 'context', aliases: [], negatable: false, once: 'alternative', title: 'Search context' },
  { name: 'select', aliases: [], negatable: false, once: 'query', title: 'Part of the results to show' },
  { name: 'count', aliases: [], negatable: false, once: 'query', title: 'Number of results' },
  { name: 'timeout', aliases: [], negatable: false, once: 'query', title: 'Time to search for' },
  {
    name: 'patterntype',
    aliases: [],
    negatable: false,
    once: 'query',
    values: ['keyword', 'standard', 'literal', 'regexp', 'structural'],
    title: 'How patterns are read',
  },
  { name: 'index', aliases: [], negatable: false, once: 'alternative', values: ['yes', 'only', 'no'], title: 'Use of the index' },
  { name: 'author', aliases: [], negatable: true, regexp: true, title: 'Commit author' },
  { name: 'committer', aliases: [], negatable: true, regexp: true, title: 'Committer' },
  { name: 'before', aliases: ['until'], negatable: true, title: 'Commits before a time' },
  { name: 'after', aliases: ['since'], negatable: true, title: 'Commits after a time' },
  { name: 'message', aliases: ['m', 'msg'], negatable: true, regexp: true, title: 'Commit message' },
  { name: 'repohasfile', aliases: [], negatable: true, regexp: true, title: 'Repository holds a path' },
  { name: 'repohascommitafter', aliases: [], negatable: true, title: 'Repository has a commit after a time' },
  { name: 'rule', aliases: [], negatable: false, once: 'alternative', title: 'Rule of a structural search' },
];

const BY_NAME = new Map(FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field] as const)));

/** The field of a name or alias, in any case. */
export function fieldNamed(name: string): Field | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function fieldOf(name: FieldName): Field {
  return BY_NAME.get(name) as Field;
}
