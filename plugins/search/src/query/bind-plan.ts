import type { DocExpr } from '../engine/contract.js';
import type { PlanAlternative, RepositoryScope } from './plan.js';

/** One search of documents: the repositories to look at, and the condition that tells them apart where alternatives differ. */
export interface BoundSearch {
  readonly ids: readonly number[];
  readonly expr: DocExpr;
}

/**
 * Joins alternatives that look at the same revisions into one search, each held to its own repositories:
 * `(repo:a x) or (repo:b y)` becomes one condition over the repositories of both.
 * @param resolve the int32 ids of the repositories in a scope that the viewer may read
 */
export function bindAlternatives(
  alternatives: readonly PlanAlternative[],
  resolve: (scope: RepositoryScope) => readonly number[],
): BoundSearch {
  const bound = alternatives
    .map((alternative) => ({ ids: resolve(alternative.repositories), expr: alternative.expr }))
    .filter(({ ids }) => ids.length > 0);
  const ids = [...new Set(bound.flatMap((part) => part.ids))].sort((a, b) => a - b);
  if (bound.length === 0) return { ids, expr: { op: 'const', value: false } };
  if (bound.length === 1) return { ids, expr: (bound[0] as BoundSearch).expr };
  return { ids, expr: { op: 'or', of: bound.map((part) => ({ op: 'and', of: [{ op: 'repository', ids: part.ids }, part.expr] })) } };
}
