import type { VisibilityService } from '@sextant/plugin-code-host/api';
import type { Aggregation, AggregationMode, AggregationRequest, SearchAlert, SearchEvent, SearchMatch, Verdict } from '../api.js';
import type { Query } from '../query/ast.js';
import { countedGroup } from '../query/counted-group.js';
import { exactFilter, exactLanguage } from '../query/exact-filter.js';
import { narrowed } from '../query/narrowed.js';
import { parseQuery } from '../query/parse-query.js';
import { toPlan } from '../query/to-plan.js';
import { CaptureReader } from '../regex/capture-reader.js';
import { unavailable } from './aggregation-modes.js';
import { GroupCounts } from './group-counts.js';
import { groupsOf } from './groups-of.js';
import { QUERY_NOTICE } from './query-alerts.js';
import type { Counting } from './search-run.js';
import { Viewer } from './viewer.js';

export interface AggregationSource {
  readonly now: Date;
  readonly visibility: VisibilityService;
  /** The whole answer, of documents that are only counted. */
  events(counting: Counting): AsyncIterable<SearchEvent>;
}

const DEFAULT_FIRST = 10;
const MAX_FIRST = 1_000;
const NOT_SEARCHED: Verdict = {
  exhaustive: false,
  reasons: [{ reason: 'error', message: 'The query has no such groups' }],
  words: 'This answer is incomplete: The query has no such groups, so nothing was searched.',
};

/** Runs a query and counts its matches by group, as far as the asker may still see them when all of it is known. */
export async function aggregate(request: AggregationRequest, source: AggregationSource): Promise<Aggregation> {
  const { by, patternType = 'standard' } = request;
  const first = Math.min(Math.max(request.first ?? DEFAULT_FIRST, 0), MAX_FIRST);
  const parsed = parseQuery(request.query, { patternType });
  const why = parsed.ok ? unavailable(toPlan(parsed.query, { now: source.now }), by) : undefined;
  if (why !== undefined) return { by, unavailable: why, ...NOTHING, verdict: NOT_SEARCHED };
  const counted = parsed.ok && by === 'capture-group' ? countedGroup(parsed.query) : undefined;
  const pattern = counted && 'pattern' in counted ? counted.pattern : undefined;
  const readGroups = groupsOf(by, pattern && new CaptureReader(pattern));
  const counts = new GroupCounts();
  let verdict = NOT_SEARCHED;
  let alert: SearchAlert | undefined;
  const viewer = await Viewer.of(source.visibility, request.actor);
  const take = (match: SearchMatch): void => counts.add(match.repository.id, readGroups(match));
  for await (const event of source.events(pattern ? { countedGroup: pattern } : {})) {
    if (event.type === 'matches') event.matches.forEach(take);
    else if (event.type === 'verdict') ({ verdict } = event);
    else if (event.type === 'alert' && event.alert.kind !== QUERY_NOTICE) alert ??= event.alert;
  }
  // All of it is said now, so what counts is who may see it now.
  await viewer.look();
  const { groups, otherGroups, ...rest } = counts.summary(first, (id, label) =>
    by === 'path' ? viewer.sees(id, label) : viewer.maySeeCounts(id),
  );
  const narrow = (label: string): string | undefined => {
    if (counted && 'narrowed' in counted) return counted.narrowed(label);
    return parsed.ok && by !== 'capture-group' ? narrowedTo(parsed.query, by, label) : undefined;
  };
  return {
    by,
    groups: groups.map(({ label, count }) => {
      const query = narrow(label);
      return { label, count, ...(query === undefined ? {} : { query }) };
    }),
    otherGroups,
    ...rest,
    verdict: counts.overflowed ? withOverflow(verdict) : verdict,
    ...(alert ? { alert } : {}),
  };
}

const NOTHING = { groups: [], otherGroups: 0, otherCount: 0, ungroupedCount: 0, matchCount: 0 } as const;

function narrowedTo(query: Query, by: Exclude<AggregationMode, 'capture-group'>, label: string): string | undefined {
  if (by === 'language') return narrowed(query, exactLanguage(label));
  return narrowed(query, [exactFilter(by === 'path' ? 'file' : by, label)]);
}

function withOverflow(verdict: Verdict): Verdict {
  const message = 'There were more groups than are told apart; those that came last are among the others, and are not counted as groups';
  return {
    ...verdict,
    exhaustive: false,
    reasons: [...verdict.reasons, { reason: 'capped', message }],
    words: verdict.exhaustive ? `This answer is incomplete: ${message}.` : `${verdict.words} ${message}.`,
  };
}
