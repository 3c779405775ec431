import type { Contribution } from '@sextant/sdk';
import type { Ranker, RankingContext, SearchMatch } from '../api.js';

/** A batch in the order that its scores and all rankers give; equal ones stay as they were. A ranker that fails is refused, and counts for nothing. */
export function applyRankers(
  batch: readonly SearchMatch[],
  rankers: readonly Contribution<Ranker>[],
  context: RankingContext,
): readonly SearchMatch[] {
  if (rankers.length === 0 || batch.length === 0) return batch;
  const adjustments = new Float64Array(batch.length);
  // A copy: refusing one takes it out of the live list.
  for (const ranker of [...rankers]) {
    const own = adjustmentsOf(ranker, batch, context);
    own?.forEach((adjustment, i) => {
      adjustments[i] = (adjustments[i] ?? 0) + adjustment;
    });
  }
  return batch
    .map((match, i) => adjusted(match, adjustments[i] ?? 0))
    .sort((a, b) => b.score - a.score)
    .map(({ match }) => match);
}

function adjustmentsOf(
  ranker: Contribution<Ranker>,
  batch: readonly SearchMatch[],
  context: RankingContext,
): readonly number[] | undefined {
  const { id } = ranker.value;
  try {
    const adjustments = batch.map((match) => ranker.value.adjust(match, context));
    if (adjustments.every(Number.isFinite)) return adjustments;
    ranker.reject(`the ranker "${id}" answered with something that is not a number`);
  } catch (error) {
    ranker.reject(`the ranker "${id}" failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return undefined;
}

function adjusted(match: SearchMatch, adjustment: number): { readonly match: SearchMatch; readonly score: number } {
  if (!('score' in match)) return { match, score: adjustment };
  const score = match.score + adjustment;
  return { match: adjustment === 0 ? match : { ...match, score }, score };
}
