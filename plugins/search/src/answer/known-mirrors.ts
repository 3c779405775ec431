import type { MirrorState, Mirrors } from '@sextant/plugin-git/api';

/** How long a state is gone by, unless its mirror is said to have moved; milliseconds. */
const MAX_AGE = 1_000;
/** The same where all is well: what happens there is told, and with thousands of mirrors each look is 10 ms of the one thread. */
const MAX_SETTLED_AGE = 10_000;

interface Entry {
  /** Undefined: there is no mirror. */
  readonly state: MirrorState | undefined;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** The states of mirrors as they were a moment ago: each search asks for those of all its repositories. */
export class KnownMirrors implements Pick<Mirrors, 'states'> {
  readonly #entries = new Map<number, Entry>();
  /** Mirrors that moved while states were being read: what was read of them may be of before. */
  #moved = new Set<number>();

  /** @param now monotonic milliseconds */
  constructor(
    private readonly mirrors: Pick<Mirrors, 'states'>,
    private readonly now: () => number,
  ) {}

  /** A mirror has moved, or was cloned. */
  forget(repositoryId: number): void {
    this.#entries.delete(repositoryId);
    this.#moved.add(repositoryId);
  }

  async states(ids: readonly number[]): Promise<ReadonlyMap<number, MirrorState>> {
    const states = new Map<number, MirrorState>();
    const unknown: number[] = [];
    const now = this.now();
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (!entry || entry.until < now) unknown.push(id);
      else if (entry.state) states.set(id, entry.state);
    }
    if (unknown.length > 0) for (const [id, state] of await this.#read(unknown)) states.set(id, state);
    return states;
  }

  async #read(ids: readonly number[]): Promise<ReadonlyMap<number, MirrorState>> {
    const at = this.now();
    const moved = new Set<number>();
    this.#moved = moved;
    const states = await this.mirrors.states(ids);
    // Another read may have begun since, and then it is told what moves: nothing of this one is kept.
    if (this.#moved !== moved) return states;
    for (const id of ids) {
      const state = states.get(id);
      const isSettled = state?.status === 'cloned' && state.lastError === undefined;
      if (!moved.has(id)) this.#entries.set(id, { state, until: at + (isSettled ? MAX_SETTLED_AGE : MAX_AGE) });
    }
    return states;
  }
}
