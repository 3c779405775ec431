import type { Migration } from '@sextant/sdk';

export const addSessionConfirmation: Migration = {
  name: 'AddSessionConfirmation1764800000010',
  async up(db) {
    // Before this, people proved who they are at the beginning of a session only.
    await db.query('ALTER TABLE sessions ADD COLUMN confirmed_at timestamptz');
    await db.query('UPDATE sessions SET confirmed_at = created_at');
    await db.query('ALTER TABLE sessions ALTER COLUMN confirmed_at SET NOT NULL');
  },
};
