import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'code-host-gitea',
  version: '1.0.0',
  title: 'Gitea and Forgejo',
  summary: 'Connects the repositories of Gitea and Forgejo servers.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
