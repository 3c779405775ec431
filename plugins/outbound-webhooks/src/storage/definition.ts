import type { StorageDefinition } from '@sextant/sdk';

/** Addresses are sealed too: those of chat services hold their credential in the path. */
export const storage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [
    { table: 'webhooks', column: 'sealed_url' },
    { table: 'webhooks', column: 'sealed_secret' },
  ],
};
