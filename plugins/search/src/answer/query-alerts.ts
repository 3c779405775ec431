import type { SearchAlert } from '../api.js';
import type { Fix, Notice, Query, QueryError, Span } from '../query/ast.js';
import { parseQuery } from '../query/parse-query.js';
import type { ProviderNeed } from '../query/plan.js';
import { replacing } from '../query/query-errors.js';

/** What the reader is told of a query that cannot be answered as it stands. */
export function alertOf(errors: readonly QueryError[]): SearchAlert {
  return { kind: 'invalid-query', title: 'The query cannot be understood', ...saidOf(errors) };
}

/** Something was found; a part of the query was read in a way that the writer may not have meant. */
export function queryNotice({ notices }: Query): SearchAlert | undefined {
  const unusual = notices.filter(({ isUsual }) => !isUsual);
  return unusual.length === 0
    ? undefined
    : { kind: QUERY_NOTICE, title: 'A part of the query may have been meant in another way', ...saidOf(unusual) };
}

/** The kind of alert that only remarks on the query: its answer is whole. */
export const QUERY_NOTICE = 'query-notice';

/** Nothing was found, and the query, or a part of it, was read in a way that the writer may not have meant. */
export function nothingFound({ notices, patternType }: Query, readings: readonly Fix[]): SearchAlert {
  const { description, proposedQueries, problems } = saidOf(notices);
  return {
    kind: 'nothing-found',
    title:
      notices.length > 0
        ? 'Nothing was found; a part of the query was read as text'
        : 'Nothing was found; it may have been meant in another way',
    description: notices.length > 0 ? description : `The query was read by patterntype:${patternType}.`,
    proposedQueries: [...proposedQueries, ...readings],
    ...(problems ? { problems } : {}),
  };
}

const saidOf = (list: readonly (QueryError | Notice)[]): Pick<SearchAlert, 'description' | 'proposedQueries' | 'problems'> => ({
  description: list.map((e) => `${e.message} (${placeOf(e)}${'code' in e ? `, ${e.code}` : ''})`).join('\n'),
  proposedQueries: distinct(list.flatMap((e) => (e.fix ? [{ description: e.fix.description, query: e.fix.query }] : []))),
  ...(list.length > 0 ? { problems: list.map(({ message, start, end }) => ({ message, start, end })) } : {}),
});

/** What mends one part may mend another along. */
const distinct = (proposals: SearchAlert['proposedQueries']): SearchAlert['proposedQueries'] =>
  [...new Map(proposals.toReversed().map((proposal) => [proposal.query, proposal])).values()].reverse();

export const noProvider = (needs: readonly ProviderNeed[], query: Query): SearchAlert => ({
  kind: 'no-provider',
  title: 'Nothing answers this part of the query yet',
  description: `No plugin provides ${needs.map((p) => `"${p.text}" (${p.provider}, ${placeOf(p)})`).join(', ')}.`,
  proposedQueries: without(query, needs),
  problems: needs.map(({ provider, start, end }) => ({ message: `No plugin provides it (${provider}).`, start, end })),
});

/** The rest of the query, where that is one. */
function without({ text, patternType }: Query, parts: readonly Span[]): SearchAlert['proposedQueries'] {
  const fromTheEnd = [...parts].sort((a, b) => b.start - a.start);
  const rest = fromTheEnd.reduce((left, part) => replacing(left, part, '', '').query, text);
  return rest.trim() !== '' && parseQuery(rest, { patternType }).ok ? [{ description: 'Search without it', query: rest }] : [];
}

const placeOf = ({ start, end }: Span): string => `at ${start + 1}${end > start + 1 ? `–${end}` : ''}`;

export const structuralIsOff: SearchAlert = {
  kind: 'no-provider',
  title: 'Structural search is switched off',
  description: 'A site admin switches it on by plugins.search.structural in the configuration.',
  proposedQueries: [],
};

/** The same for repositories that are hidden and for such as never were. */
export const noRepositories: SearchAlert = {
  kind: 'no-repositories',
  title: 'No repository fits',
  description: 'No repository that you may see fits the repository filters of this query.',
  proposedQueries: [],
};
