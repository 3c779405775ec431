import { EventEmitter } from 'node:events';
import { type AnyJob, type JobContext, type Logger, type RetryLater, SextantError } from '@sextant/sdk';
import { Logger as GraphileLogger, type Job, type Runner, run, type Task, type TaskList, type WorkerPool } from 'graphile-worker';
import type { Boundary } from '../boundary/boundary.js';
import type { SharedPool } from '../storage/shared-pool.js';
import type { FinalState, JobFacts, JobHistory } from './job-history.js';
import './job-errors.js';

/** What the runner knows of a running job; the lifecycle adds the plugin's log, configuration and actor. */
export type JobRun = Pick<JobContext, 'id' | 'attempt' | 'signal' | 'progress' | 'retryLater'>;
export type RunJob<P> = (payload: P, run: JobRun) => Promise<void | RetryLater>;

export interface JobRunnerOptions {
  readonly main: SharedPool;
  readonly boundary: Pick<Boundary, 'run'>;
  readonly history: JobHistory;
  readonly log: Logger;
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** Milliseconds between looks for jobs whose time has come. */
  readonly pollInterval: number;
}

interface Handler {
  readonly plugin: string;
  readonly job: AnyJob;
  readonly run: RunJob<unknown>;
  readonly inFlight: Set<InFlight>;
}

type Ending = 'canceled' | 'stopping' | 'taken-over';

interface InFlight {
  readonly facts: JobFacts;
  readonly controller: AbortController;
  readonly done: Promise<void>;
  ending: Ending | undefined;
}

/** Thrown into the job library after we put the job back ourselves; its own "failed" finds nothing to change. */
class GivenBack extends Error {}

const RETRY_AFTER = 30_000;
// The library, told of a failure, still unlocks the row if this pool holds it: the job may not be taken again here before that.
const SOONEST_RETRY = 1_000;
const PROGRESS_EVERY = 1_000;
const LONGEST_OUTAGE = 600_000;

// Puts a job back without counting the attempt, which the library has no call for. Nothing happens when the job was taken over, or replaced under its key meanwhile.
const GIVE_BACK = `
  with given as (
    update graphile_worker._private_jobs set attempts = greatest(0, attempts - 1), run_at = now() + $3 * interval '1 millisecond',
      last_error = $4, locked_by = null, locked_at = null, updated_at = now()
    where id = $1 and locked_by = $2 and key is not distinct from $5 returning job_queue_id
  ), queues as (
    update graphile_worker._private_job_queues q set locked_by = null, locked_at = null from given where q.id = given.job_queue_id and q.locked_by = $2
  )
  select (select count(*)::int from given) as given, exists (select 1 from graphile_worker._private_jobs where id = $1 and locked_by = $2) as mine`;

/** Runs jobs of the handlers that are registered right now, each inside its plugin's boundary. */
export class JobRunner {
  /** `began` with the facts of an attempt; `ended` with the facts and state of each attempt, once its outcome is durable but for the queue's own row. */
  readonly events = new EventEmitter<{ began: [JobFacts]; ended: [JobFacts, FinalState | 'retrying' | 'given-back'] }>();
  readonly #handlers = new Map<string, Handler>();
  /** The library fetches the own, enumerable names. A job fetched while its handler left finds the inherited fallback. */
  readonly #tasks: TaskList = Object.create(
    new Proxy({}, { get: (_, name) => (typeof name === 'string' && name.includes('.') ? this.#withoutHandler : undefined) }),
  );
  readonly #inFlight = new Set<InFlight>();
  #runner: Runner | undefined;
  #workers: WorkerPool | undefined;

  constructor(private readonly options: JobRunnerOptions) {
    this.#tasks['kernel.nothing'] = () => undefined; // the library refuses an empty list
  }

  /** The names this process takes jobs of. */
  get names(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** What the queue has as the owner of our jobs; undefined while no worker runs. */
  get poolId(): string | undefined {
    return this.#workers?.id;
  }

  get running(): number {
    return this.#inFlight.size;
  }

  /** Of the jobs that run here now. */
  get ids(): readonly string[] {
    return [...this.#inFlight].map(({ facts }) => facts.id);
  }

  idOfRunning(name: string): string | undefined {
    return [...this.#inFlight].find(({ facts }) => facts.name === name)?.facts.id;
  }

  async start(): Promise<void> {
    const emitter = new EventEmitter();
    emitter.on('pool:create', ({ workerPool }: { workerPool: WorkerPool }) => {
      this.#workers = workerPool;
    });
    this.#runner = await run({
      pgPool: this.options.main.patient(),
      taskList: this.#tasks,
      concurrency: this.options.concurrency,
      pollInterval: this.options.pollInterval,
      parsedCronItems: [],
      noHandleSignals: true,
      logger: quiet(this.options.log),
      events: emitter,
    });
    this.#runner.promise.catch((error: unknown) => this.options.log.error('The job worker ended.', { error }));
  }

  /** @throws SEXTANT_JOB_HANDLED_TWICE */
  register(plugin: string, job: AnyJob, handle: RunJob<unknown>): void {
    const other = this.#handlers.get(job.name);
    if (other)
      throw new SextantError('SEXTANT_JOB_HANDLED_TWICE', {
        what: `Plugin "${plugin}" handles the job "${job.name}", which "${other.plugin}" already handles here.`,
        fix: 'Register it in one part only.',
      });
    const handler: Handler = { plugin, job, run: handle, inFlight: new Set() };
    this.#handlers.set(job.name, handler);
    this.#tasks[job.name] = (payload, helpers) => this.#run(handler, payload, helpers.job);
    this.nudge();
  }

  /** Takes no more jobs of the name, waits `grace` milliseconds for those that run, then aborts them and puts them back. */
  async unregister(name: string, grace: number): Promise<void> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) return;
    this.#handlers.delete(name);
    delete this.#tasks[name];
    await this.#drain(handler.inFlight, grace);
  }

  /** Looks for jobs now. */
  nudge(): void {
    try {
      this.#workers?.nudge(this.options.concurrency);
    } catch {
      // the worker is stopping
    }
  }

  /** Aborts the running jobs of a key. They end as canceled. */
  cancel(key: string): void {
    for (const job of this.#inFlight)
      if (job.facts.key === key)
        this.#abort(job, 'canceled', new SextantError('SEXTANT_JOB_CANCELED', { what: `The job "${job.facts.name}" was canceled.` }));
  }

  /** Our jobs were given to other workers: whatever runs here is in vain. */
  takenOver(): void {
    for (const job of this.#inFlight)
      this.#abort(
        job,
        'taken-over',
        new SextantError('SEXTANT_JOB_TAKEN_OVER', {
          what: `The job "${job.facts.name}" was given to another worker.`,
          why: 'This process was silent for too long.',
        }),
      );
  }

  async stop(grace: number): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    if (runner === undefined) return;
    const stopped = runner.stop().catch(() => undefined);
    await this.#drain(this.#inFlight, grace);
    // A handler that ignores its signal is left behind; its job was put back already.
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    this.#workers = undefined;
  }

  async #drain(jobs: Set<InFlight>, grace: number): Promise<void> {
    const ended = async (): Promise<true> => {
      await Promise.all([...jobs].map((job) => job.done));
      return true;
    };
    if (await within(ended(), grace)) return;
    for (const job of jobs)
      this.#abort(
        job,
        'stopping',
        new SextantError('SEXTANT_JOB_WORKER_STOPPED', {
          what: `The worker of "${job.facts.name}" stops.`,
          why: `It did not end within ${grace} ms.`,
        }),
      );
    if (await within(ended(), grace)) return;
    for (const job of jobs) {
      this.options.log.warn(`The job "${job.facts.name}" ignores its signal; another worker runs it again.`, { job: job.facts.id });
      await this.#giveBack(job.facts, 0, 'Its worker stopped.').catch(() => undefined);
    }
  }

  #abort(job: InFlight, ending: Ending, reason: SextantError): void {
    if (job.ending !== undefined) return;
    job.ending = ending;
    job.controller.abort(reason);
  }

  readonly #withoutHandler: Task = async (_payload, { job }) => {
    await this.#giveBack(factsOf(job), 0, 'Its handler was taken away.');
    throw new GivenBack();
  };

  async #run(handler: Handler, boxed: unknown, job: Job): Promise<void> {
    const facts = factsOf(job);
    let end!: () => void;
    const inFlight: InFlight = {
      facts,
      controller: new AbortController(),
      done: new Promise((resolve) => (end = resolve)),
      ending: undefined,
    };
    this.#inFlight.add(inFlight);
    handler.inFlight.add(inFlight);
    this.events.emit('began', facts);
    const progress = new Progress((text) => this.options.history.record(facts, 'running', { progress: text }).catch(() => undefined));
    let state: FinalState | 'retrying' | 'given-back' = 'retrying';
    try {
      state = await this.#attempt(handler, (boxed as { payload?: unknown } | null)?.payload, inFlight, progress);
    } catch (error) {
      if (error instanceof GivenBack) state = 'given-back';
      else if (facts.attempt >= facts.maxAttempts) state = 'failed';
      throw error;
    } finally {
      progress.close();
      this.#inFlight.delete(inFlight);
      handler.inFlight.delete(inFlight);
      end();
      this.events.emit('ended', facts, state);
    }
  }

  async #attempt(handler: Handler, payload: unknown, running: InFlight, progress: Progress): Promise<FinalState> {
    const { facts, controller } = running;
    try {
      const parsed = handler.job.payload.safeParse(payload);
      // Tried again like any failure: during a rolling upgrade another worker may know this shape.
      if (!parsed.success)
        throw new SextantError('SEXTANT_JOB_INVALID', {
          what: `The payload of job ${facts.id} ("${facts.name}") does not fit.`,
          why: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`).join('; '),
        });
      const result = await this.options.boundary.run(
        { plugin: handler.plugin, kind: 'job', name: facts.name },
        { deadline: handler.job.timeout, signal: controller.signal },
        (signal) =>
          handler.run(parsed.data, {
            id: facts.id,
            attempt: facts.attempt,
            signal,
            progress: (text) => progress.show(text),
            retryLater: (reason, options) => ({ retryLater: reason, after: options?.after ?? RETRY_AFTER }),
          }),
      );
      if (typeof result === 'object' && result !== null && 'retryLater' in result) {
        if (await this.#giveBack(facts, result.after, result.retryLater)) throw new GivenBack();
        await this.#close(running, 'canceled', { progress: progress.last, error: 'Replaced by a newer job of its key.' });
        return 'canceled';
      }
      await this.#close(running, 'completed', { progress: progress.last });
      return 'completed';
    } catch (error) {
      if (error instanceof GivenBack) throw error;
      return await this.#failed(error, running, progress);
    }
  }

  async #failed(error: unknown, running: InFlight, progress: Progress): Promise<FinalState> {
    const { facts } = running;
    if (running.ending === 'taken-over') throw new GivenBack();
    if (running.ending === 'canceled') {
      await this.#close(running, 'canceled', { progress: progress.last });
      return 'canceled';
    }
    const rests = SextantError.is(error) && error.code === 'SEXTANT_PLUGIN_CIRCUIT_OPEN';
    if (running.ending === 'stopping' || rests) {
      if (await this.#giveBack(facts, rests ? RETRY_AFTER : 0, messageOf(error))) throw new GivenBack();
    }
    if (facts.attempt >= facts.maxAttempts)
      await this.#durably(running, () =>
        this.options.history.record(facts, 'failed', { progress: progress.last, error: messageOf(error) }),
      );
    throw error instanceof Error ? error : new Error(messageOf(error));
  }

  async #close(
    running: InFlight,
    state: 'completed' | 'canceled',
    text: { readonly progress?: string; readonly error?: string },
  ): Promise<void> {
    const owner = this.#workers?.id ?? '';
    await this.#durably(running, () => this.options.history.close(running.facts, state, owner, text));
  }

  /** What a job did is done: while the database is away its end waits, rather than being done again. */
  async #durably(running: InFlight, write: () => Promise<void>): Promise<void> {
    const until = performance.now() + LONGEST_OUTAGE;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const away = SextantError.is(error) && error.code === 'SEXTANT_STORAGE_UNAVAILABLE';
        if (!away || running.ending === 'stopping' || performance.now() > until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** @returns false when a newer job took its key meanwhile, and this one is not to run again. */
  async #giveBack(facts: JobFacts, after: number, reason: string): Promise<boolean> {
    const { rows } = await this.options.main.query<{ given: number; mine: boolean }>(GIVE_BACK, [
      facts.id,
      this.#workers?.id ?? '',
      Math.max(SOONEST_RETRY, Math.floor(after)),
      reason.slice(0, 4_000),
      facts.key,
    ]);
    return rows[0]!.given > 0 || !rows[0]!.mine;
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

async function within(work: Promise<true>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Keeps the newest text, and writes at most one a second. */
class Progress {
  last: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(private write: (text: string) => void) {}

  show(text: string): void {
    this.last = text;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#writtenAt = performance.now();
        this.write(this.last!);
      },
      Math.max(0, this.#writtenAt + PROGRESS_EVERY - performance.now()),
    );
  }

  /** What was not written yet goes with the final record. */
  close(): void {
    clearTimeout(this.#timer);
    this.write = () => undefined;
  }
}

/** The library reports every job at info and every failure at error; the boundary and the history already have them. */
const quiet = (log: Logger): GraphileLogger =>
  new GraphileLogger(() => (level, message, meta) => {
    if (meta?.['failure'] === true || meta?.['success'] === true) return;
    if (level === 'error') log.error(message, { error: meta?.['error'] });
    else if (level === 'warning') log.warn(message);
    else log.debug(message);
  });
