import type { AnyJob, Jobs, JobType, Logger } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import { Notifications } from '../events/notifications.js';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import type { Databases } from '../storage/databases.js';
import { Caretaker } from './caretaker.js';
import { runMigrations } from './graphile-worker.js';
import type { RunJob } from './job-attempt.js';
import { JobHistory } from './job-history.js';
import { fullKey, JobQueue, jobSpec, refuseNoJob } from './job-queue.js';
import { JobRunner } from './job-runner.js';
import { sendSpan } from './job-spans.js';
import { JobStanding } from './job-standing.js';
import { type ScheduleDefinition, Scheduler } from './scheduler.js';
import { WorkerRegistry } from './worker-registry.js';

export interface JobsServiceOptions {
  readonly databases: Databases;
  readonly boundary: Pick<Boundary, 'run'>;
  readonly log: Logger;
  readonly tracing?: Tracing;
  /** Names this process in lists and logs: `host:pid`. */
  readonly instance: string;
  /** Jobs at once in this process; default 8. */
  readonly concurrency?: number;
  /** Jobs that wait for servers of others, at once in this process, beside those; default 100. */
  readonly waiting?: number;
  /** Milliseconds between looks for delayed jobs; default 2,000. New jobs are seen at once. */
  readonly pollInterval?: number;
  /** Milliseconds between beats; default 5,000. */
  readonly heartbeat?: number;
  /** Milliseconds of silence after which a worker counts as dead; default 30,000. */
  readonly silence?: number;
  /** Milliseconds between the scheduler's rounds; default 5,000. */
  readonly tick?: number;
  /** Milliseconds a job waits for a handler before it shows as `no-handler`; default 60,000. */
  readonly noHandlerGrace?: number;
  /** Milliseconds and rows of finished jobs that are kept; default 7 days and 100,000. */
  readonly retention?: { readonly age: number; readonly rows: number };
  /** Milliseconds running jobs get at the end, before and again after they are aborted; default 10,000. */
  readonly grace?: number;
}

const CANCEL = 'sextant_job_cancel';

/** Prepares the tables of the job library. The caller holds the kernel's migration lock. */
export const migrateJobLibrary = async (databases: Databases): Promise<void> => {
  await runMigrations({ pgPool: databases.pool('main').pool });
};

/** Background work: durable, retried, deduplicated; on graphile-worker in the main database. */
export class JobsService {
  readonly runner: JobRunner;
  readonly #history: JobHistory;
  readonly #queue: JobQueue;
  readonly #standing: JobStanding;
  readonly #registry: WorkerRegistry;
  readonly #caretaker: Caretaker;
  readonly #scheduler: Scheduler;
  readonly #notifications: Notifications;
  #roles = { work: false, schedule: false };

  constructor(private readonly options: JobsServiceOptions) {
    const { databases, log } = options;
    const main = databases.pool('main');
    this.#history = new JobHistory(main, { instance: options.instance, noHandlerGrace: options.noHandlerGrace ?? 60_000 });
    this.#queue = new JobQueue(main, () => void this.#caretaker.round());
    this.#standing = new JobStanding(main, { silence: options.silence ?? 30_000, noHandlerGrace: options.noHandlerGrace ?? 60_000 });
    this.runner = new JobRunner({
      main,
      boundary: options.boundary,
      history: this.#history,
      log,
      tracing: options.tracing ?? NO_TRACING,
      concurrency: options.concurrency ?? 8,
      waiting: options.waiting ?? 100,
      pollInterval: options.pollInterval ?? 2_000,
    });
    this.#registry = new WorkerRegistry({
      main,
      runner: this.runner,
      instance: options.instance,
      log,
      heartbeat: options.heartbeat ?? 5_000,
      lostAfter: 2 * (options.silence ?? 30_000),
    });
    this.#caretaker = new Caretaker({
      main,
      // Also the main database's own outbox: an import may have put there what stood in another's.
      outboxes: databases.distinct().map(({ pool }) => pool),
      queue: this.#queue,
      history: this.#history,
      log,
      tick: options.tick ?? 5_000,
      silence: options.silence ?? 30_000,
      retention: options.retention ?? { age: 7 * 86_400_000, rows: 100_000 },
      jobsAppeared: () => this.runner.nudge(),
    });
    this.#scheduler = new Scheduler(this.#queue, log);
    this.#notifications = new Notifications(main, log);
  }

  /**
   * `work`: takes jobs of registered handlers. `schedule`: looks after dead workers, outboxes and history. `alone`: no other process can work on this
   * database, so whoever holds a job is dead. Needs migrated tables.
   */
  async start(roles: { readonly work: boolean; readonly schedule: boolean; readonly alone?: boolean }): Promise<void> {
    this.#roles = roles;
    if (roles.alone) await this.#caretaker.takeOver();
    if (roles.work) {
      await this.#notifications.listen(CANCEL, (key) => this.runner.cancel(key));
      await this.runner.start();
      await this.#registry.start();
    }
    this.#scheduler.start();
    if (roles.schedule) this.#caretaker.start();
  }

  /** What a plugin gets for `core.jobs`. */
  forPlugin(plugin: string): Jobs {
    const { tracing = NO_TRACING } = this.options;
    return {
      enqueue: async (job, payload, options = {}) => {
        refuseNoJob(plugin, job);
        return await tracing.span(`send ${job.name}`, sendSpan(plugin, job), async (span) => {
          const id = await this.#queue.add(jobSpec(plugin, job, payload, options, tracing.carried), options.tx);
          span.set('messaging.message.id', id);
          return id;
        });
      },
      enqueueMany: async (job, entries, options = {}) => {
        refuseNoJob(plugin, job);
        await tracing.span(`send ${job.name}`, sendSpan(plugin, job, entries.length), async () =>
          this.#queue.addMany(
            entries.map((entry) => jobSpec(plugin, job, entry.payload, entry.options, tracing.carried)),
            options.tx,
          ),
        );
      },
      cancel: async (job, key) => {
        refuseNoJob(plugin, job);
        return await this.#cancel(job, key);
      },
      list: (filter) => this.#history.list(filter),
      ahead: (job, key) => this.#standing.ahead(job, key),
      overview: () => this.#standing.overview(),
      retry: async (ids) => {
        const count = await this.#standing.retry(ids);
        this.runner.nudge();
        return count;
      },
    };
  }

  /** Handles a job from now on. Disposing drains it: waits for what runs, then aborts it and puts it back uncounted. @throws SEXTANT_JOB_HANDLED_TWICE */
  handle<P>(plugin: string, job: JobType<P>, run: RunJob<P>): AsyncDisposable {
    this.runner.register(plugin, job, run as RunJob<unknown>);
    void this.#registry.beat();
    let drained: Promise<void> | undefined;
    return {
      [Symbol.asyncDispose]: () => {
        drained ??= this.runner.unregister(job.name, this.options.grace ?? 10_000).then(() => this.#registry.beat());
        return drained;
      },
    };
  }

  /** Keeps a schedule in this process. Several processes with the same one are harmless. @throws SEXTANT_JOB_SCHEDULE */
  schedule(plugin: string, definition: ScheduleDefinition): Disposable {
    return this.#scheduler.add(plugin, definition);
  }

  /** After a live change of configuration: intervals are asked again now. */
  refreshSchedules(): void {
    this.#scheduler.refresh();
  }

  /** Forgets a purged plugin: its waiting jobs, its history and its schedules. */
  async purge(plugin: string): Promise<void> {
    await this.#queue.own(async (db) => {
      const mine = `${plugin.replaceAll(/([\\%_])/g, '\\$1')}.%`;
      await db.query(
        'select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where task_identifier like $1 and locked_at is null))',
        [mine],
      );
      await db.query('delete from kernel.job_history where name like $1', [mine]);
      await db.query(`delete from kernel.schedules where split_part(id, '/', 1) = $1`, [plugin]);
    });
  }

  async stop(): Promise<void> {
    await this.#scheduler.stop();
    await this.#caretaker.stop();
    if (this.#roles.work) {
      await this.runner.stop(this.options.grace ?? 10_000);
      await this.#registry.stop();
    }
    await this.#notifications.close();
  }

  async #cancel(job: AnyJob, key: string): Promise<boolean> {
    const full = fullKey(job, key);
    return await this.#queue.own(async (db) => {
      const [before] = await db.query<{ id: string; waits: boolean; attempts: number; max_attempts: number; created_at: Date }>(
        'select id, locked_at is null as waits, attempts, max_attempts, created_at from graphile_worker.jobs where key = $1',
        [full],
      );
      await db.query('select graphile_worker.remove_job($1)', [full]);
      await db.query('select pg_notify($1, $2)', [CANCEL, full]);
      if (before === undefined || (before.waits && before.attempts >= before.max_attempts)) return false;
      if (before.waits) {
        await db.query(
          `insert into kernel.job_history (id, name, key, state, attempt, max_attempts, queued_at, finished_at, instance) values ($1, $2, $3, 'canceled', $4, $5, $6, clock_timestamp(), $7)
           on conflict (id) do update set state = 'canceled', finished_at = clock_timestamp()`,
          [before.id, job.name, full, before.attempts, before.max_attempts, before.created_at, this.options.instance],
        );
      }
      return true;
    });
  }
}
