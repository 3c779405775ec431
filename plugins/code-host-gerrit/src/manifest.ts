import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'code-host-gerrit',
  version: '1.0.0',
  title: 'Gerrit',
  summary: 'Connects the projects of Gerrit servers.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
