import type { Lesson } from './learned-limits.js';

/** As processes tell it each other: times in milliseconds since 1970. */
export interface SharedBudget {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetAt: number | undefined;
  readonly pausedUntil: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of what a host allows, the part that background work leaves to people. */
const RESERVE = 0.1;
const LONGEST_PAUSE = 15 * MINUTE;
/** Windows whose ends are closer than this are the same one. */
const SAME_WINDOW = 2_000;
const AT_ONCE = 8;
/** A refusal after fewer requests in a minute says nothing of how many may be made in one. */
const FEWEST = 60;
/** Of what was too fast, how fast it goes on; and of the time between two requests, what is left an hour later. */
const SLOWER = 0.9;
const FASTER = 0.95;

/** What one credential may still spend at one host, as far as is known. Pure: `now` comes in. */
export class Budget {
  limit: number | undefined;
  remaining: number | undefined;
  resetAt: number | undefined;
  pausedUntil = 0;
  #inFlight = 0;
  #refusals = 0;
  /** Milliseconds that an answer takes, smoothed. */
  #answerTime = 0;
  #window = HOUR;
  /** Milliseconds between two background requests; 0 until the host found us too fast. */
  #spacing = 0;
  #spentAt = Number.NEGATIVE_INFINITY;
  /** Requests of this minute, and of the one before. */
  #minute = { began: Number.NEGATIVE_INFINITY, count: 0, before: 0 };

  get perHour(): number | undefined {
    return this.limit === undefined ? undefined : Math.round((this.limit * HOUR) / this.#window);
  }

  /** Milliseconds until a request may be made; 0: now. */
  wait(now: number, priority: 'interactive' | 'background', cost: number): number {
    this.#refill(now);
    if (this.pausedUntil > now) return this.pausedUntil - now;
    if (priority === 'background' && this.#spentAt + this.#spacing > now) return this.#spentAt + this.#spacing - now;
    if (this.remaining === undefined || this.resetAt === undefined) return 0;
    return this.remaining - cost >= (priority === 'background' ? this.#reserve : 0) ? 0 : Math.max(1, this.resetAt - now);
  }

  spend(cost: number, now: number): void {
    this.#inFlight++;
    this.#spentAt = now;
    const since = now - this.#minute.began;
    if (since >= MINUTE) this.#minute = { began: now, count: 0, before: since < 2 * MINUTE ? this.#minute.count : 0 };
    this.#minute.count += cost;
    if (this.remaining !== undefined) this.remaining = Math.max(0, this.remaining - cost);
  }

  answered(took: number): void {
    this.#inFlight--;
    this.#answerTime = this.#answerTime === 0 ? took : this.#answerTime * 0.9 + took * 0.1;
  }

  /** @param jitter from 0 to 1: those who are refused together shall not come again together */
  learn({ limit, remaining, resetIn, pause, refused }: Lesson, now: number, jitter: number): void {
    const resetAt = resetIn === undefined ? undefined : now + resetIn;
    const older = resetAt !== undefined && this.resetAt !== undefined && resetAt < this.resetAt - SAME_WINDOW;
    if (!older) {
      if (limit !== undefined) this.limit = limit;
      if (resetAt !== undefined) {
        if (this.resetAt !== undefined && resetAt > this.resetAt + SAME_WINDOW)
          this.#window = Math.max(MINUTE, Math.min(HOUR, resetAt - this.resetAt));
        this.resetAt = resetAt;
      }
      // Those still on their way are not in the host's count yet; the one that is answered is.
      if (remaining !== undefined) this.remaining = Math.max(0, remaining - Math.max(0, this.#inFlight - 1));
    }
    if (pause === undefined) {
      this.#refusals = 0;
      return;
    }
    // Something is left of the hour's: it went too fast. So many in a minute are too many, and more than one is refused at a time.
    if (refused && remaining !== 0 && this.#refusals === 0) this.#slowDown();
    this.#refusals++;
    // A host that does not say how long: a minute at least, and longer each time.
    const length = pause > 0 ? pause : Math.min(LONGEST_PAUSE, MINUTE * 2 ** Math.min(this.#refusals - 1, 10));
    this.pausedUntil = Math.max(this.pausedUntil, now + length + Math.round(length * 0.1 * jitter));
  }

  #slowDown(): void {
    const { count, before } = this.#minute;
    const tooMany = Math.max(count, before);
    if (tooMany >= FEWEST) this.#spacing = Math.max(this.#spacing, MINUTE / (tooMany * SLOWER));
  }

  /** What another process found out. */
  merge(shared: SharedBudget): void {
    this.pausedUntil = Math.max(this.pausedUntil, shared.pausedUntil);
    this.limit ??= shared.limit;
    if (shared.resetAt === undefined || shared.remaining === undefined) return;
    if (this.resetAt === undefined || shared.resetAt > this.resetAt + SAME_WINDOW) {
      this.resetAt = shared.resetAt;
      this.remaining = shared.remaining;
    } else if (shared.resetAt >= this.resetAt - SAME_WINDOW)
      this.remaining = Math.min(this.remaining ?? shared.remaining, shared.remaining);
  }

  get shared(): SharedBudget {
    const { limit, remaining, resetAt, pausedUntil } = this;
    return { limit, remaining, resetAt, pausedUntil };
  }

  /** When so many background requests would be done. @param slowest milliseconds between two of them that other limits demand */
  completion(now: number, requests: number, slowest: number, atOnce = AT_ONCE): number {
    this.#refill(now);
    const start = Math.max(now, this.pausedUntil);
    const each = Math.max(slowest, this.#spacing, this.#answerTime / atOnce);
    if (this.limit === undefined || this.remaining === undefined || this.resetAt === undefined) return start + requests * each;
    const usable = Math.max(0, this.remaining - this.#reserve);
    if (requests <= usable) return start + requests * each;
    const perWindow = Math.max(1, this.limit - this.#reserve);
    const later = requests - usable;
    const fullWindows = Math.ceil(later / perWindow) - 1;
    const begin = Math.max(start, this.resetAt) + fullWindows * Math.max(this.#window, perWindow * each);
    return begin + (later - fullWindows * perWindow) * each;
  }

  #refill(now: number): void {
    if (this.resetAt === undefined || now < this.resetAt) return;
    this.remaining = this.limit === undefined ? undefined : Math.max(0, this.limit - this.#inFlight);
    this.#spacing *= FASTER;
    // Until an answer says when the next window ends, it is taken to be as long as the last.
    this.resetAt = this.limit === undefined ? undefined : now + this.#window;
  }

  get #reserve(): number {
    return Math.ceil((this.limit ?? 0) * RESERVE);
  }
}
