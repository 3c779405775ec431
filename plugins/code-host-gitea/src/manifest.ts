import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'code-host-gitea',
  version: '1.0.0',
  title: 'Gitea and Forgejo',
  summary: 'Connects the repositories of Gitea and Forgejo servers.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
