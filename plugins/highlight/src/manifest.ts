import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';
import * as errors from './highlight-errors.js';

export { config };

export default definePlugin({
  id: 'highlight',
  version: '1.0.0',
  title: 'Syntax highlighting',
  summary: 'Colours the lines of files.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  errors,
  parts: { api: () => import('./part.js') },
});
