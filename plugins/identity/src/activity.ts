import type { Clock, Queryable } from '@sextant/sdk';

/** Milliseconds between two notes that somebody is active. */
const NOTED_EVERY = 5 * 60_000;
const MOST_NOTED = 100_000;

/** Notes that users are active, whatever they came in by. `lastActiveAt` is right to five minutes. */
export class Activity {
  /** When it was noted by this process last, in milliseconds, by user. */
  readonly #noted = new Map<number, number>();

  constructor(
    private readonly db: Queryable,
    private readonly clock: Clock,
  ) {}

  async note(userId: number): Promise<void> {
    const now = this.clock.now();
    const last = this.#noted.get(userId);
    if (last !== undefined && now.getTime() - last < NOTED_EVERY) return;
    // Before it is written: those who come at the same moment need not write it too.
    if (this.#noted.size >= MOST_NOTED) this.#noted.clear();
    this.#noted.set(userId, now.getTime());
    await this.db.query('update users set last_active_at = $2 where id = $1 and (last_active_at is null or last_active_at < $3)', [
      userId,
      now,
      new Date(now.getTime() - NOTED_EVERY),
    ]);
  }
}
