import { IdSet, type Queryable, type Tx } from '@sextant/sdk';
import { PIECE, type Piece, piecesOf, setOf } from './bitmap.js';

/** Where accounts are whose grants are judged together. For the API: type `api`, id the way in which it names people. */
export interface Service {
  readonly serviceType: string;
  readonly serviceId: string;
}

export interface Change {
  readonly added: number;
  readonly removed: number;
}

/** A time of the database's, to the microsecond: two questions within a millisecond have an order, too. */
export type Moment = string;

export async function momentOf(db: Queryable): Promise<Moment> {
  const [row] = await db.query<{ now: Moment }>('SELECT clock_timestamp()::text AS now');
  return row?.now ?? '-infinity';
}

/**
 * Writes grants. Two answers about the same pair of user and repository may come in any order: the one that was asked for later stands. So that neither
 * overlooks the other, whoever writes holds the lock of the service.
 */
export class GrantStore {
  constructor(private readonly tx: Tx) {}

  /** Until the transaction ends. */
  async lock({ serviceType, serviceId }: Service): Promise<void> {
    await this.tx.query(`SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':' || $1 || ':' || $2))`, [serviceType, serviceId]);
  }

  /**
   * What a source grants from now on. Repositories whose own answer was asked for after `askedAt` stay as that answer left them.
   * @param whole false: nothing is taken away
   */
  async replace(sourceId: number, granted: IdSet, options: { readonly askedAt: Moment; readonly whole: boolean }): Promise<Change> {
    const before = await bitsOf(this.tx, sourceId);
    const later = await this.tx.query<{ id: number }>('SELECT id FROM repositories WHERE asked_at > $1::timestamptz', [options.askedAt]);
    const asIs = IdSet.of(later.map(({ id }) => id));
    const next = (options.whole ? granted : before.or(granted)).without(asIs).or(before.and(asIs));
    return this.#write(sourceId, before, next);
  }

  /** Which of the service's sources grant the repository. Sources whose own answer was asked for after `askedAt` stay as that answer left them. */
  async setRepository(
    { serviceType, serviceId }: Service,
    repositoryId: number,
    granting: readonly number[],
    askedAt: Moment | undefined,
  ): Promise<Change> {
    const piece = Math.floor(repositoryId / PIECE);
    const bit = repositoryId % PIECE;
    const changed = await this.tx.query<{ id: number; granted: boolean }>(
      `SELECT s.id, NOT coalesce(get_bit(g.bits, $4) = 1, false) AS granted
       FROM sources s LEFT JOIN grants g ON g.source_id = s.id AND g.piece = $3
       WHERE s.service_type = $1 AND s.service_id = $2 AND ($6::timestamptz IS NULL OR s.asked_at IS NULL OR s.asked_at <= $6)
         AND (s.id = ANY($5::int[])) IS DISTINCT FROM coalesce(get_bit(g.bits, $4) = 1, false)`,
      [serviceType, serviceId, piece, bit, granting, askedAt ?? null],
    );
    const added = changed.filter(({ granted }) => granted).map(({ id }) => id);
    const removed = changed.filter(({ granted }) => !granted).map(({ id }) => id);
    await this.tx.query(
      `INSERT INTO grants AS g (source_id, piece, bits) SELECT id, $2, set_bit(decode(repeat('00', ${PIECE / 8}), 'hex'), $3, 1) FROM unnest($1::int[]) AS given (id)
       ON CONFLICT (source_id, piece) DO UPDATE SET bits = set_bit(g.bits, $3, 1)`,
      [added, piece, bit],
    );
    await this.tx.query('UPDATE grants SET bits = set_bit(bits, $3, 0) WHERE source_id = ANY($1::int[]) AND piece = $2', [
      removed,
      piece,
      bit,
    ]);
    await this.#touch(changed.map(({ id }) => id));
    return { added: added.length, removed: removed.length };
  }

  /**
   * Whether sources, by what was asked of themselves, say otherwise of a repository than `granting` does.
   * @param asked when what `granting` comes of was asked for, beside `named`, which was now
   * @returns the latest moment, later than any of `asked` and no later than `askedAt`, at which one that does was asked about
   */
  static async contradicted(
    db: Queryable,
    { serviceType, serviceId }: Service,
    of: {
      readonly repositoryId: number;
      readonly granting: IdSet;
      readonly named: IdSet;
      readonly asked: readonly Moment[];
      readonly askedAt: Moment;
    },
  ): Promise<Moment | undefined> {
    const [row] = await db.query<{ latest: Moment | null }>(
      `SELECT max(s.asked_at)::text AS latest FROM sources s LEFT JOIN grants g ON g.source_id = s.id AND g.piece = $3
       WHERE s.service_type = $1 AND s.service_id = $2 AND s.asked_at <= $8::timestamptz
         AND s.asked_at > (SELECT min(at) FROM unnest($7::timestamptz[]) AS given (at)) AND NOT s.id = ANY($6::int[])
         AND (s.id = ANY($5::int[])) IS DISTINCT FROM coalesce(get_bit(g.bits, $4) = 1, false)`,
      [
        serviceType,
        serviceId,
        Math.floor(of.repositoryId / PIECE),
        of.repositoryId % PIECE,
        [...of.granting],
        [...of.named],
        of.asked,
        of.askedAt,
      ],
    );
    return row?.latest ?? undefined;
  }

  async clear(sourceId: number): Promise<Change> {
    const before = await bitsOf(this.tx, sourceId);
    return this.#write(sourceId, before, IdSet.empty());
  }

  async #write(sourceId: number, before: IdSet, next: IdSet): Promise<Change> {
    const added = next.without(before).size;
    const removed = before.without(next).size;
    if (added + removed === 0) return { added, removed };
    const had = new Map(piecesOf(before).map(({ piece, bits }) => [piece, bits]));
    const pieces = piecesOf(next);
    const written = pieces.filter(({ piece, bits }) => !had.get(piece)?.equals(bits));
    await this.tx.query('DELETE FROM grants WHERE source_id = $1 AND NOT piece = ANY($2::int[])', [
      sourceId,
      pieces.map(({ piece }) => piece),
    ]);
    await this.tx.query(
      `INSERT INTO grants (source_id, piece, bits) SELECT $1, * FROM unnest($2::int[], $3::bytea[])
       ON CONFLICT (source_id, piece) DO UPDATE SET bits = excluded.bits`,
      [sourceId, written.map(({ piece }) => piece), written.map(({ bits }) => bits)],
    );
    await this.#touch([sourceId]);
    return { added, removed };
  }

  async #touch(sourceIds: readonly number[]): Promise<void> {
    if (sourceIds.length === 0) return;
    const rows = await this.tx.query<{ user_id: number | null }>(
      'UPDATE sources SET changed_at = now() WHERE id = ANY($1::int[]) RETURNING user_id',
      [sourceIds],
    );
    await moveVersions(
      this.tx,
      rows.flatMap(({ user_id }) => user_id ?? []),
    );
  }
}

/** What these people see is another from now on. */
export async function moveVersions(tx: Queryable, userIds: readonly number[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.query(
    `INSERT INTO people (user_id) SELECT DISTINCT id FROM unnest($1::int[]) AS given (id) ORDER BY id
     ON CONFLICT (user_id) DO UPDATE SET version = nextval('versions')`,
    [userIds],
  );
}

/** What a source grants. */
export async function bitsOf(db: Queryable, sourceId: number): Promise<IdSet> {
  return setOf(await db.query<Piece>('SELECT piece, bits FROM grants WHERE source_id = $1', [sourceId]));
}
