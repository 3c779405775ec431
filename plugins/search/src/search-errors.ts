import { declareErrors } from '@sextant/sdk';

export const searchErrors = declareErrors({
  SEXTANT_SEARCH_ARGUMENT: { status: 400, summary: 'A parameter of the search is wrong.', fix: 'Correct the named parameter.' },
  SEXTANT_SEARCH_TEMPLATE: {
    status: 400,
    summary: 'A structural query has a hole of another template language, such as `:[x]` or `...`.',
    fix: 'Write metavariables: $X for one node, $$$X for any number. A query that works is proposed where there is one.',
  },
  SEXTANT_SEARCH_QUERY: {
    status: 400,
    summary: 'The query cannot be understood.',
    fix: 'Correct it at the named position; a working query is proposed where there is one.',
  },
});
