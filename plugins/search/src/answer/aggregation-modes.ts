import type { AggregationMode, PatternType } from '../api.js';
import { countedGroup } from '../query/counted-group.js';
import { parseQuery } from '../query/parse-query.js';
import type { ResultKind, SearchPlan } from '../query/plan.js';
import { toPlan } from '../query/to-plan.js';
import { showsLines } from './apply-select.js';

export const AGGREGATION_MODES: readonly AggregationMode[] = ['repo', 'path', 'author', 'language', 'capture-group'];

type Reason = string | undefined;

/** Why a query cannot be grouped in each way; undefined where it can. A query that is wrong is a matter of its alert. */
export function aggregationModes(text: string, patternType: PatternType, now: Date): Readonly<Record<AggregationMode, Reason>> {
  const parsed = parseQuery(text, { patternType });
  const plan = parsed.ok ? toPlan(parsed.query, { now }) : undefined;
  const reason = (mode: AggregationMode): Reason => plan && unavailable(plan, mode);
  return {
    repo: undefined,
    path: reason('path'),
    author: reason('author'),
    language: reason('language'),
    'capture-group': reason('capture-group'),
  };
}

/** Why this query has no such groups, and what to write for them. */
export function unavailable({ alternatives, options, query }: SearchPlan, mode: AggregationMode): Reason {
  const kinds = new Set(alternatives.flatMap((alternative) => alternative.kinds));
  const has = (...wanted: readonly ResultKind[]): boolean => wanted.some((kind) => kinds.has(kind));
  const { select } = options;
  if (mode === 'repo') return undefined;
  if (select?.kind === 'repo') return 'The results are repositories; leave select:repo out.';
  switch (mode) {
    case 'path':
    case 'language':
      if (mode === 'language' && select?.kind === 'file.directory') return 'A folder has no language; leave select:file.directory out.';
      return has('content', 'path', 'symbol') ? undefined : 'None of the results are files; leave type: out, or write type:file.';
    case 'author':
      return has('commit', 'diff') ? undefined : 'Only commits and diffs have an author; write type:commit or type:diff.';
    case 'capture-group': {
      if (!has('content', 'path', 'symbol', 'commit', 'diff')) return 'None of the results hold lines; write type:file.';
      if (!showsLines(select)) return 'The results hold no lines; leave select: out.';
      const group = countedGroup(query);
      return 'reason' in group ? group.reason : undefined;
    }
  }
}
