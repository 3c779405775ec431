import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'timely-greeter',
  version: '1.0.0',
  title: 'Timely greeter',
  summary: 'Greets people by the time of day.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { api: () => import('./part.js') },
});
