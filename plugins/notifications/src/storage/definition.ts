import type { StorageDefinition } from '@sextant/sdk';

/** Mails are sealed: those about passwords hold what resets them. */
export const storage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [{ table: 'mails', column: 'sealed' }],
};
