import type { Migration } from '@sextant/sdk';

export const addCredentialGeneration: Migration = {
  name: 'AddCredentialGeneration1764250000001',
  async up(db) {
    await db.query('alter table users add column credential_generation integer not null default 0');
    // Whoever renews a credential has it for themselves until then, by the clock of the database.
    await db.query('alter table external_accounts add column renewal uuid, add column renewal_ends_at timestamptz');
  },
};
