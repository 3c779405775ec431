import type { Storage } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { ConnectionStore } from '../connections/connection-store.js';
import { KindRegistry } from '../connections/kind-registry.js';
import { MirrorSourceStore } from '../repositories/mirror-sources.js';
import { RepositoryEditor } from '../repositories/repository-editor.js';
import { RepositoryList } from '../repositories/repository-list.js';
import { RepositoryStore } from '../repositories/repository-store.js';
import { ConnectionSync, type SyncConfig, type SyncOptions, type SyncOutcome } from '../sync/connection-sync.js';
import { SyncHistory } from '../sync/sync-history.js';
import { Turns } from '../sync/turns.js';
import { Wall, type WallConfig } from '../wall/visibility.js';
import { WallState } from '../wall/wall-state.js';
import { contributed, FakeHost, FakePermissions, RecordedEvents, reversingSecrets, silentLog } from './fakes.js';

/** The plugin's classes over a real schema, with a host, permissions and time that the test owns. */
export function aWorld(db: Storage) {
  const host = new FakeHost();
  const events = new RecordedEvents();
  const permissions = new FakePermissions();
  const settings: { sync: SyncConfig; wall: WallConfig; withPermissions: boolean } = {
    sync: { repoListUpdateInterval: 60_000 },
    wall: { enforceForSiteAdmins: false, permissionsTimeout: 30_000 },
    withPermissions: true,
  };
  let time = 0;
  const kinds = new KindRegistry([contributed('fake', host)]);
  const connections = new ConnectionStore(db, reversingSecrets, kinds, events);
  const history = new SyncHistory(db);
  const wall = new Wall({
    sources: () => (settings.withPermissions ? [{ plugin: 'fake', value: permissions }] : []),
    config: { get: () => settings.wall },
    // Every read is later than what is believed: no test waits for a second to pass.
    state: new WallState(db, { monotonic: () => (time += 10_000) }),
    clock: new TestClock(),
    sourceState: () => undefined,
  });
  const sync = new ConnectionSync({
    db,
    connections,
    kinds,
    history,
    events,
    config: () => settings.sync,
    log: silentLog,
    turns: new Turns(),
  });
  return {
    db,
    host,
    events,
    permissions,
    settings,
    kinds,
    connections,
    history,
    wall,
    repositories: new RepositoryStore(db, wall),
    list: new RepositoryList(db, wall, [], []),
    editor: new RepositoryEditor(db, events),
    mirrorSources: new MirrorSourceStore(db, connections, kinds),
    connect: async (displayName: string, config = '{}'): Promise<number> =>
      (await connections.add({ kind: host.kind, displayName, config })).id,
    sync: async (connectionId: number, options: Partial<SyncOptions> = {}): Promise<SyncOutcome | undefined> =>
      sync.run(connectionId, { signal: new AbortController().signal, progress: () => undefined, ...options }),
    /** Living repositories by external id. */
    living: async (): Promise<Readonly<Record<string, string>>> =>
      Object.fromEntries(
        (
          await db.query<{ external_id: string; name: string }>(
            'SELECT external_id, name FROM repositories WHERE deleted_at IS NULL ORDER BY external_id',
          )
        ).map((row) => [row.external_id, row.name]),
      ),
    idOf: async (externalId: string): Promise<number> => {
      const [row] = await db.query<{ id: number }>('SELECT id FROM repositories WHERE external_id = $1', [externalId]);
      if (!row) throw new Error(`no repository ${externalId}`);
      return row.id;
    },
    clear: async (): Promise<void> => {
      await db.query('TRUNCATE connections, repositories CASCADE');
      await db.query(`UPDATE wall_state SET epoch = 1, sources = '{}'`);
      events.published.length = 0;
    },
  };
}
export type World = ReturnType<typeof aWorld>;
