import type { SharedPool } from '../storage/shared-pool.js';
import type { JobFacts } from './job-history.js';
import type { JobRunner } from './job-runner.js';

/** Milliseconds. The queue hears of a failure a moment after the job has ended, and tells nobody when it has. */
const LOOK_AGAIN = 50;
/** Milliseconds: other tests use the machine too. */
const PATIENCE = 30_000;

/** Lets a test wait for jobs without sleeping. */
export class JobSpy implements Disposable {
  /** The newest job of each name and outcome since this spy was made. */
  readonly #ended = new Map<string, string>();

  constructor(
    private readonly runner: JobRunner,
    private readonly main: SharedPool,
  ) {
    runner.events.on('ended', this.#note);
  }

  readonly #note = (facts: JobFacts, outcome: string): void => void this.#ended.set(`${facts.name} ${outcome}`, facts.id);

  [Symbol.dispose](): void {
    this.runner.events.off('ended', this.#note);
  }

  /** Resolves when nothing runs here and nothing that a handler of this process could run now waits. Delayed jobs do not count. */
  async drain(options: { readonly timeout?: number } = {}): Promise<void> {
    await this.#until(options.timeout ?? PATIENCE, 'the queue to be empty', async () => {
      if (this.runner.running > 0) return false;
      // A job that is locked counts: it may have been taken and not begun yet.
      const { rows } = await this.main.query<{ n: number }>(
        'select count(*)::int as n from graphile_worker.jobs where task_identifier = any ($1::text[]) and (locked_at is not null or (attempts < max_attempts and run_at <= now()))',
        [this.runner.names],
      );
      return rows[0]!.n === 0 && this.runner.running === 0;
    });
  }

  /** Resolves with the id of a job of the name that is of the state, or became so since this spy was made. */
  async waitFor(
    name: string,
    state: 'completed' | 'failed' | 'canceled' | 'retrying' | 'running',
    options: { readonly timeout?: number } = {},
  ): Promise<string> {
    let found: string | undefined;
    await this.#until(options.timeout ?? PATIENCE, `"${name}" to be ${state}`, async () => {
      found =
        state === 'running' ? this.runner.idOfRunning(name) : (this.#ended.get(`${name} ${state}`) ?? (await this.#recorded(name, state)));
      return found !== undefined;
    });
    return found!;
  }

  async #recorded(name: string, state: string): Promise<string | undefined> {
    const { rows } = await this.main.query<{ id: string }>(
      'select id::text from kernel.job_history where name = $1 and state = $2 order by job_history.id desc limit 1',
      [name, state],
    );
    return rows[0]?.id;
  }

  async #until(timeout: number, what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + timeout;
    for (;;) {
      let changed!: () => void;
      const change = new Promise<void>((resolve) => {
        changed = resolve;
      });
      // Listens before it looks: what happens in between is not missed.
      this.runner.events.once('ended', changed);
      this.runner.events.once('began', changed);
      const timer = setTimeout(changed, Math.max(0, Math.min(LOOK_AGAIN, deadline - performance.now())));
      try {
        if (await holds()) return;
        if (performance.now() >= deadline) throw new Error(`Waited ${timeout} ms for ${what}.`);
        await change;
      } finally {
        clearTimeout(timer);
        this.runner.events.off('ended', changed);
        this.runner.events.off('began', changed);
      }
    }
  }
}
