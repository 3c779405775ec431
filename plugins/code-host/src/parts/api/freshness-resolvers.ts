import { type Operation, type ResolverMap, SextantError } from '@sextant/sdk';
import type { FreshnessStep, Repository } from '../../api.js';
import type { FreshnessReport, FreshnessReports } from '../../freshness/freshness-report.js';

/** Each costs some queries, and a call of a search node. */
const MOST_AT_ONCE = 100;

export function freshnessResolvers(reports: FreshnessReports): ResolverMap {
  return {
    Query: { repositoryFreshness: (_parent, { name }: { name: string }, operation) => reports.byName(name, operation) },
    Repository: {
      freshness: (repository: Repository, _args, operation: Operation) => {
        const asked = operation.once('freshness', () => ({ count: 0 }));
        asked.count++;
        if (asked.count > MOST_AT_ONCE)
          throw new SextantError('SEXTANT_CODE_HOST_FRESHNESS_LIMIT', {
            what: `The operation asks for the freshness of more than ${MOST_AT_ONCE} repositories.`,
            fix: 'Ask of fewer at a time.',
          });
        return reports.of(repository, operation);
      },
    },
    RepositoryFreshness: {
      verdict: ({ verdict }: FreshnessReport) => verdict.toUpperCase(),
      fix: ({ fix }: FreshnessReport) => fix ?? null,
      repository: ({ repository }: FreshnessReport) => repository ?? null,
    },
    FreshnessStep: { state: ({ state }: FreshnessStep) => state.toUpperCase() },
  };
}
