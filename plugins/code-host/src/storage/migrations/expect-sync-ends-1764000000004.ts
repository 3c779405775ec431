import type { Migration } from '@sextant/sdk';

/** When the list of a sync that is under way will be complete. */
export const expectSyncEnds: Migration = {
  name: 'ExpectSyncEnds1764000000004',
  async up(db) {
    await db.query('ALTER TABLE sync_jobs ADD COLUMN expected_at timestamptz');
  },
};
