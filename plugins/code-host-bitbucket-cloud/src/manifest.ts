import { definePlugin } from '@sextant/sdk';
import './errors.js';

export default definePlugin({
  id: 'code-host-bitbucket-cloud',
  version: '1.0.0',
  title: 'Bitbucket Cloud',
  summary: 'Connects the repositories of workspaces of bitbucket.org.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
