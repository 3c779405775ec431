import { declareErrors } from '@sextant/sdk';

export const replicaErrors = declareErrors({
  SEXTANT_SEARCH_REPLICA_FILE: {
    status: 404,
    summary: 'A search process asked for a file that the index does not have any more.',
    fix: 'Nothing: it asks again for the state of the repository.',
  },
  SEXTANT_SEARCH_REPLICA_DISK: {
    status: 507,
    summary: 'The disk of a search process has no room for more of the index.',
    fix: 'Free space on the disk of its data folder; what was copied before is still searched.',
  },
});
