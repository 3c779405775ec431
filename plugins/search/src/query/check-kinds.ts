import type { Alternative } from './alternatives.js';
import type { FieldName, FilterNode, QueryError, QueryNode } from './ast.js';
import { beside, failure } from './filter-errors.js';
import { filtersOf } from './filters-of.js';
import { hasPattern } from './has-pattern.js';
import { replacing } from './query-errors.js';
import { parseSelect, type Select } from './select.js';

const COMMIT_FIELDS: readonly FieldName[] = ['author', 'committer', 'before', 'after', 'message'];
/** Filters that only files pass. */
const FILE_FIELDS: readonly FieldName[] = ['file', 'lang'];

/** Filters that say nothing of the kinds of results beside them: ignored, they would give a wrong answer, or an empty one in silence. */
export function checkKinds(text: string, alternative: Alternative): QueryError[] {
  const filters = alternative.flatMap(filtersOf);
  const types = typesOf(filters);
  return [
    ...commitFields(text, filters, types),
    ...(types.includes('commit') ? contentsOfCommits(text, filters) : []),
    ...(types.includes('diff') && !types.includes('commit') ? contentsInGroups(text, alternative) : []),
    ...(types.length > 0 && types.every((type) => type === 'repo') ? filesOfRepositories(text, filters) : []),
    ...filters
      .filter((filter) => filter.field === 'repohasfile' && types.includes('symbol'))
      .map((filter) => failure(text, filter, 'repohasfile: cannot be combined with type:symbol.', 'Remove repohasfile:')),
  ];
}

function commitFields(text: string, filters: readonly FilterNode[], types: readonly string[]): QueryError[] {
  if (types.includes('commit') || types.includes('diff')) return [];
  return filters
    .filter((filter) => COMMIT_FIELDS.includes(filter.field))
    .map((filter) => ({
      message: `${filter.field}: needs type:commit or type:diff.`,
      start: filter.start,
      end: filter.end,
      fix: beside(text, filter, 'type:commit', 'Search commits'),
    }));
}

function contentsOfCommits(text: string, filters: readonly FilterNode[]): QueryError[] {
  return filters
    .filter((filter) => filter.predicate?.name === 'file.has.content')
    .map((filter) =>
      failure(
        text,
        filter,
        'file:has.content() asks for whole files; type:commit looks at messages. Use type:diff.',
        'Remove file:has.content()',
      ),
    );
}

/** The files of a change are read once it is known to fit, so the condition stands for the whole of it. */
function contentsInGroups(text: string, alternative: Alternative): QueryError[] {
  return alternative
    .filter((node) => node.kind !== 'filter')
    .flatMap(filtersOf)
    .filter((filter) => filter.predicate?.name === 'file.has.content')
    .map((filter) =>
      failure(text, filter, 'file:has.content() cannot stand in an "or" of filters with type:diff.', 'Remove file:has.content()'),
    );
}

function filesOfRepositories(text: string, filters: readonly FilterNode[]): QueryError[] {
  const type = filters.find((filter) => filter.field === 'type');
  return filters
    .filter((filter) => FILE_FIELDS.includes(filter.field))
    .map((filter) => ({
      message: `${filter.field}: says nothing of a repository; select:repo gives the repositories of the files that fit.`,
      start: filter.start,
      end: filter.end,
      ...(type === undefined ? {} : { fix: replacing(text, type, 'select:repo', 'Use select:repo') }),
    }));
}

/** The types whose results each `select:` can be made of. */
const MADE_OF: Readonly<Record<Select['kind'], readonly string[]>> = {
  repo: ['file', 'path', 'repo', 'symbol', 'commit', 'diff'],
  file: ['file', 'path', 'symbol'],
  'file.path': ['file', 'path', 'symbol'],
  'file.directory': ['file', 'path', 'symbol'],
  'file.owners': ['file', 'path', 'symbol'],
  content: ['file'],
  symbol: ['symbol'],
  commit: ['commit', 'diff'],
  'commit.diff': ['diff'],
  'commit.diff.added': ['diff'],
  'commit.diff.removed': ['diff'],
};

/** `select:` of what none of the results can become would drop them all. */
export function checkSelect(text: string, root: QueryNode): QueryError[] {
  const filters = filtersOf(root);
  const select = filters.find((filter) => filter.field === 'select');
  const parsed = select && parseSelect(select.value);
  if (!select || !parsed) return [];
  const { kind } = parsed;
  if (kind === 'content' && !hasPattern(root))
    return [failure(text, select, 'select:content needs something to look for.', 'Remove select:')];
  const types = typesOf(filters);
  // What a plugin's results are, only the plugin knows.
  if (types.some((type) => MADE_OF[kind].includes(type) || !MADE_OF.repo.includes(type))) return [];
  if (kind === 'commit' && types.length === 0) {
    const fix = beside(text, select, 'type:commit', 'Search commits');
    return [{ message: 'select:commit needs type:commit or type:diff.', start: select.start, end: select.end, fix }];
  }
  if (kind.startsWith('commit.diff')) {
    const fix = beside(text, select, 'type:diff', 'Search diffs');
    return [{ message: `select:${select.value} needs type:diff.`, start: select.start, end: select.end, fix }];
  }
  if (types.length === 0) return [];
  return [failure(text, select, `select:${select.value} cannot be made of type:${types.join(' and type:')}.`, 'Remove select:')];
}

const typesOf = (filters: readonly FilterNode[]): string[] =>
  filters.filter((filter) => filter.field === 'type').map((filter) => filter.value.toLowerCase());
