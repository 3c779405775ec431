import { threadClock } from './thread-clock.js';

/** The turn of a thread. */
export interface Slice {
  /** When it should give others a turn; a time of `threadClock` as well. */
  readonly end: number;
  /** Documents of more bytes are left to another thread. */
  readonly mostBytes?: number;
}

/**
 * When a search must stop. The flag is shared between threads (1 = stop); the deadline is a time of `threadClock`.
 */
export class SearchBudget {
  #steps = 0;
  #stopped: 'cancelled' | 'deadline' | undefined;

  constructor(
    private readonly flag: Int32Array,
    private readonly deadline: number,
    private readonly slice: Slice = { end: Number.POSITIVE_INFINITY },
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
    return threadClock() > this.slice.end;
  }

  /** True when a document of so many bytes does not fit into this thread's turn. */
  tooLarge(bytes: number): boolean {
    return this.slice.mostBytes !== undefined && bytes > this.slice.mostBytes;
  }

  /** The same for hits and blocks: looks at the clock at every 64th call only. */
  step(): boolean {
    return (++this.#steps & 63) === 0 ? this.spent() : this.#stopped !== undefined;
  }
}
