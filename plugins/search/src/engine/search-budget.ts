import { threadClock } from './thread-clock.js';

/**
 * When a search must stop. The flag is shared between threads (1 = stop); the deadline is a time of `threadClock`.
 */
export class SearchBudget {
  #steps = 0;
  #stopped: 'cancelled' | 'deadline' | undefined;

  constructor(
    private readonly flag: Int32Array,
    private readonly deadline: number,
    /** When this thread should give others a turn; a time of `threadClock` as well. */
    private readonly sliceEnd = Number.POSITIVE_INFINITY,
  ) {}

  static unbounded(): SearchBudget {
    return new SearchBudget(new Int32Array(1), Number.POSITIVE_INFINITY);
  }

  /** Why it stopped, once it has. */
  get stopped(): 'cancelled' | 'deadline' | undefined {
    return this.#stopped;
  }

  /** True when the search must stop; cheap enough for every document. */
  spent(): boolean {
    if (this.#stopped) return true;
    if (Atomics.load(this.flag, 0) !== 0) this.#stopped = 'cancelled';
    else if (threadClock() > this.deadline) this.#stopped = 'deadline';
    return this.#stopped !== undefined;
  }

  /** True when the thread has had its turn: time to stop at the next document and go on later. */
  sliceOver(): boolean {
    return threadClock() > this.sliceEnd;
  }

  /** The same for hits and blocks: looks at the clock at every 64th call only. */
  step(): boolean {
    return (++this.#steps & 63) === 0 ? this.spent() : this.#stopped !== undefined;
  }
}
