import type { Repository } from '@sextant/plugin-code-host/api';
import type { Freshness } from '../api.js';
import type { IndexedRepository } from '../engine/contract.js';
import type { PlanAlternative } from '../query/plan.js';
import { phraseFirst } from './phrase-first.js';
import { holdOf, indexLimitsOf, limitsOf, type Matches, noteSummary, type SearchRun } from './search-run.js';
import { baseOf, toMatch } from './to-match.js';
import { visibleSkipped } from './visible-skipped.js';

export interface IndexedScope {
  readonly repository: Repository;
  /** Absent: the default branch. */
  readonly branch?: string;
}

/**
 * Asks the index. Repositories it does not hold are handed to `notIndexed`, to be searched without it.
 * @param held what the index holds, as far as it is known
 */
export async function* indexedMatches(
  run: SearchRun,
  scope: readonly IndexedScope[],
  { expr, phrase }: Pick<PlanAlternative, 'expr' | 'phrase'>,
  want: 'content' | 'path' | 'symbol',
  held: ReadonlyMap<number, IndexedRepository>,
  notIndexed: (repositories: readonly Repository[]) => void,
): Matches {
  if (scope.length === 0) return;
  // Of thousands in scope few have something to say, and mostly none.
  const byId = once(() => new Map(scope.map(({ repository }) => [repository.id, repository])));
  const branchOf = once(() => new Map(scope.map(({ repository, branch }) => [repository.id, branch])));
  const freshnessOf = (repository: Repository): Freshness => {
    const state = held.get(repository.id);
    const wanted = branchOf().get(repository.id);
    const branch = wanted === undefined ? state?.branches[0] : state?.branches.find(({ name }) => name === wanted);
    const at = branch ? { branches: [branch.name], commit: branch.commit } : { branches: [], commit: '' };
    return baseOf(repository, run.mirrors.get(repository.id), { ...at, index: { indexedAt: state?.indexedAt, now: run.now } }).freshness;
  };
  const repositories = scope.map(({ repository: { id }, branch }) => (branch === undefined ? { id } : { id, branch }));
  // Where the one document that is found, or one that is only counted, might be hidden, all are looked for.
  const speaks = run.firstOf !== undefined || run.lookedAt !== undefined;
  const whole = !speaks || scope.every(({ repository }) => run.seesWhole(repository.id));
  const limits = whole ? indexLimitsOf(run) : limitsOf({ ...run, firstOf: undefined });
  const request = { scope: { repositories }, expr, limits, want, ...holdOf(run), signal: run.signal };
  try {
    for await (const event of phraseFirst(run.engine, request, phrase, run.timeLeft)) {
      if (event.type === 'documents') {
        yield event.documents.flatMap((document) => {
          const repository = byId().get(document.repository);
          if (!repository) return [];
          const { branches, commit } = document;
          const index = { indexedAt: held.get(repository.id)?.indexedAt, now: run.now };
          return [toMatch(document, baseOf(repository, run.mirrors.get(repository.id), { branches, commit, index }))];
        });
      } else if (event.type === 'counted') {
        for (const counts of event.counts) {
          const repository = byId().get(counts.repository);
          if (repository) await run.addCounts(repository, counts, freshnessOf(repository));
        }
        // Nothing to show, but progress.
        yield [];
      } else if (event.type === 'done') {
        const skippedFiles = await visibleSkipped(run, [...byId().keys()], held, event.summary.skippedFiles);
        noteSummary({ ...event.summary, skippedFiles }, run, (id) => byId().get(id));
        notIndexed(event.summary.notIndexed.flatMap((id) => byId().get(id) ?? []));
      }
    }
  } catch (error) {
    if (run.signal.aborted) throw error;
    run.log.warn('No search node answers', { error });
    for (const repository of byId().values()) run.tally.leaveOut('shard-missing', 'A search node does not answer', { repository });
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
