import type { Visibility } from '@sextant/plugin-code-host/api';
import { type Jobs, type Queryable, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { syncRepository, syncUser } from './jobs.js';

export type SyncState = 'queued' | 'processing' | 'errored' | 'failed' | 'completed' | 'canceled';
export type SyncReason =
  | 'USER_SIGNED_IN'
  | 'USER_CREATED'
  | 'USER_ACCOUNTS_CHANGED'
  | 'USER_OUTDATED'
  | 'USER_NO_PERMISSIONS'
  | 'REPOSITORY_ADDED'
  | 'REPOSITORY_CHANGED'
  | 'REPOSITORY_OUTDATED'
  | 'REPOSITORY_NO_PERMISSIONS'
  | 'WEBHOOK'
  | 'MANUAL';

/** Whom or what a sync is of. */
export type Subject = { readonly userId: number } | { readonly repositoryId: number };

export interface CodeHostState {
  readonly providerType: string;
  readonly providerID: string;
  readonly status: 'SUCCESS' | 'ERROR' | 'SKIPPED';
  readonly message: string;
  /** Absent of syncs that were not counted. */
  readonly cost?: SyncCost;
}

/** What a host was asked for one sync. */
export interface SyncCost {
  readonly requests: number;
  /** Requests an hour that the host allows the credential; null: it does not say. */
  readonly perHour: number | null;
  /** Asked with the account's own credential, whose budget is its own. */
  readonly own: boolean;
}

export interface SyncJob {
  readonly id: number;
  readonly userId: number | null;
  readonly repositoryId: number | null;
  readonly reason: SyncReason;
  readonly state: SyncState;
  readonly priority: number;
  readonly triggeredBy: number | null;
  /** What is kept of groups is asked for anew. */
  readonly invalidateCaches: boolean;
  readonly queuedAt: Date;
  readonly processAfter: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly attempts: number;
  readonly failureMessage: string | null;
  readonly progress: string | null;
  readonly added: number;
  readonly removed: number;
  readonly found: number;
  readonly codeHostStates: readonly CodeHostState[];
}

export interface SyncOutcome {
  readonly added: number;
  readonly removed: number;
  /** Of a user: repositories; of a repository: accounts. */
  readonly found: number;
  readonly codeHostStates: readonly CodeHostState[];
}

/** Somebody waits for it; asked for by a change; by the clock, first and again. Lower runs first. */
export const PRIORITY = { interactive: -10, changed: 0, never: 5, outdated: 10 } as const;

export interface Wish {
  readonly subject: Subject;
  readonly reason: SyncReason;
  readonly priority: number;
  /** Milliseconds from now. */
  readonly after?: number;
  readonly triggeredBy?: number | undefined;
  /** What is kept of groups is asked for anew. */
  readonly invalidateCaches?: boolean;
}

export interface SyncJobFilter {
  readonly state?: SyncState | undefined;
  readonly reasons?: readonly SyncReason[] | undefined;
  readonly userId?: number | undefined;
  readonly repositoryId?: number | undefined;
  /** Of repositories, those that are seen behind this; of users all. */
  readonly seen?: Pick<Visibility, 'sql'>;
}

const COLUMNS = `id, user_id AS "userId", repository_id AS "repositoryId", reason, state, priority, triggered_by AS "triggeredBy",
  invalidate_caches AS "invalidateCaches", queued_at AS "queuedAt",
  process_after AS "processAfter", started_at AS "startedAt", finished_at AS "finishedAt", attempts, failure_message AS "failureMessage", progress, added,
  removed, found, code_host_states AS "codeHostStates"`;
/** A process that has not been heard of for so long holds no place. */
const SILENT = `interval '2 minutes'`;
const AT_ONCE = 1_000;

const columnOf = (subject: Subject): 'user_id' | 'repository_id' => ('userId' in subject ? 'user_id' : 'repository_id');
const idOf = (subject: Subject): number => ('userId' in subject ? subject.userId : subject.repositoryId);
const keyOf = (subject: Subject): string => ('userId' in subject ? `user:${subject.userId}` : `repository:${subject.repositoryId}`);

/** Syncs that wait, run and have ended. At most one waits of each user and repository; of the ended ones the last few are kept. */
export class SyncJobs {
  constructor(
    private readonly db: Storage,
    private readonly jobs: Pick<Jobs, 'enqueue' | 'enqueueMany' | 'cancel'>,
  ) {}

  /** One that waits already is not put off: it is the more urgent of the two. */
  async enqueue(wishes: readonly Wish[]): Promise<void> {
    for (let at = 0; at < wishes.length; at += AT_ONCE) {
      const part = wishes.slice(at, at + AT_ONCE);
      await this.db.transaction(async (tx) => {
        await this.#enqueue(
          tx,
          part.filter(({ subject }) => 'userId' in subject),
        );
        await this.#enqueue(
          tx,
          part.filter(({ subject }) => 'repositoryId' in subject),
        );
      });
    }
  }

  async #enqueue(tx: Tx, wishes: readonly Wish[]): Promise<void> {
    const [first] = wishes;
    if (!first) return;
    const column = columnOf(first.subject);
    const byId = new Map(wishes.map((wish) => [idOf(wish.subject), wish]));
    const wanted = [...byId].sort(([a], [b]) => a - b);
    const rows = await tx.query<{ subject: number; priority: number; process_after: Date | null }>(
      `INSERT INTO sync_jobs AS j (${column}, reason, priority, process_after, triggered_by, invalidate_caches)
       SELECT id, reason, priority, CASE WHEN after > 0 THEN now() + after * interval '1 millisecond' END, by, anew
       FROM unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::int[], $6::boolean[]) AS given (id, reason, priority, after, by, anew)
       ON CONFLICT (${column}) WHERE state = 'queued' DO UPDATE SET
         reason = CASE WHEN excluded.priority < j.priority THEN excluded.reason ELSE j.reason END,
         priority = least(j.priority, excluded.priority),
         triggered_by = coalesce(excluded.triggered_by, j.triggered_by),
         invalidate_caches = j.invalidate_caches OR excluded.invalidate_caches,
         process_after = CASE WHEN j.process_after IS NULL OR excluded.process_after IS NULL THEN NULL ELSE least(j.process_after, excluded.process_after) END
       RETURNING ${column} AS subject, priority, process_after`,
      [
        wanted.map(([id]) => id),
        wanted.map(([, { reason }]) => reason),
        wanted.map(([, { priority }]) => priority),
        wanted.map(([, { after }]) => Math.round(after ?? 0)),
        wanted.map(([, { triggeredBy }]) => triggeredBy ?? null),
        wanted.map(([, { invalidateCaches }]) => invalidateCaches ?? false),
      ],
    );
    const options = ({ subject, priority, process_after }: (typeof rows)[number]) => {
      const key = keyOf(column === 'user_id' ? { userId: subject } : { repositoryId: subject });
      return {
        key,
        queue: `permissions.${key}`,
        priority,
        onConflict: 'replace' as const,
        ...(process_after ? { runAt: process_after } : {}),
      };
    };
    if (column === 'user_id')
      await this.jobs.enqueueMany(
        syncUser,
        rows.map((row) => ({ payload: { userId: row.subject }, options: options(row) })),
        { tx },
      );
    else
      await this.jobs.enqueueMany(
        syncRepository,
        rows.map((row) => ({ payload: { repositoryId: row.subject }, options: options(row) })),
        { tx },
      );
  }

  /**
   * The sync that is to run now: one that was begun and never ended before one that waits. `busy`: as many run as may.
   * @param limit syncs of this sort at once, over all processes
   */
  async begin(subject: Subject, limit: number): Promise<SyncJob | 'busy' | undefined> {
    const column = columnOf(subject);
    const [other] = await this.db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM sync_jobs WHERE state = 'processing' AND ${column} IS NOT NULL AND ${column} <> $1 AND seen_at > now() - ${SILENT}`,
      [idOf(subject)],
    );
    if ((other?.count ?? 0) >= limit) return 'busy';
    const [row] = await this.db.query<SyncJob>(
      `UPDATE sync_jobs SET state = 'processing', started_at = coalesce(started_at, now()), seen_at = now(), attempts = attempts + 1
       WHERE id = (SELECT id FROM sync_jobs WHERE ${column} = $1 AND state IN ('queued', 'processing', 'errored') ORDER BY state = 'queued', id LIMIT 1)
       RETURNING ${COLUMNS}`,
      [idOf(subject)],
    );
    return row;
  }

  /** @returns false when it was cancelled. */
  async progress(id: number, text: string, found: number): Promise<boolean> {
    const [row] = await this.db.query<{ cancel: boolean }>(
      'UPDATE sync_jobs SET progress = $2, found = $3, seen_at = now() WHERE id = $1 RETURNING cancel',
      [id, text, found],
    );
    return !row?.cancel;
  }

  /** @param keep ended syncs that stay of each user and repository */
  async end(id: number, state: SyncState, outcome: SyncOutcome, failure: string | undefined, keep: number): Promise<void> {
    await this.db.query(
      `UPDATE sync_jobs SET state = CASE WHEN cancel THEN 'canceled' ELSE $2 END, finished_at = now(), failure_message = $3, added = $4, removed = $5, found = $6,
         code_host_states = $7::jsonb, progress = NULL WHERE id = $1`,
      [id, state, failure ?? null, outcome.added, outcome.removed, outcome.found, JSON.stringify(outcome.codeHostStates)],
    );
    for (const column of ['user_id', 'repository_id'])
      await this.db.query(
        `DELETE FROM sync_jobs WHERE id IN (
           SELECT id FROM sync_jobs WHERE ${column} = (SELECT ${column} FROM sync_jobs WHERE id = $1) AND state NOT IN ('queued', 'processing', 'errored')
           ORDER BY id DESC OFFSET $2)`,
        [id, keep],
      );
  }

  /** @throws SEXTANT_PERMISSIONS_JOB_NOT_FOUND for one that is not there, is not seen, or has ended. */
  async cancel(id: number, seen: Pick<Visibility, 'sql'>): Promise<void> {
    const wall = seen.sql('repository_id', 2);
    const [row] = await this.db.query<{ userId: number | null; repositoryId: number | null }>(
      `UPDATE sync_jobs SET cancel = true, state = CASE WHEN state = 'processing' THEN state ELSE 'canceled' END,
         finished_at = CASE WHEN state = 'processing' THEN finished_at ELSE now() END
       WHERE id = $1 AND (repository_id IS NULL OR ${wall.text}) AND state IN ('queued', 'processing', 'errored')
       RETURNING user_id AS "userId", repository_id AS "repositoryId"`,
      [id, ...wall.parameters],
    );
    if (!row)
      throw new SextantError('SEXTANT_PERMISSIONS_JOB_NOT_FOUND', {
        what: 'There is no such sync of permissions, or it has ended.',
        fix: 'See permissionsSyncJobs.',
      });
    if (row.userId !== null) await this.jobs.cancel(syncUser, keyOf({ userId: row.userId }));
    if (row.repositoryId !== null) await this.jobs.cancel(syncRepository, keyOf({ repositoryId: row.repositoryId }));
  }

  /** Newest first. */
  async list(filter: SyncJobFilter, page: { readonly limit: number; readonly beforeId: number | undefined }): Promise<readonly SyncJob[]> {
    const { text, parameters } = conditionOf(filter);
    const next = parameters.length + 1;
    return this.db.query<SyncJob>(
      `SELECT ${COLUMNS} FROM sync_jobs WHERE ${text} AND ($${next}::int IS NULL OR id < $${next}) ORDER BY id DESC LIMIT $${next + 1}`,
      [...parameters, page.beforeId ?? null, page.limit],
    );
  }

  /** @param seen behind which it is looked for, when it is of a repository */
  async find(id: number, seen: Pick<Visibility, 'sql'>): Promise<SyncJob | undefined> {
    const { text, parameters } = conditionOf({ seen });
    const [row] = await this.db.query<SyncJob>(`SELECT ${COLUMNS} FROM sync_jobs WHERE ${text} AND id = $${parameters.length + 1}`, [
      ...parameters,
      id,
    ]);
    return row;
  }

  async count(filter: SyncJobFilter): Promise<number> {
    const { text, parameters } = conditionOf(filter);
    const [row] = await this.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM sync_jobs WHERE ${text}`, parameters);
    return row?.count ?? 0;
  }

  /** Of waiting ones: how many syncs of its sort come before it. */
  async ahead(job: SyncJob): Promise<number> {
    const column = job.userId === null ? 'repository_id' : 'user_id';
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM sync_jobs WHERE state = 'queued' AND ${column} IS NOT NULL AND (priority, id) < ($1::int, $2::int)`,
      [job.priority, job.id],
    );
    return row?.count ?? 0;
  }

  static async latest(db: Queryable, subject: Subject): Promise<readonly SyncJob[]> {
    return db.query<SyncJob>(`SELECT ${COLUMNS} FROM sync_jobs WHERE ${columnOf(subject)} = $1 ORDER BY id DESC LIMIT 5`, [idOf(subject)]);
  }
}

function conditionOf({ state, reasons, userId, repositoryId, seen }: SyncJobFilter): {
  readonly text: string;
  readonly parameters: readonly unknown[];
} {
  const wall = seen?.sql('repository_id', 5) ?? { text: 'TRUE', parameters: [] };
  return {
    text: `($1::text IS NULL OR state = $1) AND ($2::text[] IS NULL OR reason = ANY($2)) AND ($3::int IS NULL OR user_id = $3)
      AND ($4::int IS NULL OR repository_id = $4) AND (repository_id IS NULL OR ${wall.text})`,
    parameters: [state ?? null, reasons ?? null, userId ?? null, repositoryId ?? null, ...wall.parameters],
  };
}
