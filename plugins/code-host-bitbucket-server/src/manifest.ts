import { definePlugin } from '@sextant/sdk';
import './errors.js';

export default definePlugin({
  id: 'code-host-bitbucket-server',
  version: '1.0.0',
  title: 'Bitbucket Server and Data Center',
  summary: 'Connects the repositories of Bitbucket Server and Bitbucket Data Center.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
