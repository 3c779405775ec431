import type { Clock } from '@sextant/sdk';

/** Time that stands still until the test moves it. Sleepers wake in the order of their times. */
export class TestClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #sleepers: { readonly at: number; wake(): void }[] = [];

  constructor(start: Date = new Date('2026-01-01T00:00:00Z')) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.#monotonic + milliseconds, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        reject(signal.reason);
      });
    });
  }

  /** Moves time on, and lets what was woken run before it goes further. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      const next = this.#sleepers.filter((s) => s.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#move(next.at);
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#move(end);
  }

  /** The wall clock jumps, as an administrator or a leap makes it; monotonic time does not. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #move(to: number): void {
    this.#now += to - this.#monotonic;
    this.#monotonic = to;
  }
}
