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
}
