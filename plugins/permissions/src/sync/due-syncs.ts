import type { PermissionHosts } from '@sextant/plugin-code-host/api';
import type { Users } from '@sextant/plugin-identity/api';
import { IdSet, type Storage } from '@sextant/sdk';
import { PIECE } from '../grants/bitmap.js';
import { hiddenRepositories } from '../grants/hidden-repositories.js';
import { KeptGroups } from '../groups/kept-groups.js';
import type { SharedState } from '../shared-state.js';
import { bindModeOf, type SiteSettings } from '../site-settings.js';
import { PRIORITY, type SyncJobs, type SyncReason } from './sync-jobs.js';

const PAGE = 1_000;

interface Parts {
  readonly db: Storage;
  readonly hosts: PermissionHosts;
  readonly users: Pick<Users, 'page'>;
  readonly shared: SharedState;
  readonly jobs: SyncJobs;
}

/** Keeps the lists of who and what is to be synced, and has the oldest synced. */
export class DueSyncs {
  constructor(private readonly parts: Parts) {}

  /** Does its part when `permissions.syncScheduleInterval` has passed since the last time, whichever process that was. */
  async tick(): Promise<void> {
    const settings = await this.parts.shared.settings();
    const [turn] = await this.parts.db.query(
      `UPDATE shared SET scheduled_at = now() WHERE scheduled_at IS NULL OR scheduled_at <= now() - $1::int * interval '1 second' RETURNING scheduled_at`,
      [settings['permissions.syncScheduleInterval']],
    );
    if (turn) await this.schedule(settings);
  }

  async schedule(settings: SiteSettings): Promise<void> {
    await this.#noteHosts();
    await this.#noteUsers();
    const { enforced } = await this.noteRepositories();
    if (!enforced) return;
    await this.#enqueueOldest('people', settings['permissions.syncOldestUsers'], settings['permissions.syncUsersBackoffSeconds']);
    await this.#enqueueOldest('repositories', settings['permissions.syncOldestRepos'], settings['permissions.syncReposBackoffSeconds']);
  }

  /**
   * Notes which repositories are restricted. One that is gone is nobody's any more: should it come back, or another take its name, its host is asked anew.
   */
  async noteRepositories(): Promise<{ readonly enforced: boolean }> {
    const restrictions = await this.parts.hosts.restrictions();
    const { enforced, all } = restrictions;
    const restricted = hiddenRepositories(restrictions, bindModeOf(await this.parts.shared.settings()));
    const rows = await this.parts.db.query<{ id: number }>('SELECT id FROM repositories');
    const known = IdSet.of(rows.map(({ id }) => id));
    await this.parts.db.query('INSERT INTO repositories (id) SELECT * FROM unnest($1::int[]) ON CONFLICT DO NOTHING', [
      [...restricted.without(known)],
    ]);
    const gone = known.without(all);
    await this.forget([...gone]);
    // Those that are open now stay known to their sources: should they be closed again, the host is asked, and until then what it said stands.
    await this.parts.db.query('DELETE FROM repositories WHERE id = ANY($1::int[])', [[...known.and(all).without(restricted)]]);
    return { enforced };
  }

  /** Takes these away from whoever has them. */
  async forget(ids: readonly number[]): Promise<void> {
    for (const id of ids)
      await this.parts.db.transaction(async (tx) => {
        await tx.query('DELETE FROM path_rules WHERE repository_id = $1', [id]);
        await tx.query('DELETE FROM repositories WHERE id = $1', [id]);
        await KeptGroups.forgetRepository(tx, id);
        await tx.query(
          `WITH held AS (UPDATE grants SET bits = set_bit(bits, $2, 0) WHERE piece = $1 AND get_bit(bits, $2) = 1 RETURNING source_id)
           UPDATE people SET version = nextval('versions') WHERE user_id IN (SELECT s.user_id FROM sources s JOIN held ON held.source_id = s.id)`,
          [Math.floor(id / PIECE), id % PIECE],
        );
      });
  }

  /** Those of which it was not known that they are restricted. */
  async untracked(ids: readonly number[]): Promise<readonly number[]> {
    const rows = await this.parts.db.query<{ id: number }>(
      'SELECT given.id FROM unnest($1::int[]) AS given (id) WHERE NOT EXISTS (SELECT FROM repositories r WHERE r.id = given.id)',
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  async #noteHosts(): Promise<void> {
    const hosts = await this.parts.hosts.list();
    await this.parts.db.transaction(async (tx) => {
      const gone = await tx.query<{ connection_id: number }>(
        `DELETE FROM hosts h WHERE NOT EXISTS (
           SELECT FROM unnest($1::int[], $2::text[]) AS given (id, accounts_by) WHERE given.id = h.connection_id AND given.accounts_by = h.accounts_by)
         RETURNING connection_id`,
        [hosts.map(({ connectionId }) => connectionId), hosts.map(({ accounts }) => accounts.by)],
      );
      await KeptGroups.forgetConnections(
        tx,
        gone.map(({ connection_id }) => connection_id),
      );
      for (const { connectionId, displayName, serviceType, serviceId, accounts } of hosts)
        await tx.query(
          `INSERT INTO hosts (connection_id, display_name, service_type, service_id, accounts_by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (connection_id) DO UPDATE SET display_name = $2, service_type = $3, service_id = $4, accounts_by = $5`,
          [connectionId, displayName, serviceType, serviceId, accounts.by],
        );
    });
  }

  async #noteUsers(): Promise<void> {
    const living: number[] = [];
    for (let afterId = 0; ; ) {
      const page = await this.parts.users.page({ limit: PAGE, afterId });
      living.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (page.length < PAGE || !last) break;
      afterId = last.id;
    }
    await this.parts.db.query('INSERT INTO people (user_id) SELECT * FROM unnest($1::int[]) ON CONFLICT DO NOTHING', [living]);
    await this.parts.db.transaction(async (tx) => {
      await tx.query('UPDATE sources SET user_id = NULL WHERE user_id IS NOT NULL AND NOT user_id = ANY($1::int[])', [living]);
      await tx.query('DELETE FROM people WHERE NOT user_id = ANY($1::int[])', [living]);
    });
  }

  async #enqueueOldest(table: 'people' | 'repositories', limit: number, backoff: number): Promise<void> {
    const column = table === 'people' ? 'user_id' : 'repository_id';
    const key = table === 'people' ? 'user_id' : 'id';
    const rows = await this.parts.db.query<{ id: number; never: boolean }>(
      `SELECT t.${key} AS id, t.synced_at IS NULL AS never FROM ${table} t
       WHERE (t.tried_at IS NULL OR t.tried_at < now() - $2::int * interval '1 second')
         AND NOT EXISTS (SELECT FROM sync_jobs j WHERE j.${column} = t.${key} AND j.state IN ('queued', 'processing'))
       ORDER BY t.tried_at NULLS FIRST, t.${key} LIMIT $1`,
      [limit, backoff],
    );
    const reasonOf = (never: boolean): SyncReason =>
      table === 'people' ? (never ? 'USER_NO_PERMISSIONS' : 'USER_OUTDATED') : never ? 'REPOSITORY_NO_PERMISSIONS' : 'REPOSITORY_OUTDATED';
    await this.parts.jobs.enqueue(
      rows.map(({ id, never }) => ({
        subject: table === 'people' ? { userId: id } : { repositoryId: id },
        reason: reasonOf(never),
        priority: never ? PRIORITY.never : PRIORITY.outdated,
      })),
    );
  }
}
