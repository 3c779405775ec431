import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './git-errors.js';

export { config };

export default definePlugin({
  id: 'git',
  version: '1.0.0',
  title: 'Git',
  summary: 'Keeps a mirror of every repository and answers every read of its history.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  config,
  parts: {
    git: () => import('./parts/git/part.js'),
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
