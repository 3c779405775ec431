import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './identity-errors.js';

export { config };

export default definePlugin({
  id: 'identity',
  version: '1.0.0',
  title: 'Identity',
  summary: 'Users, organisations and access tokens: who a request is from.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
    worker: () => import('./parts/worker/part.js'),
    cli: () => import('./parts/cli/part.js'),
  },
});
