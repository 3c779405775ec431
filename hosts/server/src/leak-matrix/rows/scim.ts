import type { PluginRows } from '../row.js';

/** What a directory says of people. */
export const scimRows = (): PluginRows => ({
  plugin: 'scim',
  rows: [],
  reasons: [{ surfaces: ['HTTP * /.api/scim/*'], because: 'People and groups, as a directory keeps them, for whoever has its token.' }],
});
