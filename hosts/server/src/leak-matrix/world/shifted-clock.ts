import { setTimeout as wait } from 'node:timers/promises';
import { TestClock } from '@sextant/sdk/testing';

/** Time as it is, and as much later as a test says: what is looked at every second is looked at now. */
export class ShiftedClock extends TestClock {
  #shift = 0;

  override now(): Date {
    return new Date(Date.now() + this.#shift);
  }

  override monotonic(): number {
    return performance.now() + this.#shift;
  }

  override sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return wait(milliseconds, undefined, { signal });
  }

  /** @param milliseconds that have gone by at once; nobody who sleeps wakes earlier. */
  shift(milliseconds: number): void {
    this.#shift += milliseconds;
  }
}
