import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'code-host-gerrit',
  version: '1.0.0',
  title: 'Gerrit',
  summary: 'Connects the projects of Gerrit servers.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
