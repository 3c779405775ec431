import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'quiet-folders',
  version: '1.0.0',
  title: 'Quiet folders',
  summary: 'Moves search results from folders that a team reads last behind the others.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: { api: () => import('./parts/api/part.js') },
});
