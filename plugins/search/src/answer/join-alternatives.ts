import type { Repository } from '@sextant/plugin-code-host/api';
import type { DocExpr } from '../engine/contract.js';
import type { PlanAlternative, ResultKind } from '../query/plan.js';

/** An alternative of a query with the repositories that its filters leave. */
export interface ScopedAlternative {
  readonly alternative: PlanAlternative;
  readonly repositories: readonly Repository[];
}

/**
 * The searches that answer alternatives together: one for those that look for the same kind of results in the same revisions, each held to its own
 * repositories. `(repo:a x) or (repo:b y)` becomes one condition over the repositories of both, so that what fits both is found once, with
 * the hits of both.
 */
export function joinAlternatives(list: readonly ScopedAlternative[]): readonly ScopedAlternative[] {
  if (list.length < 2) return list;
  const parts = list.filter(({ repositories }) => repositories.length > 0).flatMap(partsOf);
  const groups = Map.groupBy(parts, ({ alternative: { expr: _expr, phrase: _phrase, files: _files, repositories, ...rest } }) =>
    JSON.stringify([rest, repositories.revisions]),
  );
  return [...groups.values()].map(joined);
}

const FAMILIES: readonly (readonly ResultKind[])[] = [['content', 'path', 'symbol'], ['repository'], ['commit'], ['diff']];

/** One for each kind of search that an alternative takes. */
function partsOf({ alternative, repositories }: ScopedAlternative): readonly ScopedAlternative[] {
  const { kinds, sources, commits, ...rest } = alternative;
  const parts = FAMILIES.map((family) => kinds.filter((kind) => family.includes(kind))).filter((some) => some.length > 0);
  const none = { kinds: [], sources: [] };
  return [
    ...parts.map((some) => ({ ...rest, ...none, kinds: some, ...(commits && /commit|diff/.test(some.join()) ? { commits } : {}) })),
    ...sources.map((source) => ({ ...rest, ...none, sources: [source] })),
  ].map((part) => ({ alternative: part, repositories }));
}

function joined(group: readonly ScopedAlternative[]): ScopedAlternative {
  const [first, ...others] = group as [ScopedAlternative, ...ScopedAlternative[]];
  if (others.length === 0) return first;
  const all = new Map(group.flatMap(({ repositories }) => repositories).map((repository) => [repository.id, repository]));
  const of = group.map(({ alternative, repositories }): DocExpr => {
    const ids = repositories.map(({ id }) => id);
    return ids.length === all.size ? alternative.expr : { op: 'and', of: [{ op: 'repository', ids }, alternative.expr] };
  });
  const { phrase: _phrase, ...common } = first.alternative;
  const predicates = group.flatMap(({ alternative }) => alternative.repositories.predicates);
  return {
    alternative: { ...common, expr: { op: 'or', of }, repositories: { ...common.repositories, predicates } },
    repositories: [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
