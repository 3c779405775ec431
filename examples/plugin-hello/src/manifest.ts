import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'hello',
  version: '1.0.0',
  title: 'Hello',
  summary: 'Greets people, and remembers whom it greeted.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    migrator: () => import('./parts/migrator/part.js'),
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
  },
});
