import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'oauth-provider',
  version: '1.0.0',
  title: 'OAuth provider',
  summary: 'Lets other programs act for people who allow it, by OAuth 2 and OpenID Connect.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
