import type { Migration } from '@sextant/sdk';

/** Whether a connection leaves it to its host who sees its private repositories; null until it is worked out, and then they are hidden. */
export const enforcePermissions: Migration = {
  name: 'EnforcePermissions1764000000006',
  async up(db) {
    await db.query('ALTER TABLE connections ADD COLUMN enforces_permissions boolean');
  },
};
