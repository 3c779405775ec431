import type { PluginRows } from '../row.js';

/** People and tokens. */
export const identityRows = (): PluginRows => ({
  plugin: 'identity',
  rows: [],
  reasons: [
    {
      surfaces: [
        'Query.currentUser',
        'Query.user*',
        'Query.organization*',
        'User.*',
        'User*.*',
        'Org*.*',
        'AccessToken*.*',
        'Create*Result.*',
        'node User',
        'node Org',
        'node AccessToken',
        'Mutation.*User*',
        'Mutation.*AccessToken*',
        'event user:*',
      ],
      because: 'People, organisations and tokens: no record of them is derived from code.',
    },
    {
      surfaces: ['Query.auditLog*', 'AuditLog*.*'],
      because: 'For site admins alone, who may see that a repository was looked at: nothing else in an entry is derived from code.',
    },
    {
      surfaces: ['command audit *'],
      because: 'Reads the audit log in the database, for who holds its password.',
    },
    {
      surfaces: ['command token *', 'command user *'],
      because: 'Reads and writes people and tokens in the database, for who holds its password.',
    },
  ],
});
