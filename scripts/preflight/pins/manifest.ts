import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'pins',
  version: '1.0.0',
  title: 'Pins',
  summary: 'Keeps notes on repositories, for who may see them.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    migrator: () => import('./parts/migrator.js'),
    api: () => import('./parts/api.js'),
    worker: () => import('./parts/worker.js'),
    cli: () => import('./parts/cli.js'),
  },
});
