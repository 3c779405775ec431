import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'notifications',
  version: '1.0.0',
  title: 'Notifications',
  summary: 'Mail to people, by the SMTP server that the site configuration names.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    worker: () => import('./parts/worker/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
  },
});
