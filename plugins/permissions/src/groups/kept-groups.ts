import type { HostGroup, PermissionHost, PermissionHosts } from '@sextant/plugin-code-host/api';
import { IdSet, type Queryable, type Storage } from '@sextant/sdk';
import { PIECE, type Piece, piecesOf, setOf } from '../grants/bitmap.js';
import { type Moment, momentOf, type Service } from '../grants/grant-store.js';

/** What is on one side of a group. */
export interface GroupAnswer {
  /** Our ids: of repositories, or of sources. */
  readonly ids: IdSet;
  /** When the host was asked for it. */
  readonly askedAt: Moment;
}

type Side = 'repositories' | 'members';

/** What a host said of a side. */
export interface GroupReading {
  readonly ids: IdSet;
  /** The host's ids of what is not here. */
  readonly elsewhere: readonly string[];
}

interface Row {
  readonly id: number;
  readonly asked_at: Moment | null;
  readonly elsewhere: readonly string[];
}

/** Of an organization with very many that no connection lists, those beyond are noticed when it is asked again, or by their own syncs. */
const MOST_ELSEWHERE = 10_000;

/** What groups give and whom they hold, so that each is asked for once in a while, and not for each user and repository. */
export class KeptGroups {
  constructor(
    private readonly db: Storage,
    private readonly hosts: Pick<PermissionHosts, 'idsOf'>,
  ) {}

  /**
   * What is kept, or else what `read` says, which is kept from then on.
   * @param after what was asked for before that, or then, is asked for again
   */
  async answer(
    { connectionId, serviceType, serviceId, groups }: PermissionHost,
    { id: key, name }: HostGroup,
    side: Side,
    after: Moment | undefined,
    read: () => Promise<GroupReading>,
  ): Promise<GroupAnswer> {
    const [row] = await this.db.query<Row>(
      `INSERT INTO host_groups AS g (connection_id, key, name) VALUES ($1, $2, $3) ON CONFLICT (connection_id, key) DO UPDATE SET name = $3
       RETURNING id, elsewhere, CASE WHEN g.${side}_asked_at > coalesce(g.changed_at, '-infinity')
         AND g.${side}_asked_at > now() - $4::float8 * interval '1 millisecond' AND g.${side}_asked_at > coalesce($5::timestamptz, '-infinity')
         THEN g.${side}_asked_at::text END AS asked_at`,
      [connectionId, key, name, groups?.keptFor ?? 0, after ?? null],
    );
    if (!row) throw new Error('an upsert gave no row');
    if (row.asked_at !== null) {
      const ids = await bitsOfGroup(this.db, row.id, side);
      if (side === 'repositories' && row.elsewhere.length > 0)
        for (const id of (await this.hosts.idsOf({ serviceType, serviceId }, row.elsewhere)).values()) ids.add(id);
      return { ids, askedAt: row.asked_at };
    }
    const askedAt = await momentOf(this.db);
    const reading = await read();
    await this.#keep(row.id, side, reading, askedAt);
    return { ids: reading.ids, askedAt };
  }

  /** Two may have asked: what was asked for later stands. */
  async #keep(groupId: number, side: Side, { ids, elsewhere }: GroupReading, askedAt: Moment): Promise<void> {
    const pieces = piecesOf(ids);
    await this.db.transaction(async (tx) => {
      const rows = await tx.query(
        `UPDATE host_groups SET ${side}_asked_at = $2::timestamptz, elsewhere = CASE WHEN $3::boolean THEN $4::text[] ELSE elsewhere END
         WHERE id = $1 AND coalesce(${side}_asked_at, '-infinity') < $2::timestamptz RETURNING id`,
        [groupId, askedAt, side === 'repositories', elsewhere.slice(0, MOST_ELSEWHERE)],
      );
      if (rows.length === 0) return;
      await tx.query('DELETE FROM host_group_bits WHERE group_id = $1 AND side = $2', [groupId, side]);
      await tx.query(
        'INSERT INTO host_group_bits (group_id, side, piece, bits) SELECT $1, $2, * FROM unnest($3::int[], $4::bytea[]) ON CONFLICT DO NOTHING',
        [groupId, side, pieces.map(({ piece }) => piece), pieces.map(({ bits }) => bits)],
      );
    });
  }

  /** Something has happened to these groups: neither side is what it was. */
  static async changed(db: Queryable, { serviceType, serviceId }: Service, keys: readonly string[]): Promise<void> {
    await db.query(
      `UPDATE host_groups SET changed_at = clock_timestamp() WHERE key = ANY($3::text[])
         AND connection_id IN (SELECT connection_id FROM hosts WHERE service_type = $1 AND service_id = $2)`,
      [serviceType, serviceId, keys],
    );
  }

  /** The repository is gone. Should another come to be under its id, who gives it is asked for anew. */
  static async forgetRepository(tx: Queryable, id: number): Promise<void> {
    await tx.query(
      `UPDATE host_groups SET changed_at = clock_timestamp() WHERE id IN (
         SELECT group_id FROM host_group_bits WHERE side = 'repositories' AND piece = $1 AND get_bit(bits, $2) = 1)`,
      [Math.floor(id / PIECE), id % PIECE],
    );
  }

  /** Connections that are gone, or that know users otherwise than before. */
  static async forgetConnections(tx: Queryable, ids: readonly number[]): Promise<void> {
    await tx.query('DELETE FROM host_groups WHERE connection_id = ANY($1::int[])', [ids]);
  }
}

async function bitsOfGroup(db: Queryable, groupId: number, side: Side): Promise<IdSet> {
  return setOf(await db.query<Piece>('SELECT piece, bits FROM host_group_bits WHERE group_id = $1 AND side = $2', [groupId, side]));
}
