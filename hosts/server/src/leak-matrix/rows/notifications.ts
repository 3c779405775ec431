import type { PluginRows } from '../row.js';

/** Mail. */
export const notificationRows = (): PluginRows => ({
  plugin: 'notifications',
  rows: [],
  reasons: [
    {
      surfaces: ['Mutation.sendTestEmail*'],
      because: 'Site admins send one fixed text: nothing of it is derived from code.',
    },
  ],
});
