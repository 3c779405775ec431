import { type JobType, type Logger, SextantError } from '@sextant/sdk';
import { addJob, type JobQueue, jobSpec } from './job-queue.js';
import { checkRule, decideSlot, type ScheduleRule } from './schedule-slot.js';

/** One schedule of a plugin. `every` is asked each time, so a changed interval counts at once. */
export type ScheduleDefinition = {
  readonly id: string;
  readonly job: JobType<Record<string, never>>;
  readonly catchUp?: boolean;
} & ({ readonly cron: string } | { readonly every: () => number });

interface Entry {
  readonly plugin: string;
  readonly id: string;
  readonly definition: ScheduleDefinition;
  /** Monotonic time of the next look. */
  next: number;
}

// No sleep is longer: a clock that was set, or a changed interval, is noticed within it.
const LONGEST_SLEEP = 30_000;
const AFTER_FAILURE = 5_000;

/**
 * Enqueues jobs when their time comes. Each process with schedules runs one; a row a schedule, locked while it decides by
 * the database's clock, lets exactly one of them fire a slot.
 */
export class Scheduler {
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #running = false;

  constructor(
    private readonly queue: JobQueue,
    private readonly log: Logger,
  ) {}

  /** @throws SEXTANT_JOB_SCHEDULE */
  add(plugin: string, definition: ScheduleDefinition): Disposable {
    const id = `${plugin}/${definition.id}`;
    if (this.#entries.has(id))
      throw new SextantError('SEXTANT_JOB_SCHEDULE', {
        what: `The schedule "${id}" exists already.`,
        fix: 'Give each schedule of a plugin an id of its own.',
      });
    checkRule(id, ruleOf(definition));
    const entry: Entry = { plugin, id, definition, next: Number.NEGATIVE_INFINITY };
    this.#entries.set(id, entry);
    this.#arm();
    return {
      [Symbol.dispose]: () => {
        if (this.#entries.get(id) === entry) this.#entries.delete(id);
      },
    };
  }

  start(): void {
    this.#running = true;
    this.#arm();
  }

  /** Looks at every schedule again now: for a changed interval. */
  refresh(): void {
    for (const entry of this.#entries.values()) entry.next = Number.NEGATIVE_INFINITY;
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #arm(): void {
    if (!this.#running || this.#round !== undefined || this.#entries.size === 0) return;
    clearTimeout(this.#timer);
    const first = Math.min(...[...this.#entries.values()].map((entry) => entry.next));
    this.#timer = setTimeout(
      () => {
        this.#round = this.#look().finally(() => {
          this.#round = undefined;
          this.#arm();
        });
      },
      Math.max(0, first - performance.now()),
    );
  }

  async #look(): Promise<void> {
    for (const entry of [...this.#entries.values()].filter(({ next }) => next <= performance.now())) {
      if (!this.#running) return;
      try {
        entry.next = performance.now() + Math.min(LONGEST_SLEEP, await this.#decide(entry));
      } catch (error) {
        entry.next = performance.now() + AFTER_FAILURE;
        this.log.warn(`The schedule "${entry.id}" could not be looked at; it is tried again.`, { error });
      }
    }
  }

  /** @returns milliseconds until the next look. */
  async #decide({ plugin, id, definition }: Entry): Promise<number> {
    const rule = ruleOf(definition);
    checkRule(id, rule);
    return await this.queue.own(async (db) => {
      await db.query('insert into kernel.schedules (id) values ($1) on conflict do nothing', [id]);
      const [row] = await db.query<{ last: Date | null; now: Date }>(
        'select last_slot as last, clock_timestamp() as now from kernel.schedules where id = $1 for update',
        [id],
      );
      // The clock is read again under the lock: it may have been waited for.
      const [clock] = await db.query<{ now: Date }>('select clock_timestamp() as now');
      const slot = decideSlot(rule, row!.last ?? undefined, clock!.now, definition.catchUp ?? false);
      await db.query('update kernel.schedules set last_slot = $2 where id = $1 and last_slot is distinct from $2', [id, slot.last]);
      if (slot.fire) await addJob(db, jobSpec(plugin, definition.job, {}, { key: `schedule:${definition.id}`, onConflict: 'keep' }));
      return Math.max(0, slot.next.getTime() - clock!.now.getTime());
    });
  }
}

const ruleOf = (definition: ScheduleDefinition): ScheduleRule =>
  'cron' in definition ? { cron: definition.cron } : { every: definition.every() };
