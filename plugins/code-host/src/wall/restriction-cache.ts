import { IdSet, type Storage } from '@sextant/sdk';
import type { Restrictions } from '../api.js';
import type { WallState } from './wall-state.js';

interface Row {
  readonly enforced: boolean;
  readonly all: readonly number[] | null;
  readonly public: readonly number[] | null;
  readonly restricted: readonly number[] | null;
}

/** A connection that nobody has worked out yet hides what it gives. */
const ENFORCES = 'c.deleted_at IS NULL AND c.enforces_permissions IS DISTINCT FROM false';

/** What hides repositories, read once for each epoch of the wall. */
export class RestrictionCache {
  #known: { readonly epoch: string; readonly restrictions: Promise<Restrictions> } | undefined;

  constructor(
    private readonly db: Storage,
    private readonly state: Pick<WallState, 'read'>,
    private readonly options: {
      /** Whether nothing is open without a grant (`openToAllUsers: false`). */
      readonly closed: () => boolean;
      /** Kinds whose hosts say who may read. */
      readonly telling: () => readonly string[];
    },
  ) {}

  async current(): Promise<Restrictions> {
    // The epoch first: what is read is as new as it or newer, and never older.
    const closed = this.options.closed();
    // Kinds come and go with their plugins.
    const telling = this.options.telling();
    const epoch = `${(await this.state.read()).epoch}${closed ? '.closed' : ''}.${telling.join('+')}`;
    if (this.#known?.epoch === epoch) return this.#known.restrictions;
    const restrictions = this.#read(epoch, closed, telling);
    const known = { epoch, restrictions };
    this.#known = known;
    restrictions.catch(() => this.#known === known && (this.#known = undefined));
    return restrictions;
  }

  async #read(epoch: string, closed: boolean, telling: readonly string[]): Promise<Restrictions> {
    const [row] = await this.db.query<Row>(
      `SELECT EXISTS (SELECT FROM connections c WHERE ${ENFORCES}) AS enforced, array_agg(r.id) AS all,
         array_agg(r.id) FILTER (WHERE NOT r.private AND EXISTS (
           SELECT FROM repository_connections rc JOIN connections c ON c.id = rc.connection_id
           WHERE rc.repository_id = r.id AND c.deleted_at IS NULL AND c.kind = ANY($1::text[]))) AS public,
         array_agg(r.id) FILTER (WHERE r.private AND EXISTS (
           SELECT FROM repository_connections rc JOIN connections c ON c.id = rc.connection_id WHERE rc.repository_id = r.id AND ${ENFORCES})) AS restricted
       FROM repositories r WHERE r.deleted_at IS NULL`,
      [telling],
    );
    const setOf = (ids: readonly number[] | null | undefined): IdSet => IdSet.of(ids ?? []);
    const all = setOf(row?.all);
    return {
      epoch,
      enforced: closed || (row?.enforced ?? true),
      all,
      public: setOf(row?.public),
      restricted: closed ? all : setOf(row?.restricted),
    };
  }
}
