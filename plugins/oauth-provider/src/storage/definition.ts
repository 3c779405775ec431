import type { StorageDefinition } from '@sextant/sdk';

export const storage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [
    { table: 'artifacts', column: 'sealed_payload' },
    { table: 'signing_keys', column: 'sealed_key' },
  ],
};
