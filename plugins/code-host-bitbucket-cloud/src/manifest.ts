import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'code-host-bitbucket-cloud',
  version: '1.0.0',
  title: 'Bitbucket Cloud',
  summary: 'Connects the repositories of workspaces of bitbucket.org.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
