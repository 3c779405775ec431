import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import './errors.js';

export default definePlugin({
  id: 'code-host-packages',
  version: '1.0.0',
  title: 'Package registries',
  summary: 'Connects packages of npm registries and modules of Go proxies: each version is a tag of a repository.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    kinds: { roles: ['api', 'worker'], load: () => import('./parts/kinds/part.js') },
    git: () => import('./parts/git/part.js'),
  },
});
