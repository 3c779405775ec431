import type { Logger } from '@sextant/sdk';
import type { SharedPool } from '../storage/shared-pool.js';
import type { JobRunner } from './job-runner.js';

export interface WorkerRegistryOptions {
  readonly main: SharedPool;
  readonly runner: JobRunner;
  readonly instance: string;
  readonly log: Logger;
  /** Milliseconds between beats. */
  readonly heartbeat: number;
  /** Milliseconds after which a job that this worker holds and does not run is given back. */
  readonly lostAfter: number;
}

// A connection that was lost while a job was claimed, or after it failed: the server did it, and the worker never heard.
const GIVE_BACK_LOST = `
  with lost as (
    update graphile_worker._private_jobs j set locked_by = null, locked_at = null, updated_at = now(),
      attempts = greatest(0, attempts - case when exists (select 1 from kernel.job_history h where h.id = j.id and h.state = 'failed') then 0 else 1 end)
    where locked_by = any ($1::text[]) and locked_at < now() - $3 * interval '1 millisecond' and id <> all ($2::bigint[]) returning job_queue_id
  ), queues as (
    update graphile_worker._private_job_queues q set locked_by = null, locked_at = null from lost where q.id = lost.job_queue_id and q.locked_by = any ($1::text[])
  )
  select count(*)::int as n from lost`;

// The library takes what has been locked for four hours for abandoned, and lets others run it. Who is dead, we know ourselves.
const HOLD = `
  with held as (
    update graphile_worker._private_jobs set locked_at = now()
    where locked_by = any ($1::text[]) and id = any ($2::bigint[]) and locked_at < now() - interval '1 hour' returning job_queue_id
  )
  update graphile_worker._private_job_queues q set locked_at = now() from held where q.id = held.job_queue_id and q.locked_by = any ($1::text[])`;

/** Says in the database, by its clock, that this worker lives and what it handles. */
export class WorkerRegistry {
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #registered: readonly string[] = [];
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: WorkerRegistryOptions) {}

  async start(): Promise<void> {
    await this.beat();
    this.#timer = setInterval(() => void this.beat(), this.options.heartbeat);
  }

  /** Also called when a handler comes or goes. Never rejects: a database that is away makes the worker silent, which is right. */
  beat(): Promise<void> {
    if (this.#beating === undefined) {
      this.#beating = this.#quietly().finally(() => {
        this.#beating = undefined;
      });
      return this.#beating;
    }
    // The one under way may have read the handlers already: one more follows it, however many ask.
    this.#following ??= this.#beating.then(() => {
      this.#following = undefined;
      return this.beat();
    });
    return this.#following;
  }

  async #quietly(): Promise<void> {
    try {
      await this.#beat();
    } catch (error) {
      this.options.log.debug('A heartbeat failed.', { error });
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await (this.#following ?? this.#beating);
    const owners = this.#registered;
    this.#registered = [];
    await this.options.main.query('delete from kernel.workers where pool_id = any ($1::text[])', [owners]).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { main, runner, instance } = this.options;
    const { owners } = runner;
    if (owners.length === 0) return;
    const names = [...runner.names];
    const { rowCount } = await main.query(
      'update kernel.workers set beat_at = clock_timestamp(), handles = $2 where pool_id = any ($1::text[])',
      [owners, names],
    );
    if (rowCount === owners.length) return await this.#keepOrder(owners);
    // Our row was taken: a scheduler held us for dead and gave our jobs away.
    if (this.#registered.length > 0) runner.takenOver();
    this.#registered = owners;
    await main.query(
      `insert into kernel.workers (pool_id, instance, started_at, beat_at, handles) select id, $2, clock_timestamp(), clock_timestamp(), $3 from unnest($1::text[]) as id
       on conflict (pool_id) do update set beat_at = clock_timestamp()`,
      [owners, instance, names],
    );
  }

  async #keepOrder(owners: readonly string[]): Promise<void> {
    const { main, runner, lostAfter, log } = this.options;
    if (performance.now() - this.#searchedAt < lostAfter / 2) return;
    this.#searchedAt = performance.now();
    await main.query(HOLD, [owners, runner.ids]);
    const { rows } = await main.query<{ n: number }>(GIVE_BACK_LOST, [owners, runner.ids, lostAfter]);
    if (rows[0]!.n === 0) return;
    log.warn(`${rows[0]!.n} job(s) were claimed here and lost with a connection; they are given back.`);
    runner.nudge();
  }
}
