import { core, definePart, definePlugin } from '@sextant/sdk';
import { gitStorage } from '../storage/git-storage.js';

/** The plugin's tables alone, without its parts. */
export const tablesOnly = definePlugin({
  id: 'git',
  version: '1.0.0',
  title: 'Git',
  summary: 'Only the tables.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  parts: { api: async () => ({ default: definePart()({ deps: { db: core.storage }, register: (r) => r.storage(gitStorage) }) }) },
});
