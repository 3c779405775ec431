import type { Logger } from '@sextant/sdk';
import type { SharedPool } from '../storage/shared-pool.js';
import type { JobHistory } from './job-history.js';
import { addJob, type JobQueue, type JobSpec } from './job-queue.js';

export interface CaretakerOptions {
  readonly main: SharedPool;
  readonly outboxes: readonly SharedPool[];
  readonly queue: JobQueue;
  readonly history: JobHistory;
  readonly log: Logger;
  /** Milliseconds between rounds. */
  readonly tick: number;
  /** Milliseconds after its last beat at which a worker counts as dead. */
  readonly silence: number;
  readonly retention: { readonly age: number; readonly rows: number };
  /** Called after jobs were unlocked or carried over. */
  readonly jobsAppeared: () => void;
}

const CLASS = 0x5e87a8;
const SWEEP_EVERY = 10 * 60_000;

// The server's own start counts as a beat of everyone: after an outage all workers have been silent. Orphans are locked by a worker that is in no list: it
// was killed between its first job and its first beat, which may still arrive; so the list is read once for both.
const BURY = `
  with dead as (
    delete from kernel.workers
    where beat_at < clock_timestamp() - $1 * interval '1 millisecond' and pg_postmaster_start_time() < clock_timestamp() - $1 * interval '1 millisecond'
    returning pool_id, instance
  )
  select pool_id, instance from dead
  union
  select j.locked_by, j.locked_by from graphile_worker.jobs j
  where j.locked_by is not null and j.locked_at < clock_timestamp() - $1 * interval '1 millisecond' and not exists (select 1 from kernel.workers w where w.pool_id = j.locked_by)`;

/** What one scheduler of all does for everybody: gives jobs of dead workers away, carries outboxes over, forgets old history. */
export class Caretaker {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #stopped = false;
  /** Monotonic time since which every look at the database has succeeded. */
  #sightSince = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: CaretakerOptions) {}

  start(): void {
    this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One round now. Never rejects. */
  round(): Promise<void> {
    this.#round ??= this.#once()
      .catch((error: unknown) => {
        this.#sightSince = performance.now();
        this.options.log.debug('A round of the scheduler failed.', { error });
      })
      .finally(() => {
        this.#round = undefined;
      });
    return this.#round;
  }

  #arm(delay: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.round().finally(() => this.#arm(this.options.tick)), delay);
  }

  /** Gives the jobs of every registered worker away, without waiting for its silence. Only before this process has a worker, and where no other can be. */
  takeOver(): Promise<void> {
    return this.#bury(0);
  }

  async #once(): Promise<void> {
    const { main, silence } = this.options;
    // While we could not see the database, nobody could beat: silence counts from when we see again.
    if (performance.now() - this.#sightSince >= silence) await this.#bury(silence);
    let appeared = 0;
    for (const outbox of this.options.outboxes) appeared += await this.#carryOver(outbox);
    if (appeared > 0) this.options.jobsAppeared();
    if (performance.now() - this.#sweptAt >= SWEEP_EVERY) {
      this.#sweptAt = performance.now();
      await this.options.history.sweep(this.options.retention.age, this.options.retention.rows);
      await main.query('delete from kernel.cache where expires_at < now()');
      await main.query('delete from kernel.limits where full_at < now()');
    }
  }

  async #bury(silence: number): Promise<void> {
    const dead = await this.options.queue.own(async (db) => {
      // One scheduler at a time; the others find nothing to do.
      const [lock] = await db.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1, 0) as mine', [CLASS]);
      if (!lock!.mine) return [];
      const buried = await db.query<{ pool_id: string; instance: string }>(BURY, [silence]);
      const ids = buried.map((row) => row.pool_id);
      if (ids.length > 0) await db.query('select graphile_worker.force_unlock_workers($1::text[])', [ids]);
      return [...new Set(buried.map((row) => row.instance))];
    });
    if (dead.length === 0) return;
    this.options.log.warn(
      silence === 0
        ? 'The process before was killed with jobs under way; they run again.'
        : `Workers were silent for ${silence} ms; their jobs are given to others.`,
      { workers: dead },
    );
    this.options.jobsAppeared();
  }

  /** Carries the jobs that were written to an outbox over to the queue, each exactly once. @returns how many. */
  async #carryOver(outbox: SharedPool): Promise<number> {
    const { rowCount } = await outbox.query('select 1 from kernel.job_outbox limit 1');
    if (rowCount === 0) return 0;
    const client = await outbox.pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('begin');
      const { rows } = await client.query<{ seq: string; id: string; spec: JobSpec }>(
        'select seq, id, spec from kernel.job_outbox order by seq limit 500 for update skip locked',
      );
      // Seen ids stand beside the jobs: if this transaction is lost after the other committed, the rows come again and are skipped.
      await this.options.queue.own(async (db) => {
        for (const { id, spec } of rows) {
          const fresh = await db.query('insert into kernel.outbox_seen (id) values ($1) on conflict do nothing returning id', [id]);
          if (fresh.length > 0) await addJob(db, spec);
        }
      });
      await client.query('delete from kernel.job_outbox where seq = any ($1::bigint[])', [rows.map((row) => row.seq)]);
      await client.query('commit');
      return rows.length;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure);
    }
  }
}
