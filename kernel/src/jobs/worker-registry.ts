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
}

/** Says in the database, by its clock, that this worker lives and what it handles. */
export class WorkerRegistry {
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #registered: string | undefined;

  constructor(private readonly options: WorkerRegistryOptions) {}

  async start(): Promise<void> {
    await this.beat();
    this.#timer = setInterval(() => void this.beat(), this.options.heartbeat);
  }

  /** Also called when a handler comes or goes. Never rejects: a database that is away makes the worker silent, which is right. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat()
      .catch((error: unknown) => this.options.log.debug('A heartbeat failed.', { error }))
      .finally(() => {
        this.#beating = undefined;
      });
    return this.#beating;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    const id = this.#registered;
    this.#registered = undefined;
    if (id !== undefined) await this.options.main.pool.query('delete from kernel.workers where pool_id = $1', [id]).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { main, runner, instance } = this.options;
    const id = runner.poolId;
    if (id === undefined) return;
    const names = [...runner.names];
    const { rowCount } = await main.pool.query('update kernel.workers set beat_at = clock_timestamp(), handles = $2 where pool_id = $1', [
      id,
      names,
    ]);
    if (rowCount === 1) return;
    // Our row was taken: a scheduler held us for dead and gave our jobs away.
    if (this.#registered === id) runner.takenOver();
    this.#registered = id;
    await main.pool.query(
      'insert into kernel.workers (pool_id, instance, started_at, beat_at, handles) values ($1, $2, clock_timestamp(), clock_timestamp(), $3) on conflict (pool_id) do update set beat_at = clock_timestamp()',
      [id, instance, names],
    );
  }
}
