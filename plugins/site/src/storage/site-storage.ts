import type { StorageDefinition } from '@sextant/sdk';

export const siteStorage: StorageDefinition = {
  migrations: async () => (await import('./migrations/index.js')).migrations,
  sealed: [{ table: 'configuration_versions', column: 'sealed_contents' }],
};
