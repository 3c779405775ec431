import type { RunningQuery } from './shard-executor.js';

/** Two kinds of threads: what is over soon never stands behind what is not. */
export type Lane = 'light' | 'heavy';

/** Milliseconds of processor time after which a search is a heavy one. */
const HEAVY_AFTER_MS = 50;
/** A search that has used a millisecond gives way to those that came up to so many milliseconds after it. */
const GIVES_WAY = 10;

/** A search under way. */
export interface Turn {
  readonly query: RunningQuery;
  readonly arrived: number;
  /** Threads at work on it. */
  active: number;
  /** May have more than one thread. */
  spread: boolean;
  /** Milliseconds of processor time so far. */
  used: number;
}

/**
 * Whose turn it is. The search that has used least, counted from its arrival, is next: a new one goes before those that have had much
 * already, and an old one that still waits goes before endlessly many new ones.
 */
export class SearchTurns {
  /** A search that comes back with more work goes on with what it has used. */
  readonly #known = new WeakMap<RunningQuery, Turn>();
  readonly #waiting = new Set<Turn>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(query: RunningQuery): Turn {
    const turn = this.#known.get(query) ?? { query, arrived: this.now(), active: 0, spread: false, used: 0 };
    this.#known.set(query, turn);
    this.#waiting.add(turn);
    return turn;
  }

  remove(query: RunningQuery): void {
    const turn = this.#known.get(query);
    if (turn) this.#waiting.delete(turn);
  }

  /** Those that may have a thread of the lane, the next first. @param most threads that one search may have at a time */
  waiting(lane: Lane, most: number): Turn[] {
    return [...this.#waiting]
      .filter((turn) => laneOf(turn) === lane && turn.active < (turn.spread ? most : 1))
      .sort((a, b) => due(a) - due(b));
  }
}

const laneOf = ({ used, query }: Turn): Lane => (query.spec.laborious || used >= HEAVY_AFTER_MS ? 'heavy' : 'light');
const due = ({ arrived, used }: Turn): number => arrived + used * GIVES_WAY;
