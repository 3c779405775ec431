import { declareErrors } from '@sextant/sdk';

export const searchErrors = declareErrors({
  SEXTANT_SEARCH_ARGUMENT: { status: 400, summary: 'A parameter of the search is wrong.', fix: 'Correct the named parameter.' },
  SEXTANT_SEARCH_NO_INDEX: {
    status: 503,
    summary: 'A search process knows no process that builds the index.',
    fix: 'Name the process with the role index under `remotes` of the search process.',
  },
  SEXTANT_SEARCH_NO_NODE: {
    status: 503,
    summary: 'No search process that answers holds what was asked for.',
    fix: 'Start the processes with the role search, and name them under `remotes` of the process with the role api.',
  },
  SEXTANT_SEARCH_NODE: {
    status: 409,
    summary: 'A search node cannot be steered so: there is none of this name, the index is not spread, or it is the last one.',
    fix: 'See `sextant search-nodes list`, and `plugins.search.nodes` in the configuration of the process with the role index.',
  },
  SEXTANT_SEARCH_SHARD_DAMAGED: {
    status: 503,
    summary: 'A part of the index of a repository is damaged; it was put aside, and is built anew.',
    fix: 'Wait for the build, or ask for one (reindexRepository); see whether the disk loses data if it comes again.',
  },
  SEXTANT_SEARCH_INDEX_FAILED: {
    status: 503,
    summary: 'The index of a repository could not be built; what was indexed before is still served.',
    fix: 'See what the build says; then ask for another one (reindexRepository).',
  },
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
