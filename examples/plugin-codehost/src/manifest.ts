import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: 'code-host-smithy',
  version: '1.0.0',
  title: 'Smithy',
  summary: 'Connects the repositories of a Smithy server.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  // The api role checks connections and shows them; the worker lists them.
  parts: { api: () => import('./parts/api/part.js'), worker: () => import('./parts/worker/part.js') },
});
