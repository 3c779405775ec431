import { EventEmitter } from 'node:events';
import { type AnyJob, type Logger, SextantError } from '@sextant/sdk';
import type { Job, Runner, Task, TaskList, WorkerPool } from 'graphile-worker';
import { Logger as GraphileLogger, run } from './graphile-worker.js';
import { GivenBack, JobAttempt, type JobAttemptOptions, type JobHandling, type RunJob, retryDelay } from './job-attempt.js';
import type { FinalState, JobFacts } from './job-history.js';
import './job-errors.js';
import type { Tracing } from '../observability/tracing.js';
import { attemptSpan, carriedBy } from './job-spans.js';

/** Milliseconds. */
const WORTH_A_TIMER = 10_000;
/** Milliseconds in which the queue hears that a job has failed, from which its delay counts. */
const A_MOMENT = 50;

export interface JobRunnerOptions extends JobAttemptOptions {
  readonly log: Logger;
  readonly tracing: Tracing;
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** Jobs that wait for servers of others, at once in this process, beside those. */
  readonly waiting: number;
  /** Milliseconds between looks for jobs whose time has come. */
  readonly pollInterval: number;
}

interface Handler extends JobHandling {
  readonly inFlight: Set<JobAttempt>;
  readonly take: Task;
}

/** Runs jobs of the handlers that are registered right now, each inside its plugin's boundary. */
export class JobRunner {
  /** `began` with the facts of an attempt; `ended` with the facts and state of each attempt, once its outcome is durable but for the queue's own row. */
  readonly events = new EventEmitter<{ began: [JobFacts]; ended: [JobFacts, FinalState | 'retrying' | 'given-back'] }>();
  readonly #handlers = new Map<string, Handler>();
  /** The library fetches the own, enumerable names. A job fetched while its handler left finds the inherited fallback. */
  readonly #tasks: TaskList = Object.create(
    new Proxy({}, { get: (_, name) => (typeof name === 'string' && name.includes('.') ? this.#withoutHandler : undefined) }),
  );
  readonly #inFlight = new Set<JobAttempt>();
  /** Of these, the ones that wait beside the workers. */
  #waiting = 0;
  #runner: Runner | undefined;
  #workers: WorkerPool | undefined;

  constructor(private readonly options: JobRunnerOptions) {
    this.#tasks['kernel.nothing'] = () => undefined; // the library refuses an empty list
  }

  /** The names this process takes jobs of. */
  get names(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** What the queue has as the owners of our jobs: of those in a worker, and of those that wait beside it. None while no worker runs. */
  get owners(): readonly string[] {
    const id = this.#workers?.id;
    return id === undefined ? [] : [id, besides(id)];
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
    const handler: Handler = {
      plugin,
      job,
      run: handle,
      inFlight: new Set(),
      take: (payload, helpers) => this.#take(handler, payload, helpers.job),
    };
    this.#handlers.set(job.name, handler);
    this.#offer(handler);
    this.nudge();
  }

  /** Lets the library fetch jobs of the handler; of those that wait, only while there is room. */
  #offer({ job, take }: Handler): void {
    if (job.waits && this.#waiting >= this.options.waiting) delete this.#tasks[job.name];
    else this.#tasks[job.name] = take;
  }

  /** Takes no more jobs of the name, waits `grace` milliseconds for those that run, then aborts them and puts them back. */
  async unregister(name: string, grace: number): Promise<void> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) return;
    this.#handlers.delete(name);
    delete this.#tasks[name];
    await this.#drain(handler.inFlight, grace);
  }

  /** Lets workers look for jobs now. */
  nudge(workers = this.options.concurrency): void {
    try {
      this.#workers?.nudge(workers);
    } catch {
      // the worker is stopping
    }
  }

  /** Looks for a job that comes again when its time has come, and not up to one poll later. After long, a poll more makes no difference. */
  #nudgeIn(milliseconds: number | undefined): void {
    if (milliseconds === undefined || milliseconds > WORTH_A_TIMER) return;
    setTimeout(() => this.nudge(1), milliseconds + A_MOMENT).unref();
  }

  /** Aborts the running jobs of a key. They end as canceled. */
  cancel(key: string): void {
    for (const job of this.#inFlight)
      if (job.facts.key === key)
        job.abort('canceled', new SextantError('SEXTANT_JOB_CANCELED', { what: `The job "${job.facts.name}" was canceled.` }));
  }

  /** Our jobs were given to other workers: whatever runs here is in vain. */
  takenOver(): void {
    for (const job of this.#inFlight)
      job.abort(
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

  async #drain(jobs: Set<JobAttempt>, grace: number): Promise<void> {
    const ended = async (): Promise<true> => {
      await Promise.all([...jobs].map((job) => job.done));
      return true;
    };
    if (await within(ended(), grace)) return;
    for (const job of jobs)
      job.abort(
        'stopping',
        new SextantError('SEXTANT_JOB_WORKER_STOPPED', {
          what: `The worker of "${job.facts.name}" stops.`,
          why: `It did not end within ${grace} ms.`,
        }),
      );
    if (await within(ended(), grace)) return;
    for (const job of jobs) {
      this.options.log.warn(`The job "${job.facts.name}" ignores its signal; another worker runs it again.`, { job: job.facts.id });
      await job.giveBack(0, 'Its worker stopped.').catch(() => undefined);
    }
  }

  readonly #withoutHandler: Task = async (_payload, { job }) => {
    const full = this.#handlers.has(job.task_identifier);
    await this.#claimed(job).giveBack(0, full ? 'So many wait here already.' : 'Its handler was taken away.');
  };

  #claimed(job: Job): JobAttempt {
    return new JobAttempt(this.options, job, this.#workers?.id ?? '');
  }

  /** Ends when the worker is free again: for a job that waits at once, and with the job for any other. */
  async #take(handler: Handler, boxed: unknown, job: Job): Promise<void> {
    const attempt = this.#claimed(job);
    this.#inFlight.add(attempt);
    handler.inFlight.add(attempt);
    if (!handler.job.waits) return await this.#run(handler, boxed, attempt);
    this.#countWaiting(1);
    try {
      await attempt.moveTo(besides(this.#workers?.id ?? ''));
    } catch (error) {
      this.#over(handler, attempt);
      throw error;
    }
    void this.#run(handler, boxed, attempt);
    throw new GivenBack();
  }

  #over(handler: Handler, attempt: JobAttempt): void {
    this.#inFlight.delete(attempt);
    handler.inFlight.delete(attempt);
    if (handler.job.waits) this.#countWaiting(-1);
  }

  #countWaiting(change: 1 | -1): void {
    this.#waiting += change;
    for (const handler of this.#handlers.values()) this.#offer(handler);
  }

  async #run(handler: Handler, boxed: unknown, attempt: JobAttempt): Promise<void> {
    const { facts } = attempt;
    this.events.emit('began', facts);
    let state: FinalState | 'retrying' | 'given-back' = 'retrying';
    try {
      const options = { ...attemptSpan(handler.plugin, facts), carried: carriedBy(boxed) };
      state = await this.options.tracing.job(`process ${facts.name}`, options, (span) =>
        attempt.run(handler, (boxed as { payload?: unknown } | null)?.payload).catch((error: unknown) => {
          // Not a failure: the job waits for its time, and its next attempt has a span too.
          if (error instanceof GivenBack) span.set('sextant.job.given_back', true);
          throw error;
        }),
      );
    } catch (error) {
      if (error instanceof GivenBack) state = 'given-back';
      else if (facts.attempt >= facts.maxAttempts) state = 'failed';
      if (state !== 'failed') this.#nudgeIn(error instanceof GivenBack ? error.after : retryDelay(facts.attempt));
      if (!handler.job.waits) throw error;
      // Nobody else is told. What cannot be put back is given back later, as lost.
      if (state !== 'given-back') await attempt.putBack(error).catch(() => undefined);
    } finally {
      this.#over(handler, attempt);
      this.events.emit('ended', facts, state);
      // No worker has come free by it that would look for the next.
      if (handler.job.waits) this.nudge(1);
    }
  }
}

const besides = (pool: string): string => `${pool}/waiting`;

async function within(work: Promise<true>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The library reports every job at info and every failure at error; the boundary and the history already have them. */
const quiet = (log: Logger): InstanceType<typeof GraphileLogger> =>
  new GraphileLogger(() => (level, message, meta) => {
    if (meta?.['failure'] === true || meta?.['success'] === true) return;
    if (level === 'error') log.error(message, { error: meta?.['error'] });
    else if (level === 'warning') log.warn(message);
    else log.debug(message);
  });
