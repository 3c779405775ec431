import type { AnyJob, JobRecord, JobState } from '@sextant/sdk';
import type { SharedPool } from '../storage/shared-pool.js';
import { fullKey, keyWithoutName } from './job-queue.js';

/** A job as its worker knows it. */
export interface JobFacts {
  readonly id: string;
  readonly name: string;
  readonly key: string | null;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly queuedAt: Date;
  readonly startedAt: Date;
}

export type FinalState = 'completed' | 'failed' | 'canceled';

interface HistoryRow {
  readonly id: string;
  readonly name: string;
  readonly key: string | null;
  readonly state: JobState;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly queued_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly progress: string | null;
  readonly error: string | null;
}

const MAX_TEXT = 4_000;

const UPSERT = `
  insert into kernel.job_history (id, name, key, state, attempt, max_attempts, queued_at, started_at, finished_at, progress, error, instance)
  values ($1, $2, $3, $4, $5, $6, $7, $8, case when $4 = 'running' then null else clock_timestamp() end, $9, $10, $11)
  on conflict (id) do update set state = excluded.state, attempt = excluded.attempt, key = coalesce(excluded.key, job_history.key), started_at = excluded.started_at, finished_at = excluded.finished_at,
    progress = coalesce(excluded.progress, job_history.progress), error = excluded.error, instance = excluded.instance
  where excluded.state <> 'running' or job_history.finished_at is null or job_history.started_at < excluded.started_at`; // progress may come in after the end

// Takes the job out of the queue in the statement that records its end. The library does it too, later and without
// waiting for it: a connection lost in between would leave a job that has ended locked by a worker that lives.
const TAKE_OUT = `
  with gone as (
    delete from graphile_worker._private_jobs where id = $1 and locked_by = $12 returning job_queue_id
  ), queues as (
    update graphile_worker._private_job_queues q set locked_by = null, locked_at = null from gone where q.id = gone.job_queue_id and q.locked_by = $12
  )${UPSERT}`;

/**
 * Live jobs are read from the queue itself and finished ones from the history, so a job costs one write here, when it ends.
 * $1 name, $2 key, $3 state, $4 before, $5 limit, $6 grace in milliseconds.
 */
const LIST = `
  with live as (
    select j.id, j.task_identifier as name, coalesce(j.key, h.key) as key,
      case
        when j.locked_at is not null and h.finished_at >= j.locked_at then h.state
        when j.locked_at is not null then 'running'
        when j.attempts >= j.max_attempts then coalesce(nullif(h.state, 'running'), 'failed')
        when j.run_at < now() - $6 * interval '1 millisecond' and not exists (select 1 from kernel.workers w where j.task_identifier = any (w.handles)) then 'no-handler'
        when j.attempts > 0 then 'retrying'
        else 'waiting'
      end as state,
      j.attempts::int as attempt, j.max_attempts::int as max_attempts, j.created_at as queued_at,
      case when h.state = 'running' and h.attempt = j.attempts then coalesce(h.started_at, j.locked_at) else coalesce(j.locked_at, h.started_at) end as started_at,
      case when j.locked_at is null and j.attempts >= j.max_attempts then coalesce(h.finished_at, j.updated_at) when h.finished_at >= j.locked_at then h.finished_at end as finished_at,
      h.progress, coalesce(j.last_error, h.error, case when j.locked_at is null and j.attempts >= j.max_attempts then 'The worker died in the last attempt.' end) as error
    from graphile_worker.jobs j left join kernel.job_history h on h.id = j.id
    where ($1::text is null or j.task_identifier = $1) and ($2::text is null or j.key = $2 or h.key = $2) and ($4::bigint is null or j.id < $4)
  ), done as (
    select h.id, h.name, h.key, h.state, h.attempt, h.max_attempts, h.queued_at, h.started_at, h.finished_at, h.progress, h.error
    from kernel.job_history h
    where h.finished_at is not null and ($1::text is null or h.name = $1) and ($2::text is null or h.key = $2) and ($3::text is null or h.state = $3) and ($4::bigint is null or h.id < $4)
      and not exists (select 1 from graphile_worker.jobs j where j.id = h.id)
    order by h.id desc limit $5
  )
  select * from ((select * from live where $3::text is null or state = $3 order by id desc limit $5) union all select * from done) every_job order by id desc limit $5`;

/** What became of jobs: bounded by age and by number. */
export class JobHistory {
  constructor(
    private readonly main: SharedPool,
    private readonly options: { readonly instance: string; readonly noHandlerGrace: number },
  ) {}

  /** What a running job says of itself, or that it failed for good. */
  async record(job: JobFacts, state: 'running' | 'failed', text: { readonly progress?: string; readonly error?: string }): Promise<void> {
    await this.main.query(UPSERT, this.#values(job, state, text));
  }

  /** The end of a job that leaves the queue with it. `owner`: the worker that holds it. */
  async close(
    job: JobFacts,
    state: 'completed' | 'canceled',
    owner: string,
    text: { readonly progress?: string; readonly error?: string },
  ): Promise<void> {
    await this.main.query(TAKE_OUT, [...this.#values(job, state, text), owner]);
  }

  #values(job: JobFacts, state: string, text: { readonly progress?: string; readonly error?: string }): readonly unknown[] {
    const bounded = (value: string | undefined): string | null => value?.slice(0, MAX_TEXT) ?? null;
    return [
      job.id,
      job.name,
      job.key,
      state,
      job.attempt,
      job.maxAttempts,
      job.queuedAt,
      job.startedAt,
      bounded(text.progress),
      bounded(text.error),
      this.options.instance,
    ];
  }

  async list(filter: {
    readonly job?: AnyJob;
    readonly state?: JobState;
    readonly key?: string;
    readonly limit: number;
    readonly before?: string;
  }): Promise<readonly JobRecord[]> {
    const limit = Math.max(0, Math.min(1_000, Math.floor(filter.limit)));
    // A key is unique within its job type only; without the type there is no such key.
    const key = filter.key === undefined ? null : filter.job === undefined ? filter.key : fullKey(filter.job, filter.key);
    const before = filter.before !== undefined && /^[0-9]{1,18}$/.test(filter.before) ? filter.before : null;
    const { rows } = await this.main.query<HistoryRow>(LIST, [
      filter.job?.name ?? null,
      key,
      filter.state ?? null,
      before,
      limit,
      this.options.noHandlerGrace,
    ]);
    return rows.map((row) => ({
      id: String(row.id),
      name: row.name,
      key: keyWithoutName(row.name, row.key),
      state: row.state,
      attempt: row.attempt,
      maxAttempts: row.max_attempts,
      queuedAt: row.queued_at,
      startedAt: row.started_at ?? undefined,
      finishedAt: row.finished_at ?? undefined,
      progress: row.progress ?? undefined,
      error: row.error ?? undefined,
    }));
  }

  /** @param age milliseconds; @param rows how many are kept at most. */
  async sweep(age: number, rows: number): Promise<void> {
    const { main } = this;
    await main.query(`delete from kernel.job_history where finished_at < now() - $1 * interval '1 millisecond'`, [age]);
    await main.query(
      'delete from kernel.job_history where finished_at is not null and id <= (select id from kernel.job_history where finished_at is not null order by id desc offset $1 limit 1)',
      [rows],
    );
    // Jobs that failed for good stay in the queue until now: an admin could retry them.
    await main.query(
      `delete from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null and updated_at < now() - $1 * interval '1 millisecond'`,
      [age],
    );
    await main.query(`delete from kernel.outbox_seen where at < now() - interval '7 days'`);
  }
}
