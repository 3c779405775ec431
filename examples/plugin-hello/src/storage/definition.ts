import type { StorageDefinition } from '@sextant/sdk';

/** Thunks, so that no part loads entities or migrations before it needs them. */
export const storage: StorageDefinition = {
  entities: async () => [(await import('./greeting.entity.js')).Greeting],
  migrations: async () => (await import('./migrations.js')).migrations,
};
