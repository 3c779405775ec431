import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'code-host-gitlab',
  version: '1.0.0',
  title: 'GitLab',
  summary: 'Connects the projects of gitlab.com and of GitLab servers.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
