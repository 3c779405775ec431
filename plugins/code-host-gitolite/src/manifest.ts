import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'code-host-gitolite',
  version: '1.0.0',
  title: 'Gitolite',
  summary: 'Connects the repositories of Gitolite servers, over ssh.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
