import type { OutboundEvent, OutboundEventType } from '@sextant/plugin-outbound-webhooks/api';
import { encodeNodeId, type Queryable, type z } from '@sextant/sdk';
import { connectionSyncFailed, repositoriesChanged } from '../api.js';

const TYPES = [
  ['repository:add', 'A repository appeared at a code host, or came back.', 'added'],
  ['repository:delete', 'A repository is gone at its code host, or an admin deleted it.', 'deleted'],
  ['repository:rename', 'A repository has another name.', 'renamed'],
] as const;

/** What happens to repositories and connections, for webhooks out: names, and nothing that a connection is made of. */
export const OUTBOUND_EVENT_TYPES: readonly ((db: Queryable) => OutboundEventType)[] = [
  ...TYPES.map(([key, description, reason]) => (db: Queryable) => ({
    key,
    description,
    event: repositoriesChanged,
    events: (notice: z.output<typeof repositoriesChanged.payload>) => (notice.reason === reason ? repositoryEvents(db, notice.ids) : []),
  })),
  (db) => ({
    key: 'code_host_sync:fail',
    description: 'The repositories of a connection could not be listed, and could be before.',
    event: connectionSyncFailed,
    events: async ({ connectionId, code }) => {
      const [connection] = await db.query<{ kind: string; displayName: string }>(
        'SELECT kind, display_name AS "displayName" FROM connections WHERE id = $1',
        [connectionId],
      );
      return connection ? [{ body: { connection: { id: encodeNodeId('ExternalService', connectionId), ...connection }, code } }] : [];
    },
  }),
];

async function repositoryEvents(db: Queryable, ids: readonly number[]): Promise<readonly OutboundEvent[]> {
  const rows = await db.query<{ id: number; name: string; former: string | null }>(
    `SELECT id, name, (SELECT f.name FROM former_names f WHERE f.repository_id = r.id ORDER BY f.until DESC LIMIT 1) AS former
     FROM repositories r WHERE id = ANY($1::int[]) ORDER BY id`,
    [ids],
  );
  return rows.map(({ id, name, former }) => ({
    scope: name,
    body: { repository: { id: encodeNodeId('Repository', id), name, ...(former === null ? {} : { formerName: former }) } },
  }));
}
