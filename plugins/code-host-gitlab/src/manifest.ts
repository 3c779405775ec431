import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'code-host-gitlab',
  version: '1.0.0',
  title: 'GitLab',
  summary: 'Connects the projects of gitlab.com and of GitLab servers.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
