import type { PluginRows } from '../row.js';

/** The commands of the program. */
export const commandRows = (): PluginRows => ({
  plugin: 'commands',
  rows: [],
  reasons: [
    {
      surfaces: ['command search', 'command search-nodes', 'command skipped-files', 'command why-stale', 'command query', 'command doctor'],
      because: 'Asks a running Sextant over HTTP, by the token of whoever calls it.',
    },
    { surfaces: ['command config', 'command plugin', 'command serve'], because: 'Reads and writes files of this machine.' },
    { surfaces: ['command database', 'command secrets'], because: 'Moves the database as a whole, for who holds its password.' },
  ],
});
