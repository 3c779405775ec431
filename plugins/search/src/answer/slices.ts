import type { SearchRun } from './search-run.js';

const SLICE_MS = 10;

/** The time of a search ended within a piece of work. */
export class TimeUpError extends Error {}

/** Cuts long work on the thread that answers everybody into slices, between which others have their turn. */
export class Slices {
  #began = performance.now();

  constructor(private readonly run: Pick<SearchRun, 'signal' | 'timeLeft'>) {}

  /** Undefined while the slice lasts. @throws TimeUpError; the signal's reason */
  rest(): Promise<void> | undefined {
    return performance.now() - this.#began < SLICE_MS ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.run.signal.throwIfAborted();
    if (this.run.timeLeft() <= 0) throw new TimeUpError();
    this.#began = performance.now();
  }
}
