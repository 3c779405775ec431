import { setTimeout as wait } from 'node:timers/promises';
import { TestClock } from '@sextant/sdk/testing';

/** Time as it is, and as much later as a test says: what is looked at every second is looked at now. */
export class ShiftedClock extends TestClock {
  #shift = 0;
  /** Milliseconds by which what is kept is older than it is. */
  #aged = 0;
  #standsAt: number | undefined;

  override now(): Date {
    return new Date(Date.now() + this.#shift);
  }

  override monotonic(): number {
    return (this.#standsAt ?? performance.now()) + this.#shift + this.#aged;
  }

  override sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return wait(milliseconds, undefined, { signal });
  }

  /** @param milliseconds that have gone by at once; nobody who sleeps wakes earlier. */
  shift(milliseconds: number): void {
    this.#shift += milliseconds;
  }

  /** Nothing that is kept for some seconds grows older while the work goes on, nor by it: what is read then is read for a reason, and not for the time it took. */
  async inOneMoment<R>(work: () => Promise<R>): Promise<R> {
    const at = performance.now();
    this.#standsAt = at;
    try {
      return await work();
    } finally {
      this.#standsAt = undefined;
      this.#aged -= performance.now() - at;
    }
  }

  /** What is kept for some seconds is too old from now on. */
  forgetWhatIsKept(): void {
    this.#aged += 60_000;
  }
}
