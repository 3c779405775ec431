import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'auth-roster',
  version: '1.0.0',
  title: 'Roster',
  summary: 'People sign in by a Roster directory.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { api: () => import('./part.js') },
});
