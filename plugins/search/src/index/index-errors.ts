import { declareErrors } from '@sextant/sdk';

export const indexErrors = declareErrors({
  SEXTANT_SEARCH_TOO_MANY_BRANCHES: {
    status: 400,
    summary: 'A repository has more branches to index than a mask has bits.',
    fix: 'Index at most 64 branches of a repository; others are searched without an index.',
  },
  SEXTANT_SEARCH_INDEX_CONFLICT: {
    status: 409,
    summary: 'Two processes updated the index of one repository at the same time.',
    fix: 'Run the update again.',
  },
  SEXTANT_SEARCH_INDEX_WRITE: {
    status: 507,
    summary: 'The index could not be written.',
    fix: 'Free space (or inodes) on the disk of the index folder and make it writable; what was indexed before is still served.',
  },
});
