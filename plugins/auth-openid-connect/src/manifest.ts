import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'auth-openid-connect',
  version: '1.0.0',
  title: 'Sign-in by OpenID Connect',
  summary: 'Lets people sign in with their account at an OpenID Connect provider.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js') },
});
