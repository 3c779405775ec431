import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'code-host-local',
  version: '1.0.0',
  title: 'Local folders',
  summary: 'Finds git repositories in folders of this machine and notices their commits.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
