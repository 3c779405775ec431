import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'sign-in',
  version: '1.0.0',
  title: 'Sign-in',
  summary: 'How people sign in: sessions, passwords, and the providers of the site configuration.',
  engines: { kernel: '^1.0.0' },
  // Without it whoever reaches a machine of its own would be the local admin again.
  toggle: 'always-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
    cli: () => import('./parts/cli/part.js'),
  },
});
