import { SextantError, z } from '@sextant/sdk';
import { endpointOf, graphql } from './endpoint.js';
import { inertJson, printable } from './printable.js';

/** What matches can be grouped by, and its name in GraphQL. */
const MODES = { repo: 'REPO', path: 'PATH', author: 'AUTHOR', language: 'LANGUAGE', 'capture-group': 'CAPTURE_GROUP' } as const;
export const GROUPINGS = Object.keys(MODES);

interface GroupedSearchOptions {
  readonly groupBy: string;
  readonly first?: string;
  readonly endpoint?: string;
  readonly patternType?: string;
  readonly json: boolean;
}

const Grouped = z.object({
  search: z.object({
    aggregation: z.object({
      unavailable: z.string().nullable(),
      groups: z.array(z.object({ label: z.string(), count: z.number(), query: z.string().nullable() })),
      otherGroups: z.number(),
      otherCount: z.number(),
      ungroupedCount: z.number(),
      matchCount: z.number(),
      completeness: z.object({ exhaustive: z.boolean(), words: z.string() }),
      alert: z.object({ title: z.string(), description: z.string().nullable() }).nullable(),
    }),
  }),
});

const QUERY = `query Grouped($query: String!, $type: SearchPatternType, $by: SearchAggregationMode!, $first: Int!) {
  search(query: $query, patternType: $type) {
    aggregation(groupBy: $by, first: $first) {
      unavailable groups { label count query } otherGroups otherCount ungroupedCount matchCount
      completeness { exhaustive words } alert { title description }
    }
  }
}`;

/** Prints the matches of a query by group. @returns the exit code */
export async function groupedSearch(
  query: string,
  { groupBy, first = '10', endpoint, patternType, json }: GroupedSearchOptions,
): Promise<number> {
  const by = Object.entries(MODES).find(([name]) => name === groupBy)?.[1];
  if (!by || !/^\d{1,4}$/.test(first))
    throw new SextantError('SEXTANT_CLI_USAGE', {
      what: by ? `--first ${first} is no number of groups.` : `Matches cannot be grouped by "${groupBy}".`,
      fix: by ? 'Give a whole number up to 1000.' : `Give one of ${GROUPINGS.join(', ')}.`,
    });
  const variables = { query, type: patternType ?? null, by, first: Number(first) };
  const { aggregation } = (await graphql(endpointOf(endpoint), QUERY, Grouped, variables)).search;
  const { unavailable, groups, otherGroups, otherCount, ungroupedCount, completeness, alert } = aggregation;
  if (json) process.stdout.write(`${inertJson(JSON.stringify(aggregation))}\n`);
  else {
    const rows = groups.map(({ count, label }) => `${String(count).padStart(8)}  ${printable(label)}\n`);
    process.stdout.write(rows.join(''));
    if (otherCount > 0) process.stderr.write(`${String(otherCount).padStart(8)}  in ${otherGroups} other groups\n`);
    if (ungroupedCount > 0) process.stderr.write(`${String(ungroupedCount).padStart(8)}  in no group\n`);
  }
  if (alert) process.stderr.write(`${alert.title}\n${alert.description ?? ''}\n`);
  process.stderr.write(`${unavailable ?? completeness.words}\n`);
  return unavailable !== null || alert !== null ? 1 : 0;
}
