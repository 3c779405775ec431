import type { StorageDefinition } from '@sextant/sdk';

export const identityStorage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [
    { table: 'external_accounts', column: 'sealed_credential' },
    { table: 'audit_key', column: 'sealed' },
  ],
};
