import type { Repository } from '@sextant/plugin-code-host/api';
import type { DocExpr, IndexedRepository } from '../engine/contract.js';
import { limitsOf, type Matches, noteSummary, type SearchRun } from './search-run.js';
import { baseOf, toMatch } from './to-match.js';

export interface IndexedScope {
  readonly repository: Repository;
  /** Absent: the default branch. */
  readonly branch?: string;
}

/** Asks the index. Repositories it does not hold are handed to `notIndexed`, to be searched without it. */
export async function* indexedMatches(
  run: SearchRun,
  scope: readonly IndexedScope[],
  expr: DocExpr,
  want: 'content' | 'path' | 'symbol',
  notIndexed: (repositories: readonly Repository[]) => void,
): Matches {
  if (scope.length === 0) return;
  const byId = new Map(scope.map(({ repository }) => [repository.id, repository]));
  const limits = limitsOf(run);
  const indexed = new Map<number, IndexedRepository>();
  const repositories = scope.map(({ repository, branch }) => ({ id: repository.id, ...(branch === undefined ? {} : { branch }) }));
  for await (const event of run.engine.search({ scope: { repositories }, expr, limits, want, signal: run.signal })) {
    if (event.type === 'documents') {
      const unknown = [...new Set(event.documents.map((d) => d.repository))].filter((id) => !indexed.has(id));
      if (unknown.length > 0)
        for (const status of await run.engine.status({ repositories: unknown, signal: run.signal })) indexed.set(status.repository, status);
      yield event.documents.flatMap((document) => {
        const repository = byId.get(document.repository);
        if (!repository) return [];
        const mirror = run.mirrors.get(repository.id);
        const facts = mirror && {
          lastFetched: mirror.lastFetched,
          head: document.branches.includes(mirror.head?.branch ?? '') ? mirror.head?.commit : undefined,
        };
        const indexedAt = indexed.get(repository.id)?.indexedAt;
        return [
          toMatch(
            document,
            baseOf(repository, facts, { branches: document.branches, commit: document.commit, ...(indexedAt ? { indexedAt } : {}) }),
          ),
        ];
      });
    } else if (event.type === 'done') {
      noteSummary(event.summary, run, (id) => byId.get(id)?.name);
      notIndexed(event.summary.notIndexed.flatMap((id) => byId.get(id) ?? []));
    }
  }
}
