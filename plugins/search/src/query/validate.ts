import { MAX_FOLDED_TEXT } from '../regex/regexp-pattern.js';
import { alternativesOf, MAX_ALTERNATIVES, MAX_PARTS } from './alternatives.js';
import type { FieldName, FilterNode, PatternType, QueryError, QueryNode } from './ast.js';
import { checkKinds, checkSelect } from './check-kinds.js';
import { fieldOf } from './fields.js';
import { beside, failure } from './filter-errors.js';
import { isNegatable } from './filter-values.js';
import { filtersOf } from './filters-of.js';
import { parseRevisions, splitRevisions } from './revisions.js';
import { checkTemplate } from './structural-template.js';

/** What is wrong with filters in each other's company. */
export function checkTogether(text: string, patternType: PatternType, root: QueryNode | undefined): QueryError[] {
  if (root === undefined) return [];
  const alternatives = alternativesOf(root);
  if (alternatives === undefined) {
    return [
      {
        message: `The query has more than ${MAX_ALTERNATIVES} alternatives, or ${MAX_PARTS.toLocaleString('en')} parts in them; split it.`,
        start: root.start,
        end: root.end,
      },
    ];
  }
  const errors = [...repeated(text, filtersOf(root), 'query'), ...checkSelect(text, root), ...checkNegations(negatedOptions(root))];
  for (const alternative of alternatives) {
    const filters = alternative.flatMap((node) => (node.kind === 'filter' ? [node] : []));
    errors.push(
      ...checkNegations(filters),
      ...repeated(text, filters, 'alternative'),
      ...checkRevisions(text, filters),
      ...checkKinds(text, alternative),
    );
  }
  if (patternType === 'structural') errors.push(...checkStructural(text, root));
  return distinct(errors);
}

/** Long texts with letters beyond ASCII can be looked for in their own case only. */
export function checkFolding(text: string, root: QueryNode): QueryError[] {
  if (root.kind === 'not') return checkFolding(text, root.of);
  if (root.kind !== 'pattern' && root.kind !== 'filter') return root.of.flatMap((child) => checkFolding(text, child));
  const value = root.pattern?.kind === 'literal' ? root.pattern.value : '';
  if (value.length <= MAX_FOLDED_TEXT || !/[^\0-\x7f]/.test(value)) return [];
  const message = `A text of more than ${MAX_FOLDED_TEXT} characters beyond ASCII is only searched with its case.`;
  return [{ message, start: root.start, end: root.end, fix: { description: 'Search with its case', query: `case:yes ${text}` } }];
}

function repeated(text: string, filters: readonly FilterNode[], scope: 'query' | 'alternative'): QueryError[] {
  const seen = new Set<FieldName>();
  return filters.flatMap((filter) => {
    if (fieldOf(filter.field).once !== scope || !seen.has(filter.field)) {
      seen.add(filter.field);
      return [];
    }
    return [failure(text, filter, `${filter.field}: may be given only once.`, 'Remove the second')];
  });
}

function checkRevisions(text: string, filters: readonly FilterNode[]): QueryError[] {
  const rev = filters.find((filter) => filter.field === 'rev');
  const repos = filters.filter((filter) => filter.field === 'repo' && filter.predicate === undefined);
  const pinned = repos.find((filter) => splitRevisions(filter.value).revisions !== undefined);
  const errors: QueryError[] = [];
  if (rev !== undefined && !filters.some((filter) => filter.field === 'repo' && !filter.negated)) {
    const fix = beside(text, rev, 'repo:.', 'Look for it in every repository');
    errors.push({ message: 'rev: needs a repo: filter that says where.', start: rev.start, end: rev.end, fix });
  }
  if (rev !== undefined && pinned !== undefined) {
    errors.push(failure(text, rev, 'rev: cannot stand together with "@" in a repo: filter; use one of them.', 'Remove rev:'));
  }
  const indexOnly = filters.find((filter) => filter.field === 'index' && filter.value.toLowerCase() === 'only');
  if (indexOnly !== undefined && [...repos, ...(rev === undefined ? [] : [rev])].some(hasGlob)) {
    errors.push(failure(text, indexOnly, 'index:only cannot be combined with revision globs.', 'Remove index:only'));
  }
  return errors;
}

function hasGlob(filter: FilterNode): boolean {
  if (filter.predicate !== undefined) return false;
  const list = filter.field === 'rev' ? filter.value : splitRevisions(filter.value).revisions;
  const parsed = list === undefined ? undefined : parseRevisions(list);
  return parsed?.ok === true && parsed.revisions.some((revision) => revision.kind === 'glob');
}

/** Options in a negated group. They take no part in alternatives, so they are looked for here. */
function negatedOptions(node: QueryNode): FilterNode[] {
  if (node.kind === 'not') {
    return filtersOf(node.of)
      .filter((filter) => fieldOf(filter.field).once === 'query')
      .map((filter) => ({ ...filter, negated: true }));
  }
  return node.kind === 'and' || node.kind === 'or' ? node.of.flatMap(negatedOptions) : [];
}

/** A negated group negates each filter in it. */
function checkNegations(filters: readonly FilterNode[]): QueryError[] {
  return filters
    .filter((filter) => filter.negated && !isNegatable(filter))
    .map(({ field, start, end }) => ({ message: `${field}: cannot be negated, nor stand in a negated group.`, start, end }));
}

function checkStructural(text: string, root: QueryNode): QueryError[] {
  const filters = filtersOf(root);
  const types = filters.filter((filter) => filter.field === 'type');
  const negated = filters.filter((filter) => filter.negated && filter.field === 'content');
  const selects = filters.filter((filter) => filter.field === 'select' && /^symbol/i.test(filter.value));
  const rules = filters.filter((filter) => filter.field === 'rule');
  return [
    ...types.map((filter) => failure(text, filter, 'type: cannot be combined with patterntype:structural.', 'Remove type:')),
    ...negated.map((filter) => failure(text, filter, 'A structural pattern cannot be negated.', 'Remove it')),
    ...selects.map((filter) =>
      failure(text, filter, `select:${filter.value} cannot be combined with patterntype:structural.`, 'Remove select:'),
    ),
    ...rules.map((filter) =>
      failure(text, filter, 'rule: belongs to another template language; metavariables take no rules.', 'Remove rule:'),
    ),
    ...checkTemplate(text, root, filters),
  ];
}

function distinct(errors: readonly QueryError[]): QueryError[] {
  return errors.filter((error, i) => errors.findIndex((other) => other.message === error.message && other.start === error.start) === i);
}
