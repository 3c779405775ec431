import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'file-notes',
  version: '1.0.0',
  title: 'Notes on files',
  summary: 'People keep notes of their own on files.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    migrator: () => import('./parts/migrator.js'),
    api: () => import('./parts/api.js'),
    worker: () => import('./parts/worker.js'),
  },
});
