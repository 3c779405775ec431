import type { z } from 'zod';
import type { ConfigOf, ConfigSchema } from '../config/config.js';
import type { Actor } from '../core/actor.js';
import type { Logger } from '../core/log.js';
import { SextantError } from '../errors/sextant-error.js';
import type { Deps, Resolved } from '../tokens/deps.js';

/** A kind of background work, with the shape of its payload. */
export interface JobType<P> {
  /** `<plugin>.<verb>-<noun>`. */
  readonly name: string;
  readonly payload: z.ZodType<P>;
  /** Default 10. */
  readonly maxAttempts: number;
  /** Milliseconds an attempt may take; default 120,000. */
  readonly timeout: number;
  /**
   * From when the timeout counts: the `start` of the attempt, which is the default, or the last word of its `progress()`, for work that takes as long
   * as it gets ahead.
   */
  readonly timeoutFrom?: 'start' | 'progress';
  /** How many may run at once over all workers; default unlimited. */
  readonly concurrency?: number;
  /**
   * Its time goes by in waits for servers of others. Then it takes none of the few places for jobs that its process has, but one of a hundred beside
   * them: those that hang hold up nothing else. What it does between its waits is its own to bound.
   */
  readonly waits?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: where the payload does not matter
export type AnyJob = JobType<any>;

export interface JobContext<S extends ConfigSchema = ConfigSchema> {
  readonly id: string;
  /** 1 at the first try. */
  readonly attempt: number;
  /** Aborted at the deadline, when the job is cancelled and when the worker stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly config: ConfigOf<S>;
  readonly actor: Actor;
  /** Shown beside the job while it runs. */
  progress(text: string): void;
  /** Ends this attempt without counting it as a failure: `return job.retryLater('the index is not there yet')`. */
  retryLater(reason: string, options?: { /** Milliseconds, default 30,000. */ readonly after?: number }): RetryLater;
}

export interface RetryLater {
  readonly retryLater: string;
  readonly after: number;
}

export type JobHandler<J extends AnyJob, D extends Deps = Deps, S extends ConfigSchema = ConfigSchema> = (
  payload: J extends JobType<infer P> ? P : never,
  deps: Resolved<D>,
  job: JobContext<S>,
) => Promise<void | RetryLater>;

const NAME = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Problems of a job type, in words; empty when it is sound. */
export function jobProblems(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return ['the job is not one made by defineJob()'];
  const { name, payload, maxAttempts, timeout, timeoutFrom, concurrency, waits } = value as Readonly<
    Record<keyof JobType<unknown>, unknown>
  >;
  const problems: string[] = [];
  if (typeof name !== 'string' || !NAME.test(name)) problems.push(`the name ${JSON.stringify(name)} is not <plugin-id>.<verb>-<noun>`);
  if (typeof (payload as { readonly safeParse?: unknown } | null | undefined)?.safeParse !== 'function')
    problems.push('the payload is not a schema, such as z.object({ … })');
  const whole = (key: string, number: unknown, max: number): void => {
    if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > max)
      problems.push(`the ${key} ${JSON.stringify(number)} is not a whole number from 1 to ${max}`);
  };
  whole('maxAttempts', maxAttempts, 32_767);
  whole('timeout (milliseconds)', timeout, 2_147_483_647);
  if (concurrency !== undefined) whole('concurrency', concurrency, 32_767);
  if (![undefined, 'start', 'progress'].includes(timeoutFrom as string | undefined))
    problems.push(`the timeoutFrom ${JSON.stringify(timeoutFrom)} is neither "start" nor "progress"`);
  if (waits !== undefined && typeof waits !== 'boolean') problems.push(`the waits ${JSON.stringify(waits)} is neither true nor false`);
  return problems;
}

/** @throws SEXTANT_JOB_INVALID naming everything that is malformed. */
export function defineJob<S extends z.ZodType>(
  name: string,
  options: Partial<Omit<JobType<unknown>, 'name' | 'payload'>> & { readonly payload: S },
): JobType<z.output<S>> {
  const { payload, maxAttempts = 10, timeout = 120_000, timeoutFrom, concurrency, waits } = options ?? {};
  const job = {
    name,
    payload: payload as unknown as z.ZodType<z.output<S>>,
    maxAttempts,
    timeout,
    ...(timeoutFrom === undefined ? {} : { timeoutFrom }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(waits === undefined ? {} : { waits }),
  };
  const problems = jobProblems(job);
  if (problems.length > 0)
    throw new SextantError('SEXTANT_JOB_INVALID', {
      what: `${JSON.stringify(name)} does not define a job.`,
      why: `${problems.join('; ')}.`,
      fix: "Write defineJob('<plugin-id>.<verb>-<noun>', { payload: z.object({ … }) }).",
    });
  return job;
}
