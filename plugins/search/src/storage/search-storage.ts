import type { StorageDefinition } from '@sextant/sdk';

export const searchStorage: StorageDefinition = { migrations: async () => (await import('./migrations/index.js')).migrations };
