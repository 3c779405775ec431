import type { Clock, Queryable, Storage } from '@sextant/sdk';

/** Another process may have moved the epoch: what was read is believed for so long. A revoke reaches an open stream within it. */
const BELIEVED_FOR = 1_000;

interface State {
  readonly epoch: string;
  /** Names of permission sources that have ever been there. */
  readonly sources: readonly string[];
}

/** What all processes know together of the wall: the epoch, and whether permissions ever came from somewhere. */
export class WallState {
  #known: { readonly state: State; readonly at: number } | undefined;

  constructor(
    private readonly db: Storage,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  async read(): Promise<State> {
    const now = this.clock.monotonic();
    if (this.#known && now - this.#known.at < BELIEVED_FOR) return this.#known.state;
    const [row] = await this.db.query<State>('SELECT epoch::text AS epoch, sources FROM wall_state');
    const state = row ?? { epoch: '0', sources: [] };
    this.#known = { state, at: now };
    return state;
  }

  /** A source that was there once is missed when it is gone: the wall must not open because a plugin did not start. */
  async remember(sources: readonly string[]): Promise<void> {
    await this.db.query(
      `UPDATE wall_state SET sources = ARRAY(SELECT DISTINCT name FROM unnest(sources || $1::text[]) AS name ORDER BY name) WHERE NOT sources @> $1::text[]`,
      [sources],
    );
    this.#known = undefined;
  }

  /** Moves the epoch within the caller's transaction: nobody sees the new state under the old epoch. */
  static async moveEpoch(tx: Queryable): Promise<void> {
    await tx.query('UPDATE wall_state SET epoch = epoch + 1');
  }
}
