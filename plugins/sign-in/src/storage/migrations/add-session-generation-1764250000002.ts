import type { Migration } from '@sextant/sdk';

export const addSessionGeneration: Migration = {
  name: 'AddSessionGeneration1764250000002',
  async up(db) {
    await db.query('ALTER TABLE sessions ADD COLUMN generation int NOT NULL DEFAULT 0');
  },
};
