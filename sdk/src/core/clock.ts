/** Time, so that tests own it. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never jump back. */
  monotonic(): number;
  /** Rejects when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
