import type { Migration } from '@sextant/sdk';

/** Names of mirrors under which somebody is moving or removing what stands there. */
export const holdNames: Migration = {
  name: 'hold-names-1795000000001',
  async up(db) {
    await db.query('create table held_names (name text primary key, holder uuid not null, held_until timestamptz not null)');
  },
};
