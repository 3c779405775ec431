import type { Repositories, Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { SearchMatch } from '../api.js';
import type { DocExpr, PatternSpec } from '../engine/contract.js';
import type { RepositoryScope } from '../query/plan.js';
import { hitsOf, matchRepositories, type Range } from './repository-matches.js';
import type { Matches, SearchRun } from './search-run.js';
import { baseOf } from './to-match.js';

const BATCH = 500;

/** Repositories as matches, with their metadata, and with the hits of the query in their names and descriptions. */
export async function* repositoryStream(
  run: SearchRun,
  expr: DocExpr,
  scope: RepositoryScope,
  repositories: readonly Repository[],
  source: { readonly repositories: Repositories; readonly actor: Actor },
): Matches {
  const found = matchRepositories(expr, repositories);
  const shown = descriptionPatterns(expr, scope).map((pattern) => hitsOf(pattern));
  for (let from = 0; from < found.length; from += BATCH) {
    const batch = found.slice(from, from + BATCH);
    const metadata = await source.repositories.metadata(
      source.actor,
      batch.map(({ repository }) => repository.id),
    );
    yield batch.map(({ repository, ranges }): SearchMatch => {
      const mirror = run.mirrors.get(repository.id);
      const description = Buffer.from(repository.description);
      return {
        ...baseOf(repository, mirror, { branches: [], commit: mirror?.head?.commit ?? '' }),
        type: 'repo',
        nameRanges: ranges,
        descriptionRanges: distinct(shown.flatMap((hits) => hits(description) ?? [])),
        topics: repository.topics,
        metadata: Object.fromEntries((metadata.get(repository.id) ?? []).map(({ key, value }) => [key, value])),
      };
    });
  }
}

/** What is looked for in descriptions: `repo:has.description()`, and the words that are looked for in names. */
function descriptionPatterns(expr: DocExpr, scope: RepositoryScope): readonly PatternSpec[] {
  const asked = scope.predicates.flatMap(({ predicate, negated }): PatternSpec[] =>
    predicate.name === 'has-description' && !negated ? [{ kind: 'regexp', source: predicate.pattern, caseSensitive: false }] : [],
  );
  return [...asked, ...shownPatterns(expr)];
}

function shownPatterns(expr: DocExpr): readonly PatternSpec[] {
  if (expr.op === 'and' || expr.op === 'or') return expr.of.flatMap(shownPatterns);
  return expr.op === 'match' ? [expr.pattern] : [];
}

function distinct(ranges: readonly Range[]): readonly Range[] {
  return [...new Map(ranges.map((range) => [range.join(), range])).values()].sort(([a, b], [c, d]) => a - c || b - d);
}
