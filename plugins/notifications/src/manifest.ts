import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import * as errors from './errors.js';
import { storage } from './storage/definition.js';

export default definePlugin({
  id: 'notifications',
  version: '1.0.0',
  title: 'Notifications',
  summary: 'Mail to people, by the SMTP server that the site configuration names.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  storage,
  errors,
  parts: { mail: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
