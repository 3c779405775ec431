import type { Migration } from '@sextant/sdk';

/** What a watched repository looked like when a fetch of it was last asked for. */
export const rememberWatchStamps: Migration = {
  name: 'RememberWatchStamps1764000000005',
  async up(db) {
    await db.query('ALTER TABLE repository_connections ADD COLUMN watch_stamp text');
  },
};
