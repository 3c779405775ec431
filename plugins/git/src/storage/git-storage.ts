import type { StorageDefinition } from '@sextant/sdk';

export const gitStorage: StorageDefinition = { migrations: async () => (await import('./migrations/index.js')).migrations };
