import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'permissions',
  version: '1.0.0',
  title: 'Repository permissions',
  summary: 'Takes who may see which repository from the code hosts or from an API, and tells why somebody may or may not.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    index: () => import('./parts/index/part.js'),
    cli: () => import('./parts/cli/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
