import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'code-host',
  version: '1.0.0',
  title: 'Code hosts',
  summary: 'Connects code hosts, keeps the records of their repositories in step, and decides who sees which.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    index: () => import('./parts/index/part.js'),
    cli: () => import('./parts/cli/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
