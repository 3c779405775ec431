import type { StorageDefinition } from '@sextant/sdk';

/** The plugin's tables. Its statements are written by hand: most are set-based, which entities cannot say. */
export const storage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [
    { table: 'connections', column: 'sealed_config' },
    { table: 'webhooks', column: 'sealed_secret' },
  ],
};
