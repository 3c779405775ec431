import { definePlugin } from '@sextant/sdk';
import { config, storage } from './greetings.js';

export default definePlugin({
  id: 'hello',
  version: '1.0.0',
  title: 'Hello',
  summary: 'Greets people, and remembers whom it greeted.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  storage,
  parts: { greeter: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
