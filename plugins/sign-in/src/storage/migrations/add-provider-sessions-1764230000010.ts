import type { Migration } from '@sextant/sdk';

export const addProviderSessions: Migration = {
  name: 'AddProviderSessions1764230000010',
  async up(db) {
    // Names are there as SHA-256; what a provider wants to hear is sealed.
    await db.query(`ALTER TABLE sessions ADD COLUMN provider_names bytea[] NOT NULL DEFAULT '{}', ADD COLUMN sealed_provider text`);
    await db.query('CREATE INDEX sessions_provider_names ON sessions USING gin (provider_names)');
  },
};
