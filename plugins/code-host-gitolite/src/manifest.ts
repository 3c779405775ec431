import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'code-host-gitolite',
  version: '1.0.0',
  title: 'Gitolite',
  summary: 'Connects the repositories of Gitolite servers, over ssh.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
