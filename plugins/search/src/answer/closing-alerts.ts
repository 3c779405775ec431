import type { SearchAlert, VerdictReason } from '../api.js';
import type { Query } from '../query/ast.js';
import { filterNode } from '../query/exact-filter.js';
import { filtersOf } from '../query/filters-of.js';
import { narrowed } from '../query/narrowed.js';
import { otherReadings, withOption } from '../query/other-readings.js';
import { parseQuery } from '../query/parse-query.js';
import type { SearchPlan } from '../query/plan.js';
import { replacing } from '../query/query-errors.js';
import { splitRevisions } from '../query/revisions.js';
import { nothingFound, queryNotice } from './query-alerts.js';
import type { SearchRun } from './search-run.js';
import type { SearchSettings } from './search-services.js';

const MAX_SAID = 5;
const MAX_NAMED = 3;

interface Closing {
  readonly run: Pick<SearchRun, 'tally' | 'missing'>;
  readonly settings: Pick<SearchSettings, 'defaultTimeout' | 'maxTimeout'>;
  /** There was no repository to search, which was said. */
  readonly nowhere: boolean;
  sees(repositoryId: number): boolean;
}

type Proposals = SearchAlert['proposedQueries'];

/** What the asker of an answered query may do about it: about what was left out, or else about finding nothing. */
export function closingAlerts(plan: SearchPlan, closing: Closing): readonly SearchAlert[] {
  const { run, nowhere, sees } = closing;
  const { reasons } = run.tally.verdict(sees);
  const saidOf = (reason: VerdictReason): string | undefined => reasons.find((r) => r.reason === reason)?.message;
  const alerts = [
    missingRevisions(plan.query, closing),
    tooManyHistories(plan.query, saidOf('repository-limit')),
    timeUp(plan, closing, saidOf('timed-out')),
  ].filter((alert) => alert !== undefined);
  if (run.tally.matchCount > 0) return [...alerts, queryNotice(plan.query)].filter((alert) => alert !== undefined);
  if (alerts.length > 0 || nowhere) return alerts;
  const readings = otherReadings(plan.query);
  return plan.query.notices.length > 0 || readings.length > 0 ? [nothingFound(plan.query, readings)] : [];
}

function missingRevisions(query: Query, { run, sees }: Closing): SearchAlert | undefined {
  const missing = run.missing.filter(({ repository }) => sees(repository.id));
  if (missing.length === 0) return undefined;
  const byName = [...Map.groupBy(missing, ({ revision }) => revision)];
  const lines = byName.slice(0, MAX_SAID).map(([revision, list]) => {
    const names = list.slice(0, MAX_NAMED).map(({ repository }) => repository.name);
    const more = list.length - names.length;
    return `There is no revision "${revision}" in ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
  });
  return {
    kind: 'missing-revisions',
    title: 'Some revisions do not exist',
    description: lines.join('\n'),
    proposedQueries: proposal(query, 'Search without them', withoutRevisions(query, new Set(byName.map(([revision]) => revision)))),
  };
}

/** The query with the revisions that are left, or with none. */
function withoutRevisions({ text, root }: Query, missing: ReadonlySet<string>): string | undefined {
  const filters = root === undefined ? [] : filtersOf(root).filter(({ quoted, predicate }) => !quoted && predicate === undefined);
  const left = (list: string): string =>
    list
      .split(':')
      .filter((item) => !missing.has(item))
      .join(':');
  // From the end, so that what stands before keeps its place.
  return filters.reduceRight((query, filter) => {
    if (filter.field === 'rev') {
      const rest = left(filter.value);
      return replacing(query, filter, rest === '' ? '' : `rev:${rest}`, '').query;
    }
    const { revisions, at } = filter.field === 'repo' ? splitRevisions(filter.value) : {};
    if (revisions === undefined || at === undefined) return query;
    const rest = left(revisions);
    return query.slice(0, filter.valueStart + at - 1) + (rest === '' ? '' : `@${rest}`) + query.slice(filter.end);
  }, text);
}

function tooManyHistories(query: Query, message: string | undefined): SearchAlert | undefined {
  if (message === undefined) return undefined;
  return {
    kind: 'repository-limit',
    title: 'There are too many histories to search all of them',
    description: `${message}. Name repositories with repo:, or say since when.`,
    proposedQueries: proposal(query, 'Search the last month', narrowed(query, [filterNode('after', '1 month ago')])),
  };
}

function timeUp(plan: SearchPlan, { settings }: Closing, message: string | undefined): SearchAlert | undefined {
  if (message === undefined) return undefined;
  const { query, options } = plan;
  const { defaultTimeout, maxTimeout } = settings;
  const asked = options.timeout ?? defaultTimeout;
  const longer = asked < maxTimeout ? withOption(query, 'timeout', `${maxTimeout / 1_000}s`) : undefined;
  const most = asked > maxTimeout ? ` A search may take ${maxTimeout / 1_000} s here.` : '';
  const unindexed = plan.alternatives.some(
    ({ index, kinds }) => index === 'yes' && kinds.some((kind) => kind !== 'commit' && kind !== 'diff'),
  );
  const indexOnly = unindexed ? narrowed(query, [filterNode('index', 'only')]) : undefined;
  return {
    kind: 'timed-out',
    title: 'The time was up before everything was searched',
    description: `${message}.${most} What no index holds is read from git, which takes longer; so does a pattern that the index cannot help.`,
    proposedQueries: [...proposal(query, 'Take more time', longer), ...proposal(query, 'Search only what is indexed', indexOnly)],
  };
}

/** None where it would not work. */
const proposal = ({ patternType }: Query, description: string, query: string | undefined): Proposals =>
  query !== undefined && query.trim() !== '' && parseQuery(query, { patternType }).ok ? [{ description, query }] : [];
