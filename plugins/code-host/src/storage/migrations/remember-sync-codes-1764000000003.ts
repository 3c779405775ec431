import type { Migration } from '@sextant/sdk';

/** Why the last sync of a connection failed, for machines. */
export const rememberSyncCodes: Migration = {
  name: 'RememberSyncCodes1764000000003',
  async up(db) {
    await db.query('ALTER TABLE connections ADD COLUMN last_sync_code text');
  },
};
