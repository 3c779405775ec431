import type { EngineSummary } from '../engine/contract.js';
import { UnparsedTally } from '../structural/unparsed-tally.js';

export const EMPTY: EngineSummary = {
  matchCount: 0,
  documentCount: 0,
  shardsTotal: 0,
  shardsDone: 0,
  limitHit: false,
  timedOut: false,
  notIndexed: [],
  degraded: [],
  skippedFiles: {},
};

export const merged = (a: EngineSummary, b: EngineSummary): EngineSummary => ({
  matchCount: a.matchCount + b.matchCount,
  documentCount: a.documentCount + b.documentCount,
  shardsTotal: a.shardsTotal + b.shardsTotal,
  shardsDone: a.shardsDone + b.shardsDone,
  limitHit: a.limitHit || b.limitHit,
  timedOut: a.timedOut || b.timedOut,
  notIndexed: [...a.notIndexed, ...b.notIndexed],
  degraded: [...a.degraded, ...b.degraded],
  unanswered: [...(a.unanswered ?? []), ...(b.unanswered ?? [])],
  skippedFiles: Object.fromEntries(
    [...new Set([...Object.keys(a.skippedFiles), ...Object.keys(b.skippedFiles)])].map((k) => [
      k,
      (a.skippedFiles[k] ?? 0) + (b.skippedFiles[k] ?? 0),
    ]),
  ),
  ...unparsedIn(a, b),
});

function unparsedIn(...summaries: readonly EngineSummary[]): Pick<EngineSummary, 'unparsed'> {
  const tally = new UnparsedTally();
  for (const { unparsed } of summaries) tally.addAll(unparsed);
  return tally.list();
}

export const unanswered = (repositories: readonly number[]): EngineSummary => ({
  ...EMPTY,
  shardsTotal: repositories.length,
  unanswered: repositories,
});
