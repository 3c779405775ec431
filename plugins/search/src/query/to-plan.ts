import type { DocExpr, PatternSpec } from '../engine/contract.js';
import { type Alternative, alternativesOf } from './alternatives.js';
import type { FieldName, FilterNode, PatternText, Query, QueryNode } from './ast.js';
import { parseTime } from './dates.js';
import { parseGoDuration } from './duration.js';
import { filtersOf } from './filters-of.js';
import { hasPattern } from './has-pattern.js';
import { languagesNamed } from './languages/languages.js';
import type {
  AccountFilter,
  CommitPlan,
  PlanAlternative,
  PlanOptions,
  ProviderNeed,
  ResultKind,
  SearchPlan,
  StructuralPlan,
  TextFilter,
} from './plan.js';
import { repositoryScope } from './repository-scope.js';
import { parseSelect } from './select.js';

/**
 * What a query asks for. It needs no repositories, users or index.
 * @param now what relative times such as "2 weeks ago" count from
 */
export function toPlan(query: Query, { now }: { readonly now: Date }): SearchPlan {
  const alternatives = query.root === undefined ? [[]] : (alternativesOf(query.root) ?? []);
  const options = planOptions(query);
  return {
    query,
    options,
    alternatives: alternatives.map((alternative) => planAlternative(alternative, { query, options, now })),
    providers: distinct(
      // Options hold for the whole query and stand in no alternative.
      [
        ...(query.root === undefined ? [] : filtersOf(query.root).filter(({ field }) => field === 'select')),
        ...alternatives.flat().flatMap(filtersOf),
      ].flatMap((filter) => providerNeeds(filter, query.text)),
    ),
  };
}

interface Setting {
  readonly query: Query;
  readonly options: PlanOptions;
  readonly now: Date;
}

function planOptions(query: Query): PlanOptions {
  const filters = query.root === undefined ? [] : filtersOf(query.root);
  const value = (field: FieldName) => filters.find((filter) => filter.field === field)?.value;
  const count = value('count');
  const timeout = value('timeout');
  const select = value('select');
  return {
    ...(count === undefined ? {} : { count: count.toLowerCase() === 'all' ? 'all' : Number(count) }),
    ...(timeout === undefined ? {} : { timeout: parseGoDuration(timeout) }),
    ...(select === undefined ? {} : { select: parseSelect(select) }),
  };
}

function planAlternative(alternative: Alternative, setting: Setting): PlanAlternative {
  const filters = alternative.filter((node) => node.kind === 'filter');
  const kinds = resultKinds(alternative, filters, setting.options);
  const fields = fieldsOf(kinds, filters);
  const conditions = alternative.map((node) => condition(node, fields, setting.query));
  const { select } = setting.options;
  if (select?.kind === 'symbol' && select.symbolKind !== undefined) conditions.push({ op: 'symbolKind', kinds: [select.symbolKind] });
  const commits = kinds.includes('commit') || kinds.includes('diff') ? commitPlan(filters, setting) : undefined;
  const structural = structuralPlan(alternative, filters);
  const phrase = phraseOf(alternative, setting.query);
  return {
    kinds,
    sources: sourcesOf(filters),
    repositories: repositoryScope(filters, setting.now),
    files: filters.flatMap(({ predicate, negated }) =>
      predicate?.name === 'file.provided' ? [{ called: predicate.called, argument: predicate.argument, negated }] : [],
    ),
    expr: allOf(conditions),
    ...(phrase === undefined ? {} : { phrase }),
    index: (filters.find((filter) => filter.field === 'index')?.value.toLowerCase() ?? 'yes') as 'yes',
    ...(commits === undefined ? {} : { commits }),
    ...(structural === undefined ? {} : { structural }),
  };
}

/** The longest run of words with nothing but space between them: who writes AND means no sentence. */
function phraseOf(alternative: Alternative, query: Query): PatternSpec | undefined {
  let longest: string[] = [];
  let run: string[] = [];
  let end = -1;
  for (const node of alternative) {
    if (node.kind !== 'pattern' || node.pattern.kind !== 'literal') continue;
    run = end >= 0 && /^\s+$/.test(query.text.slice(end, node.start)) ? [...run, node.pattern.value] : [node.pattern.value];
    if (run.length > longest.length) longest = run;
    end = node.end;
  }
  return longest.length < 2 ? undefined : { kind: 'literal', source: longest.join(' '), caseSensitive: query.caseSensitive };
}

const KINDS_OF_TYPE: Readonly<Record<string, readonly ResultKind[]>> = {
  file: ['content'],
  path: ['path'],
  repo: ['repository'],
  symbol: ['symbol'],
  commit: ['commit'],
  diff: ['diff'],
};

/** Types that are none of the search's own. */
const sourcesOf = (filters: readonly FilterNode[]): readonly string[] => [
  ...new Set(
    filters.filter(({ field, value }) => field === 'type' && !KINDS_OF_TYPE[value.toLowerCase()]).map(({ value }) => value.toLowerCase()),
  ),
];

/** `type:` decides; else what `select:` can be made of; else contents, paths and, unless repositories are named, repositories. */
function resultKinds(alternative: Alternative, filters: readonly FilterNode[], options: PlanOptions): readonly ResultKind[] {
  const types = filters.filter((filter) => filter.field === 'type').map((filter) => filter.value.toLowerCase());
  if (types.length > 0) return [...new Set(types.flatMap((type) => KINDS_OF_TYPE[type] ?? []))];
  if (alternative.some(isStructural)) return ['content'];
  if (options.select?.kind === 'symbol') return ['symbol'];
  if (alternative.some(hasPattern)) {
    const named = filters.some(
      (filter) => filter.field === 'repo' || filter.field === 'file' || filter.field === 'lang' || filter.field === 'content',
    );
    return named ? ['content', 'path'] : ['content', 'path', 'repository'];
  }
  const aboutFiles =
    options.select?.kind.startsWith('file') ||
    filters.some((filter) => ['file', 'lang'].includes(filter.field)) ||
    alternative.some((node) => node.kind === 'or');
  return aboutFiles ? ['path'] : ['repository'];
}

const isStructural = (node: QueryNode): boolean => node.kind === 'pattern' && node.pattern.kind === 'structural';

/** The node as a condition on a document; what concerns repositories and options is true of every document. */
function condition(node: QueryNode, fields: readonly TextField[], query: Query): DocExpr {
  switch (node.kind) {
    case 'pattern':
      return node.pattern.kind === 'structural'
        ? structuralCondition(node.pattern.value)
        : { op: 'match', in: fields, pattern: spec(node.pattern, query) };
    case 'not':
      return { op: 'not', of: condition(node.of, fields, query) };
    case 'and':
      return allOf(node.of.map((child) => condition(child, fields, query)));
    case 'or':
      return { op: 'or', of: node.of.map((child) => condition(child, fields, query)) };
    case 'filter': {
      const expr = filterCondition(node, query);
      return node.negated && expr.op !== 'const' ? { op: 'not', of: expr } : expr;
    }
  }
}

const MAX_WORDS = 16;

/**
 * A match holds each word of the pattern, whatever the language: so the index, and a look at the text, spare parsing. Letter case is left
 * open, since some languages have keywords in any; so are letters beyond ASCII, whose case is dear to compare.
 */
function structuralCondition(pattern: string): DocExpr {
  const words = new Set(pattern.replace(/\$+[A-Z_0-9]*/g, ' ').match(/\w{2,}/g));
  const longest = [...words].sort((a, b) => b.length - a.length).slice(0, MAX_WORDS);
  return allOf([
    ...longest.map((source): DocExpr => ({ op: 'content', pattern: { kind: 'literal', source, caseSensitive: false } })),
    { op: 'structural', pattern },
  ]);
}

function filterCondition(filter: FilterNode, query: Query): DocExpr {
  if (filter.field === 'content' && filter.pattern !== undefined)
    return { op: 'match', in: ['content'], pattern: spec(filter.pattern, query) };
  if (filter.field === 'lang') return { op: 'language', names: languagesNamed(filter.value) ?? [] };
  if (filter.predicate?.name === 'file.has.content') return { op: 'content', pattern: regexp(filter.predicate.pattern, query) };
  if (filter.field === 'file' && filter.predicate === undefined) return { op: 'path', pattern: regexp(filter.value, query) };
  return TRUE;
}

const TRUE: DocExpr = { op: 'const', value: true };

function allOf(conditions: readonly DocExpr[]): DocExpr {
  const of = conditions.flatMap((expr) => (expr.op === 'and' ? expr.of : [expr])).filter((expr) => expr.op !== 'const' || !expr.value);
  return of.length === 0 ? TRUE : of.length === 1 ? (of[0] as DocExpr) : { op: 'and', of };
}

type TextField = 'content' | 'path' | 'symbol';

/** Where patterns are looked for. `type:file` lists files, by their contents only. */
function fieldsOf(kinds: readonly ResultKind[], filters: readonly FilterNode[]): readonly TextField[] {
  const types = filters.filter(({ field }) => field === 'type').map(({ value }) => value.toLowerCase());
  const byContents = types.includes('file') && !types.includes('path');
  const fields = (['content', 'path', 'symbol'] as const).filter((field) => kinds.includes(field) && !(byContents && field === 'path'));
  return fields.length === 0 ? ['content'] : fields;
}

function spec(pattern: PatternText, query: Query): PatternSpec {
  return { kind: pattern.kind === 'regexp' ? 'regexp' : 'literal', source: pattern.value, caseSensitive: query.caseSensitive };
}

function regexp(source: string, query: Query): PatternSpec {
  return { kind: 'regexp', source, caseSensitive: query.caseSensitive };
}

function commitPlan(filters: readonly FilterNode[], { query, now }: Setting): CommitPlan {
  const texts = (field: FieldName): TextFilter[] =>
    filters
      .filter((filter) => filter.field === field && filter.predicate === undefined && usernameOf(filter) === undefined)
      .map((filter) => ({ pattern: regexp(filter.value, query), negated: filter.negated }));
  const times = (field: FieldName) =>
    filters
      .filter((filter) => filter.field === field)
      .map((filter) => ({ time: (parseTime(filter.value, now) ?? now).toISOString(), negated: filter.negated }));
  const accounts = filters.flatMap(accountFilter);
  const contents = filters.flatMap(({ predicate, negated }): TextFilter[] =>
    predicate?.name === 'file.has.content' ? [{ pattern: regexp(predicate.pattern, query), negated }] : [],
  );
  return {
    author: texts('author'),
    committer: texts('committer'),
    message: texts('message'),
    after: times('after'),
    before: times('before'),
    ...(accounts.length === 0 ? {} : { accounts }),
    ...(contents.length === 0 ? {} : { contents }),
  };
}

/** The user that `author:@user` names. Any other value is a regexp. */
function usernameOf({ field, value }: FilterNode): string | undefined {
  return field === 'author' || field === 'committer' ? /^@(\w[\w.-]*)$/.exec(value)?.[1] : undefined;
}

function accountFilter(filter: FilterNode): AccountFilter[] {
  const username = usernameOf(filter);
  if (username === undefined) return [];
  const { field, negated, start, end, valueStart } = filter;
  return [{ role: field === 'author' ? 'author' : 'committer', username, negated, start, end, valueStart }];
}

function structuralPlan(alternative: Alternative, filters: readonly FilterNode[]): StructuralPlan | undefined {
  const pattern = alternative.find(isStructural);
  if (pattern?.kind !== 'pattern') return undefined;
  const languages = filters
    .filter((filter) => filter.field === 'lang' && !filter.negated)
    .flatMap((filter) => languagesNamed(filter.value) ?? []);
  return { pattern: pattern.pattern.value, languages };
}

/** What stands beside an `or` stands in each of its alternatives. */
function distinct(needs: readonly ProviderNeed[]): ProviderNeed[] {
  return [...new Map(needs.map((need) => [`${need.negated} ${need.text}`, need])).values()];
}

const WELL_KNOWN: Readonly<Record<string, ProviderNeed['provider']>> = { 'has.owner': 'ownership', 'has.contributor': 'contributors' };

function providerNeeds(filter: FilterNode, text: string): ProviderNeed[] {
  const { field, value, valueStart, predicate, start, end, negated } = filter;
  const written = { text: text.slice(start, end), negated, start, end };
  if (predicate?.name === 'file.provided' || predicate?.name === 'repo.provided') {
    const { called: name, argument } = predicate;
    const on = predicate.name === 'file.provided' ? 'file' : 'repo';
    const named = { on, name, argument, start: valueStart, end: valueStart + name.length } as const;
    return [{ provider: (on === 'file' ? WELL_KNOWN[name] : undefined) ?? 'predicates', named, ...written }];
  }
  if (field === 'type' && !KINDS_OF_TYPE[value.toLowerCase()]) {
    const named = { on: 'type', name: value.toLowerCase(), argument: '', start: valueStart, end } as const;
    return [{ provider: 'result-sources', named, ...written }];
  }
  if (field === 'select' && parseSelect(value)?.kind === 'file.owners') return [{ provider: 'ownership', ...written }];
  if (field === 'context' && value !== 'global') return [{ provider: 'search-contexts', ...written }];
  return [];
}
