import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'auth-saml',
  version: '1.0.0',
  title: 'Sign-in by SAML',
  summary: 'Lets people sign in with their account at an identity provider of SAML 2.0.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js') },
});
