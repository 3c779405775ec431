import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: 'search',
  version: '1.0.0',
  title: 'Code search',
  summary: 'The query language, the trigram index of default and chosen branches, the search of any revision, and the stream.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: () => import('./parts/api/part.js'),
    index: () => import('./parts/index/part.js'),
    migrator: () => import('./parts/migrator/part.js'),
    search: () => import('./parts/search/part.js'),
  },
});
