import { definePlugin } from '@sextant/sdk';
import './errors.js';

export default definePlugin({
  id: 'code-host-other',
  version: '1.0.0',
  title: 'Any git URL',
  summary: 'Connects repositories of any server that git can clone from over https, http or ssh.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
