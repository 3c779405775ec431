import { type Events, type Queryable, type Secrets, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { type Connection, connectionsChanged, repositoriesChanged } from '../api.js';
import type { Alongside } from '../storage/alongside.js';
import { WallState } from '../wall/wall-state.js';
import { type CommonSettings, parseConnectionConfig, withCommonKeys } from './connection-config.js';
import type { KindRegistry } from './kind-registry.js';
import { redact, restore } from './redaction.js';

export interface ConnectionRecord {
  readonly id: number;
  readonly kind: string;
  readonly displayName: string;
  readonly declared: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastSyncAt: Date | undefined;
  readonly lastSyncError: string | undefined;
  /** The code of that error. */
  readonly lastSyncCode: string | undefined;
  readonly nextSyncAt: Date | undefined;
  readonly failedSyncs: number;
}

export interface UsableConnection extends Connection {
  readonly common: CommonSettings;
}

interface ConnectionRow {
  id: number;
  kind: string;
  display_name: string;
  sealed_config: string;
  declared_key: string | null;
  created_at: Date;
  updated_at: Date;
  last_sync_at: Date | null;
  last_sync_error: string | null;
  last_sync_code: string | null;
  next_sync_at: Date | null;
  failed_syncs: number;
}

/** A connection that the configuration declares. */
export interface Declaration {
  readonly key: string;
  readonly kind: string;
  readonly displayName: string;
  /** Makes its configuration out of the stored one. */
  readonly change: (stored: string | undefined) => string;
}

/** A notice names no more. */
const DECLARED_AT_ONCE = 200;
const COLUMNS =
  'id, kind, display_name, sealed_config, declared_key, created_at, updated_at, last_sync_at, last_sync_error, last_sync_code, next_sync_at, failed_syncs';

/** The configured code hosts. Their configuration is sealed as a whole, and leaves this class redacted or validated, never as it is stored. */
export class ConnectionStore {
  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    private readonly kinds: KindRegistry,
    private readonly events: Pick<Events, 'publish'>,
  ) {}

  async list(options: {
    readonly limit: number;
    readonly afterId?: number;
    readonly repositoryId?: number;
  }): Promise<readonly ConnectionRecord[]> {
    const rows = await this.db.query<ConnectionRow>(
      `SELECT ${COLUMNS} FROM connections
       WHERE deleted_at IS NULL AND id > $1
         AND ($2::int IS NULL OR EXISTS (SELECT FROM repository_connections rc WHERE rc.connection_id = connections.id AND rc.repository_id = $2))
       ORDER BY id LIMIT $3`,
      [options.afterId ?? 0, options.repositoryId ?? null, options.limit],
    );
    return rows.map(recordOf);
  }

  async count(options: { readonly repositoryId?: number } = {}): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM connections
       WHERE deleted_at IS NULL AND ($1::int IS NULL OR EXISTS (SELECT FROM repository_connections rc WHERE rc.connection_id = connections.id AND rc.repository_id = $1))`,
      [options.repositoryId ?? null],
    );
    return row?.count ?? 0;
  }

  async find(id: number): Promise<ConnectionRecord | undefined> {
    const row = await this.#row(this.db, id);
    return row ? recordOf(row) : undefined;
  }

  /** Connections whose list is due, the longest waiting first, and whether their last sync failed. Those of a kind whose plugin does not run wait for it. */
  async due(limit: number): Promise<readonly { readonly id: number; readonly fails: boolean }[]> {
    return await this.db.query<{ id: number; fails: boolean }>(
      'SELECT id, failed_syncs > 0 AS fails FROM connections WHERE deleted_at IS NULL AND next_sync_at <= now() AND kind = ANY($2::text[]) ORDER BY next_sync_at, id LIMIT $1',
      [limit, this.kinds.names()],
    );
  }

  async isDue(id: number): Promise<boolean> {
    return (await this.db.query('SELECT FROM connections WHERE id = $1 AND deleted_at IS NULL AND next_sync_at <= now()', [id])).length > 0;
  }

  /** The configuration for people: secrets redacted, comments kept. */
  async redactedConfig(id: number): Promise<string> {
    const row = await this.#required(this.db, id);
    const kind = this.kinds.find(row.kind);
    return redact(this.#open(row), kind && withCommonKeys(kind.config));
  }

  /**
   * The connection with its validated configuration, for its kind; undefined when it is gone.
   * @throws SEXTANT_CODE_HOST_KIND_UNKNOWN or SEXTANT_CODE_HOST_CONFIG_INVALID.
   */
  async usable(id: number): Promise<UsableConnection | undefined> {
    const row = await this.#row(this.db, id);
    if (!row) return undefined;
    const { common, own } = parseConnectionConfig(this.#open(row), this.kinds.get(row.kind).config);
    const { rateLimit } = common;
    return {
      id,
      kind: row.kind,
      displayName: row.display_name,
      config: own,
      common,
      ...(rateLimit?.enabled ? { requestsPerHour: rateLimit.requestsPerHour } : {}),
    };
  }

  async add(
    input: { readonly kind: string; readonly displayName: string; readonly config: string },
    alongside?: Alongside,
  ): Promise<ConnectionRecord> {
    this.check(input.kind, input.displayName, input.config);
    const row = await this.db.transaction(async (tx) => {
      const [inserted] = await tx.query<ConnectionRow>(
        `INSERT INTO connections (kind, display_name, sealed_config, enforces_permissions) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
        [input.kind, input.displayName, this.secrets.seal(input.config), this.#enforces(input.kind, input.config)],
      );
      if (!inserted) throw new Error('INSERT returned no row');
      await this.events.publish(connectionsChanged, { ids: [inserted.id] }, { tx });
      await alongside?.(tx, inserted);
      return inserted;
    });
    return recordOf(row);
  }

  /** What is undefined stays. Redacted secrets in `config` keep their value. */
  async update(
    id: number,
    input: { readonly displayName?: string; readonly config?: string },
    alongside?: Alongside,
  ): Promise<ConnectionRecord> {
    return this.db.transaction(async (tx) => {
      const row = await this.#required(tx, id, 'FOR UPDATE');
      refuseDeclared(row);
      const kind = this.kinds.get(row.kind);
      const stored = this.#open(row);
      const config = input.config === undefined ? stored : restore(input.config, stored, withCommonKeys(kind.config));
      const displayName = input.displayName ?? row.display_name;
      this.check(row.kind, displayName, config);
      const [updated] = await tx.query<ConnectionRow>(
        `UPDATE connections SET display_name = $2, sealed_config = $3, enforces_permissions = $4, updated_at = now(), next_sync_at = now(), failed_syncs = 0
         WHERE id = $1 RETURNING ${COLUMNS}`,
        [id, displayName, this.secrets.seal(config), this.#enforces(row.kind, config)],
      );
      await WallState.moveEpoch(tx);
      await this.events.publish(connectionsChanged, { ids: [id] }, { tx });
      await alongside?.(tx, row);
      return recordOf(updated ?? row);
    });
  }

  /** Removes the connection and its credentials; repositories that no other connection gives are deleted with it, and purged later. */
  async remove(id: number, alongside?: Alongside): Promise<void> {
    await this.db.transaction(async (tx) => {
      const row = await this.#required(tx, id, 'FOR UPDATE');
      refuseDeclared(row);
      await alongside?.(tx, row);
      await tx.query(`UPDATE connections SET deleted_at = now(), sealed_config = '', next_sync_at = NULL WHERE id = $1`, [id]);
      await tx.query('DELETE FROM listed_repositories WHERE connection_id = $1', [id]);
      const orphans = await tx.query<{ id: number }>(
        `WITH unlinked AS (DELETE FROM repository_connections WHERE connection_id = $1 RETURNING repository_id)
         UPDATE repositories r SET deleted_at = now(), updated_at = now()
         WHERE r.deleted_at IS NULL AND r.id IN (SELECT repository_id FROM unlinked)
           AND NOT EXISTS (SELECT FROM repository_connections rc WHERE rc.repository_id = r.id AND rc.connection_id <> $1)
         RETURNING r.id`,
        [id],
      );
      await WallState.moveEpoch(tx);
      await this.events.publish(connectionsChanged, { ids: [id] }, { tx });
      for (let at = 0; at < orphans.length; at += 200) {
        await this.events.publish(
          repositoriesChanged,
          { ids: orphans.slice(at, at + 200).map((row) => row.id), reason: 'deleted' },
          { tx },
        );
      }
    });
  }

  /**
   * Creates or updates the connections of declarations, all at once: a start waits for it. A declaration that cannot be taken does not stop the others.
   * @returns whether anything changed, and what was wrong, by key.
   */
  async declare(
    declarations: readonly Declaration[],
    alongside?: Alongside,
  ): Promise<{ readonly changed: boolean; readonly problems: ReadonlyMap<string, Error> }> {
    const problems = new Map<string, Error>();
    const changed = await this.db.transaction(async (tx) => {
      const rows = await tx.query<ConnectionRow & { deleted_at: Date | null }>(
        `SELECT ${COLUMNS}, deleted_at FROM connections WHERE declared_key = ANY($1::text[]) FOR UPDATE`,
        [declarations.map(({ key }) => key)],
      );
      const known = new Map(rows.map((row) => [row.declared_key, row]));
      const changes: { kind: string; display_name: string; sealed_config: string; declared_key: string; enforces: boolean }[] = [];
      for (const { key, kind, displayName, change } of declarations) {
        try {
          const row = known.get(key);
          const stored = row && row.deleted_at === null ? this.#open(row) : undefined;
          const config = change(stored);
          this.check(kind, displayName, config);
          if (row && stored === config && row.display_name === displayName) continue;
          const enforces = this.#enforces(kind, config);
          changes.push({ kind, display_name: displayName, sealed_config: this.secrets.seal(config), declared_key: key, enforces });
        } catch (error) {
          problems.set(key, error instanceof Error ? error : new Error(String(error)));
        }
      }
      for (let at = 0; at < changes.length; at += DECLARED_AT_ONCE) {
        const written = await tx.query<{ id: number; kind: string }>(
          `INSERT INTO connections (kind, display_name, sealed_config, declared_key, enforces_permissions)
           SELECT x.* FROM jsonb_to_recordset($1::jsonb) AS x(kind text, display_name text, sealed_config text, declared_key text, enforces boolean)
           ON CONFLICT (declared_key) DO UPDATE SET display_name = excluded.display_name, sealed_config = excluded.sealed_config,
             enforces_permissions = excluded.enforces_permissions, deleted_at = NULL, updated_at = now(), next_sync_at = now(), failed_syncs = 0
           RETURNING id, kind`,
          [JSON.stringify(changes.slice(at, at + DECLARED_AT_ONCE))],
        );
        for (const row of written) await alongside?.(tx, row);
        await this.events.publish(connectionsChanged, { ids: written.map(({ id }) => id) }, { tx });
      }
      if (changes.length > 0) await WallState.moveEpoch(tx);
      return changes.length > 0;
    });
    return { changed, problems };
  }

  /**
   * Works out once more which connections leave permissions to their host: a kind's plugin may be another than when they were written. One that cannot be
   * read stays as it was.
   */
  async settleEnforcement(): Promise<void> {
    for (let afterId = 0; ; ) {
      const rows = await this.db.query<ConnectionRow & { enforces_permissions: boolean | null }>(
        `SELECT ${COLUMNS}, enforces_permissions FROM connections WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT ${DECLARED_AT_ONCE}`,
        [afterId],
      );
      for (const row of rows) {
        const enforces = this.#enforcesOrUnknown(row);
        if (enforces === undefined || enforces === row.enforces_permissions) continue;
        await this.db.transaction(async (tx) => {
          await tx.query('UPDATE connections SET enforces_permissions = $2 WHERE id = $1 AND sealed_config = $3', [
            row.id,
            enforces,
            row.sealed_config,
          ]);
          await WallState.moveEpoch(tx);
        });
      }
      const last = rows.at(-1);
      if (rows.length < DECLARED_AT_ONCE || !last) return;
      afterId = last.id;
    }
  }

  /** Ids of the connections that leave it to their host who sees their private repositories: of all, or of those that give this one. */
  async enforcing(repositoryId?: number): Promise<readonly number[]> {
    const rows = await this.db.query<{ id: number }>(
      `SELECT id FROM connections WHERE deleted_at IS NULL AND enforces_permissions
         AND ($1::int IS NULL OR EXISTS (SELECT FROM repository_connections rc WHERE rc.connection_id = connections.id AND rc.repository_id = $1))
       ORDER BY id`,
      [repositoryId ?? null],
    );
    return rows.map(({ id }) => id);
  }

  /** Declarations that are no longer in the file become ordinary connections: nothing is deleted because a file was not there. */
  async releaseDeclarations(except: readonly string[]): Promise<readonly string[]> {
    const rows = await this.db.query<{ display_name: string }>(
      'UPDATE connections SET declared_key = NULL, updated_at = now() WHERE declared_key IS NOT NULL AND NOT (declared_key = ANY($1::text[])) RETURNING display_name',
      [except],
    );
    return rows.map((row) => row.display_name);
  }

  /** @throws SEXTANT_CODE_HOST_CONFIG_INVALID, or SEXTANT_CODE_HOST_KIND_UNKNOWN, for what could not be stored. */
  check(kind: string, displayName: string, config: string): void {
    if (displayName.trim() === '') {
      throw new SextantError('SEXTANT_CODE_HOST_CONFIG_INVALID', { what: 'The connection has no display name.', fix: 'Give it one.' });
    }
    parseConnectionConfig(config, this.kinds.get(kind).config);
  }

  #enforces(name: string, config: string): boolean {
    const kind = this.kinds.get(name);
    const { own } = parseConnectionConfig(config, kind.config);
    return kind.permissions?.enforced({ id: 0, kind: name, displayName: '', config: own }) !== undefined;
  }

  #enforcesOrUnknown(row: ConnectionRow): boolean | undefined {
    try {
      return this.#enforces(row.kind, this.#open(row));
    } catch {
      return undefined;
    }
  }

  #open(row: ConnectionRow): string {
    return this.secrets.open(row.sealed_config).reveal();
  }

  async #row(db: Queryable, id: number, lock = ''): Promise<ConnectionRow | undefined> {
    const [row] = await db.query<ConnectionRow>(`SELECT ${COLUMNS} FROM connections WHERE id = $1 AND deleted_at IS NULL ${lock}`, [id]);
    return row;
  }

  async #required(db: Storage | Tx, id: number, lock = ''): Promise<ConnectionRow> {
    const row = await this.#row(db, id, lock);
    if (!row)
      throw new SextantError('SEXTANT_CODE_HOST_CONNECTION_NOT_FOUND', {
        what: 'There is no such connection.',
        fix: 'List the connections, and use the id of one.',
      });
    return row;
  }
}

function refuseDeclared(row: ConnectionRow): void {
  if (row.declared_key === null) return;
  throw new SextantError('SEXTANT_CODE_HOST_CONNECTION_DECLARED', {
    what: `The connection "${row.display_name}" is read-only here.`,
    why:
      row.declared_key === LOCAL_PATHS_KEY
        ? 'It holds the folders given on the command line.'
        : 'It is declared in the configuration file.',
    fix: 'Change it there, and restart.',
  });
}

/** The declaration that holds the folders of the command line. */
export const LOCAL_PATHS_KEY = 'local-paths';

const recordOf = (row: ConnectionRow): ConnectionRecord => ({
  id: row.id,
  kind: row.kind,
  displayName: row.display_name,
  declared: row.declared_key !== null,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lastSyncAt: row.last_sync_at ?? undefined,
  lastSyncError: row.last_sync_error ?? undefined,
  lastSyncCode: row.last_sync_code ?? undefined,
  nextSyncAt: row.next_sync_at ?? undefined,
  failedSyncs: row.failed_syncs,
});
