import { definePlugin, z } from '@sextant/sdk';

// A plugin for tests of the supervisor: each of its routes does what no process survives by itself.
export default definePlugin({
  id: 'runaway',
  version: '1.0.0',
  title: 'Runaway',
  summary: 'Loops, and fills the memory.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config: z.object({}),
  parts: { api: () => import('./part.mjs') },
});
