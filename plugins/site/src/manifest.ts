import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './site-errors.js';

export { config };

export default definePlugin({
  id: 'site',
  version: '1.0.0',
  title: 'Site',
  summary: 'Site configuration, settings, feature flags and alerts.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
