import type { Migration } from '@sextant/sdk';

export const addGeneration: Migration = {
  name: 'AddGeneration1764250000003',
  async up(db) {
    await db.query('ALTER TABLE artifacts ADD COLUMN generation int');
  },
};
