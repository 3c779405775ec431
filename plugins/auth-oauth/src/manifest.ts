import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'auth-oauth',
  version: '1.0.0',
  title: 'Sign-in by code hosts',
  summary: 'Lets people sign in with their account at GitHub, GitLab, Bitbucket, Azure DevOps, Gitea or Forgejo.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
