import { exactFilter } from '../query/exact-filter.js';
import type { Candidate } from './candidate.js';
import type { NameRanker } from './name-ranker.js';
import { type SuggestionRun, weightOf, written, writtenValue } from './suggestion-run.js';

/** Repositories by name; `as` a whole filter, or its value alone. */
export async function repositorySuggestions(run: SuggestionRun, ranker: NameRanker, as: 'filter' | 'value'): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const scope of run.scopes) {
    for (const repository of await run.resolve(scope, { all: true })) {
      const fit = ranker(repository.name);
      if (fit === undefined) continue;
      const filter = exactFilter('repo', repository.name);
      found.push({
        kind: 'repository',
        label: repository.name,
        ...(repository.description ? { detail: repository.description } : {}),
        insertText: as === 'filter' ? written(run, filter) : writtenValue(run, filter),
        fit,
        weight: weightOf(repository),
        of: { repositoryId: repository.id },
      });
    }
  }
  return found;
}
