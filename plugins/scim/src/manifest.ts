import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'scim',
  version: '1.0.0',
  title: 'SCIM',
  summary: 'Users and groups as a directory provisions them: SCIM 2.0.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
