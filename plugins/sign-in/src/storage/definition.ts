import type { StorageDefinition } from '@sextant/sdk';

export const storage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [
    { table: 'sessions', column: 'sealed_provider' },
    { table: 'pending_sign_ins', column: 'sealed_provider' },
    { table: 'totp', column: 'sealed_secret' },
  ],
};
