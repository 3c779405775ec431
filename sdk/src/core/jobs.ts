import type { AnyJob, JobType } from '../jobs/job-type.js';
import type { Tx } from './storage.js';

export interface EnqueueOptions {
  /** Joins the caller's transaction: the job exists if and only if it commits. */
  readonly tx?: Tx;
  /** At most one waiting job of a key; `onConflict` says which wins. Default `replace`. */
  readonly key?: string;
  readonly onConflict?: 'replace' | 'keep' | 'keep-run-at';
  /** Jobs of one queue run one after another. */
  readonly queue?: string;
  readonly runAt?: Date;
  /** Lower runs first; default 0. */
  readonly priority?: number;
}

export type JobState = 'waiting' | 'running' | 'completed' | 'failed' | 'retrying' | 'no-handler' | 'canceled';

export interface JobRecord {
  readonly id: string;
  readonly name: string;
  readonly key: string | undefined;
  readonly state: JobState;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly queuedAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly progress: string | undefined;
  readonly error: string | undefined;
}

/** A process that runs jobs, or did until it fell silent. */
export interface JobWorker {
  /** `host:pid` */
  readonly instance: string;
  readonly seenAt: Date;
  /** Heard of within half a minute; what a silent one held is given to others. */
  readonly isAlive: boolean;
}

/** How the queue of the whole installation stands. */
export interface JobsOverview {
  /** Ready to run, and not running. */
  readonly ready: number;
  readonly running: number;
  /** Failed for good, and kept so that they can be retried. */
  readonly failed: number;
  /** Since when the longest waiting of the ready ones could run. */
  readonly oldestReady: Date | undefined;
  /** Job types that are waited for and that no living worker runs. */
  readonly unhandled: readonly string[];
  readonly workers: readonly JobWorker[];
  /** By the database's clock, as all times here. */
  readonly now: Date;
}

/** Background work on the database: durable, retried, deduplicated. */
export interface Jobs {
  /** Legal from init on. @returns the job's id. */
  enqueue<P>(job: JobType<P>, payload: P, options?: EnqueueOptions): Promise<string>;
  enqueueMany<P>(
    job: JobType<P>,
    entries: readonly { readonly payload: P; readonly options?: Omit<EnqueueOptions, 'tx'> }[],
    options?: { readonly tx?: Tx },
  ): Promise<void>;
  /** Removes waiting jobs of the key and aborts the running one. */
  cancel(job: AnyJob, key: string): Promise<boolean>;
  /** Newest first. */
  list(filter: {
    readonly job?: AnyJob;
    readonly state?: JobState;
    readonly key?: string;
    readonly limit: number;
    readonly before?: string;
  }): Promise<readonly JobRecord[]>;
  /** How many ready jobs of this type come before the waiting one of the key; undefined when none waits. */
  ahead(job: AnyJob, key: string): Promise<number | undefined>;
  overview(): Promise<JobsOverview>;
  /** Runs jobs that failed for good once more, with all their attempts. @returns how many there were. */
  retry(ids: readonly string[]): Promise<number>;
}
