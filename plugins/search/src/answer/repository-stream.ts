import type { Repository } from '@sextant/plugin-code-host/api';
import type { SearchMatch } from '../api.js';
import type { DocExpr } from '../engine/contract.js';
import { matchRepositories } from './repository-matches.js';
import type { Matches, SearchRun } from './search-run.js';
import { baseOf } from './to-match.js';

/** Repositories whose name fits, as one batch. */
export async function* repositoryStream(run: SearchRun, expr: DocExpr, repositories: readonly Repository[]): Matches {
  const matches = matchRepositories(expr, repositories).map(({ repository, ranges }): SearchMatch => {
    const mirror = run.mirrors.get(repository.id);
    return {
      ...baseOf(repository, mirror && { lastFetched: mirror.lastFetched, head: undefined }, {
        branches: [],
        commit: mirror?.head?.commit ?? '',
      }),
      type: 'repo',
      nameRanges: ranges,
      descriptionRanges: [],
      topics: repository.topics,
      metadata: {},
    };
  });
  if (matches.length > 0) yield matches;
}
