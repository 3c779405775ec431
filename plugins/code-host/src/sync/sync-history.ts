import type { Queryable, Storage } from '@sextant/sdk';

export type SyncState = 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'CANCELED';

export interface SyncCounts {
  readonly added: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Listed, and not taken: a malformed name, or a name that another repository has. */
  readonly skipped: number;
}

export interface SyncRecord extends SyncCounts {
  readonly id: number;
  readonly connectionId: number;
  readonly state: SyncState;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
  /** When the list of a sync that is under way will be complete, by its host's limits; undefined where that is not known. */
  readonly expectedAt: Date | undefined;
  readonly failure: string | undefined;
  /** In words, the first few. */
  readonly skipReasons: readonly string[];
}

interface SyncRow extends SyncCounts {
  id: number;
  connection_id: number;
  state: SyncState;
  started_at: Date;
  finished_at: Date | null;
  expected_at: Date | null;
  failure_message: string | null;
  skip_reasons: string[];
}

/** Syncs that are kept per connection. */
const KEPT = 100;

/** The syncs of each connection, with what they did and why they failed. */
export class SyncHistory {
  constructor(private readonly db: Storage) {}

  /** A sync that is still open died with its process: only one of a connection runs at a time. */
  async begin(connectionId: number): Promise<number> {
    return this.db.transaction(async (tx) => {
      await tx.query(
        `UPDATE sync_jobs SET state = 'FAILED', finished_at = now(), expected_at = NULL, failure_message = 'The process ended before the sync did.' WHERE connection_id = $1 AND state = 'PROCESSING'`,
        [connectionId],
      );
      await tx.query(
        'DELETE FROM sync_jobs WHERE connection_id = $1 AND id <= (SELECT id FROM sync_jobs WHERE connection_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)',
        [connectionId, KEPT - 1],
      );
      const [row] = await tx.query<{ id: number }>(`INSERT INTO sync_jobs (connection_id, state) VALUES ($1, 'PROCESSING') RETURNING id`, [
        connectionId,
      ]);
      if (!row) throw new Error('INSERT returned no row');
      return row.id;
    });
  }

  /** Keeps when its list will be complete; undefined: it is not known any more. */
  async expect(id: number, end: Date | undefined): Promise<void> {
    await this.db.query('UPDATE sync_jobs SET expected_at = $2 WHERE id = $1', [id, end ?? null]);
  }

  async end(
    db: Queryable,
    id: number,
    state: SyncState,
    outcome: { readonly counts?: SyncCounts; readonly skipReasons?: readonly string[]; readonly failure?: string },
  ): Promise<void> {
    const { added = 0, updated = 0, deleted = 0, unchanged = 0, skipped = 0 } = outcome.counts ?? {};
    await db.query(
      `UPDATE sync_jobs SET state = $2, finished_at = now(), expected_at = NULL, failure_message = $3, added = $4, updated = $5, deleted = $6, unchanged = $7, skipped = $8, skip_reasons = $9 WHERE id = $1`,
      [id, state, outcome.failure ?? null, added, updated, deleted, unchanged, skipped, outcome.skipReasons ?? []],
    );
  }

  /** Newest first. */
  async list(connectionId: number, page: { readonly limit: number; readonly beforeId?: number }): Promise<readonly SyncRecord[]> {
    const rows = await this.db.query<SyncRow>(
      `SELECT id, connection_id, state, started_at, finished_at, expected_at, failure_message, added, updated, deleted, unchanged, skipped, skip_reasons
       FROM sync_jobs WHERE connection_id = $1 AND ($2::int IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [connectionId, page.beforeId ?? null, page.limit],
    );
    return rows.map(({ connection_id, started_at, finished_at, expected_at, failure_message, skip_reasons, ...row }) => ({
      ...row,
      connectionId: connection_id,
      startedAt: started_at,
      finishedAt: finished_at ?? undefined,
      expectedAt: expected_at ?? undefined,
      failure: failure_message ?? undefined,
      skipReasons: skip_reasons,
    }));
  }

  async count(connectionId: number): Promise<number> {
    const [row] = await this.db.query<{ count: number }>('SELECT count(*)::int AS count FROM sync_jobs WHERE connection_id = $1', [
      connectionId,
    ]);
    return row?.count ?? 0;
  }
}
