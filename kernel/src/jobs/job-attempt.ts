import { type AnyJob, type JobContext, type RetryLater, SextantError } from '@sextant/sdk';
import type { Job } from 'graphile-worker';
import type { Boundary } from '../boundary/boundary.js';
import { shown } from '../lifecycle/value-problems.js';
import type { SharedPool } from '../storage/shared-pool.js';
import './job-errors.js';
import type { FinalState, JobFacts, JobHistory } from './job-history.js';
import { JobProgress } from './job-progress.js';

/** What the runner knows of a running job; the lifecycle adds the plugin's log, configuration and actor. */
export type JobRun = Pick<JobContext, 'id' | 'attempt' | 'signal' | 'progress' | 'retryLater'>;
export type RunJob<P> = (payload: P, run: JobRun) => Promise<void | RetryLater>;

export interface JobAttemptOptions {
  readonly main: SharedPool;
  readonly boundary: Pick<Boundary, 'run'>;
  readonly history: JobHistory;
}

export interface JobHandling {
  readonly plugin: string;
  readonly job: AnyJob;
  readonly run: RunJob<unknown>;
}

/** Why a running job is aborted. */
export type Ending = 'canceled' | 'stopping' | 'taken-over';

/** Thrown into the job library after we put the job back ourselves; its own "failed" finds nothing to change. */
export class GivenBack extends Error {
  /** @param after milliseconds until it comes again, where it was this attempt that put it back */
  constructor(readonly after?: number) {
    super();
  }
}

/** Milliseconds until the library tries again what has failed so many times. */
export const retryDelay = (attempts: number): number => Math.exp(Math.min(attempts, 10)) * 1_000;

const RETRY_AFTER = 30_000;
// The library, told of a failure, still unlocks the row if this pool holds it: the job may not be taken again here before that.
const SOONEST_RETRY = 1_000;
const LONGEST_OUTAGE = 600_000;
const REPLACED = 'Replaced by a newer job of its key.';

// Puts a job back without counting the attempt, which the library has no call for. Nothing happens when the job was taken over, or replaced under its key meanwhile.
const GIVE_BACK = `
  with given as (
    update graphile_worker._private_jobs set attempts = greatest(0, attempts - 1), run_at = now() + $3 * interval '1 millisecond',
      last_error = $4, locked_by = null, locked_at = null, updated_at = now()
    where id = $1 and locked_by = $2 and key is not distinct from $5 returning job_queue_id
  ), queues as (
    update graphile_worker._private_job_queues q set locked_by = null, locked_at = null from given where q.id = given.job_queue_id and q.locked_by = $2
  ), forgotten as (
    update kernel.job_history set started_at = null where id in (select $1 from given) and finished_at is null
  )
  select (select count(*)::int from given) as given, exists (select 1 from graphile_worker._private_jobs where id = $1 and locked_by = $2) as mine`;

// Another owner, whom the library does not know: whatever its worker makes of the job finds nothing to change.
const MOVE = `
  with moved as (
    update graphile_worker._private_jobs set locked_by = $3 where id = $1 and locked_by = $2 returning job_queue_id
  ), queues as (
    update graphile_worker._private_job_queues q set locked_by = $3 from moved where q.id = moved.job_queue_id and q.locked_by = $2
  )
  select count(*)::int as moved from moved`;

// As the library puts back what failed.
const FAIL = `
  with failed as (
    update graphile_worker._private_jobs set last_error = $3, locked_by = null, locked_at = null,
      run_at = greatest(now(), run_at) + exp(least(attempts, 10)) * interval '1 second'
    where id = $1 and locked_by = $2 returning job_queue_id
  )
  update graphile_worker._private_job_queues q set locked_by = null, locked_at = null from failed where q.id = failed.job_queue_id and q.locked_by = $2`;

/** @throws SEXTANT_JOB_INVALID inside the handler, where it was written: the database could not wait until such a time. */
function checkedDelay(job: AnyJob, after: unknown): number {
  if (typeof after === 'number' && Number.isFinite(after) && after >= 0) return after;
  throw new SextantError('SEXTANT_JOB_INVALID', {
    what: `The job "${job.name}" is to be retried after ${shown(after)}.`,
    why: 'That is not a number of milliseconds.',
    fix: "Write return job.retryLater('the reason', { after: 60_000 }).",
  });
}

/** One attempt at one job, which this process has claimed. */
export class JobAttempt {
  readonly facts: JobFacts;
  readonly done: Promise<void>;
  readonly #controller = new AbortController();
  readonly #progress: JobProgress;
  #end!: () => void;
  #ending: Ending | undefined;

  constructor(
    private readonly options: JobAttemptOptions,
    job: Job,
    /** Who holds the job, as the queue knows it. */
    private owner: string,
  ) {
    this.facts = factsOf(job);
    this.done = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#progress = new JobProgress((text) => options.history.record(this.facts, 'running', { progress: text }).catch(() => undefined));
  }

  abort(ending: Ending, reason: SextantError): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#controller.abort(reason);
  }

  /** From now on held by another owner than the library's worker, which is free for other jobs. @throws GivenBack when the job is not ours any more. */
  async moveTo(owner: string): Promise<void> {
    try {
      const { rows } = await this.options.main.query<{ moved: number }>(MOVE, [this.facts.id, this.owner, owner]);
      if (rows[0]!.moved === 0) throw new GivenBack();
    } catch (error) {
      this.#end();
      throw error;
    }
    this.owner = owner;
  }

  /** Puts back what failed, to be tried again later: for a job that was moved. The library does it for the others. */
  async putBack(error: unknown): Promise<void> {
    await this.#durably(async () => {
      await this.options.main.query(FAIL, [this.facts.id, this.owner, messageOf(error).slice(0, 4_000)]);
    });
  }

  /** @throws GivenBack, or what made the attempt fail. */
  async run(handling: JobHandling, payload: unknown): Promise<FinalState> {
    try {
      const result = await this.#enter(handling, payload);
      if (typeof result !== 'object' || result === null || !('retryLater' in result)) return await this.#close('completed');
      return await this.giveBack(result.after, result.retryLater);
    } catch (error) {
      if (error instanceof GivenBack) throw error;
      return await this.#failed(error);
    } finally {
      this.#progress.close();
      this.#end();
    }
  }

  /** Puts the job back uncounted, `after` milliseconds from now. @throws GivenBack; returns when a newer job has taken its key, and this one is over. */
  async giveBack(after: number, reason: string): Promise<'canceled'> {
    const { id, key } = this.facts;
    const delay = Math.max(SOONEST_RETRY, Math.floor(after));
    const { rows } = await this.options.main.query<{ given: number; mine: boolean }>(GIVE_BACK, [
      id,
      this.owner,
      delay,
      reason.slice(0, 4_000),
      key,
    ]);
    if (rows[0]!.given > 0) throw new GivenBack(delay);
    if (!rows[0]!.mine) throw new GivenBack();
    return await this.#close('canceled', REPLACED);
  }

  async #enter({ plugin, job, run }: JobHandling, payload: unknown): Promise<void | RetryLater> {
    const { id, name, attempt } = this.facts;
    const parsed = job.payload.safeParse(payload);
    // Tried again like any failure: during a rolling upgrade another worker may know this shape.
    if (!parsed.success) {
      const why = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`).join('; ');
      throw new SextantError('SEXTANT_JOB_INVALID', { what: `The payload of job ${id} ("${name}") does not fit.`, why });
    }
    return await this.options.boundary.run(
      { plugin, kind: 'job', name },
      { deadline: job.timeout, signal: this.#controller.signal },
      (signal, again) =>
        run(parsed.data, {
          id,
          attempt,
          signal,
          progress: (text) => {
            if (job.timeoutFrom === 'progress') again();
            this.#progress.show(text);
          },
          retryLater: (reason, options) => ({ retryLater: reason, after: checkedDelay(job, options?.after ?? RETRY_AFTER) }),
        }),
    );
  }

  async #failed(error: unknown): Promise<FinalState> {
    if (this.#ending === 'taken-over') throw new GivenBack();
    if (this.#ending === 'canceled') return await this.#close('canceled');
    if (this.#ending === 'stopping') return await this.giveBack(0, messageOf(error));
    if (SextantError.is(error) && error.code === 'SEXTANT_PLUGIN_CIRCUIT_OPEN') return await this.giveBack(RETRY_AFTER, messageOf(error));
    if (this.facts.attempt >= this.facts.maxAttempts)
      await this.#durably(() =>
        this.options.history.record(this.facts, 'failed', { progress: this.#progress.last, error: messageOf(error) }),
      );
    throw error instanceof Error ? error : new Error(messageOf(error));
  }

  async #close<S extends 'completed' | 'canceled'>(state: S, error?: string): Promise<S> {
    await this.#durably(() =>
      this.options.history.close(this.facts, state, this.owner, {
        progress: this.#progress.last,
        ...(error === undefined ? {} : { error }),
      }),
    );
    return state;
  }

  /** What a job did is done: while the database is away its end waits, rather than being done again. */
  async #durably(write: () => Promise<void>): Promise<void> {
    const until = performance.now() + LONGEST_OUTAGE;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const away = SextantError.is(error) && error.code === 'SEXTANT_STORAGE_UNAVAILABLE';
        if (!away || this.#ending === 'stopping' || performance.now() > until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

const factsOf = (job: Job): JobFacts => ({
  id: String(job.id),
  name: job.task_identifier,
  key: job.key,
  attempt: job.attempts,
  maxAttempts: job.max_attempts,
  queuedAt: job.created_at,
  startedAt: job.locked_at ?? new Date(),
});

const messageOf = (error: unknown): string => (error instanceof Error && error.message !== '' ? error.message : String(error));
