import { definePlugin } from '@sextant/sdk';
import './errors.js';

export default definePlugin({
  id: 'code-host-github',
  version: '1.0.0',
  title: 'GitHub',
  summary: 'Connects the repositories of GitHub and of GitHub Enterprise Server.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
