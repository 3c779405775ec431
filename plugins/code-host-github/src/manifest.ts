import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'code-host-github',
  version: '1.0.0',
  title: 'GitHub',
  summary: 'Connects the repositories of GitHub and of GitHub Enterprise Server.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
