import type { SearchAlert } from '../api.js';
import type { Notice, QueryError } from '../query/ast.js';
import type { ProviderNeed } from '../query/plan.js';

/** What the reader is told of a query that cannot be answered as it stands. */
export function alertOf(errors: readonly QueryError[]): SearchAlert {
  return { kind: 'invalid-query', title: 'The query cannot be understood', ...saidOf(errors) };
}

/** Nothing was found, and a part of the query was read in a way that the writer may not have meant. */
export function nothingFound(notices: readonly Notice[]): SearchAlert {
  return { kind: 'nothing-found', title: 'Nothing was found; a part of the query was read as text', ...saidOf(notices) };
}

const saidOf = (list: readonly (QueryError | Notice)[]): Pick<SearchAlert, 'description' | 'proposedQueries'> => ({
  description: list
    .map((e) => `${e.message} (at ${e.start + 1}${e.end > e.start + 1 ? `–${e.end}` : ''}${'code' in e ? `, ${e.code}` : ''})`)
    .join('\n'),
  proposedQueries: list.flatMap((e) => (e.fix ? [{ description: e.fix.description, query: e.fix.query }] : [])),
});

export const noProvider = (needs: readonly ProviderNeed[]): SearchAlert => ({
  kind: 'no-provider',
  title: 'Nothing answers this part of the query yet',
  description: `No plugin provides ${needs.map((p) => `"${p.text}" (${p.provider})`).join(', ')}.`,
  proposedQueries: [],
});

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
