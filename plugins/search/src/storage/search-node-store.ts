import type { Queryable, Storage } from '@sextant/sdk';

/** `listed`: the configuration names it. `unlisted`: it does not, so the node is being emptied. `everything`: the index is not spread. */
export type NodePlace = 'listed' | 'unlisted' | 'everything';

/** A repository that a node is getting, and who holds it until then. */
export interface NodeMove {
  readonly repository: number;
  readonly from: readonly string[];
}

/** A node as the process with the role index sees it. */
export interface NodeSight {
  readonly name: string;
  readonly place: NodePlace;
  /** It has reported within the last seconds. */
  readonly isOnline: boolean;
  readonly repositories: number;
  /** Of its index on disk. */
  readonly indexBytes: number;
  /** Repositories that it is to get, and that it holds until others have them. */
  readonly incoming: number;
  readonly outgoing: number;
  /** The first of the incoming. */
  readonly moving: readonly NodeMove[];
  readonly problem: string | undefined;
}

export interface SearchNode extends NodeSight {
  readonly drained: boolean;
  /** The last report, by the clock of the database. */
  readonly seenAt: Date | undefined;
}

interface Row extends Omit<SearchNode, 'indexBytes' | 'isOnline' | 'seenAt' | 'problem'> {
  readonly index_bytes: string;
  readonly online: boolean;
  readonly seen_at: Date | null;
  readonly problem: string | null;
}

/** How old the sight of a node may be before it counts as down. It is written every five seconds. */
const ONLINE = "interval '15 seconds'";
const FORGOTTEN = "interval '1 hour'";

/** What administrators said of search nodes, and what was last seen of them. */
export class SearchNodeStore {
  constructor(private readonly db: Storage) {}

  async list(): Promise<readonly SearchNode[]> {
    const rows = await this.db.query<Row>(
      `select name, drained, place, seen_at, repositories, index_bytes, incoming, outgoing, moving, problem,
        coalesce(seen_at > now() - ${ONLINE}, false) as online from search_nodes order by name`,
    );
    return rows.map(({ index_bytes, online, seen_at, problem, ...row }) => ({
      ...row,
      indexBytes: Number(index_bytes),
      isOnline: online,
      seenAt: seen_at ?? undefined,
      problem: problem ?? undefined,
    }));
  }

  /** Writes down what is seen (of a node that is down, what it held stays), and forgets nodes that nobody names and nobody has seen for an hour. */
  async note(sights: readonly NodeSight[]): Promise<void> {
    await this.db.query(
      `insert into search_nodes (name, place, seen_at, repositories, index_bytes, incoming, outgoing, moving, problem)
       select name, place, case when "isOnline" then now() end, repositories, "indexBytes", incoming, outgoing, moving, problem
       from jsonb_to_recordset($1::jsonb) as s(name text, place text, "isOnline" boolean, repositories int, "indexBytes" bigint,
         incoming int, outgoing int, moving jsonb, problem text)
       on conflict (name) do update set place = excluded.place, seen_at = coalesce(excluded.seen_at, search_nodes.seen_at),
         repositories = case when excluded.seen_at is null then search_nodes.repositories else excluded.repositories end,
         index_bytes = case when excluded.seen_at is null then search_nodes.index_bytes else excluded.index_bytes end, incoming = excluded.incoming,
         outgoing = excluded.outgoing, moving = excluded.moving, problem = excluded.problem`,
      [JSON.stringify(sights)],
    );
    await this.db.query(
      `delete from search_nodes where not (name = any($1)) and coalesce(seen_at < now() - ${FORGOTTEN}, not drained)
         and not exists (select from search_pins p where p.node = name)`,
      [sights.map(({ name }) => name)],
    );
  }

  /** @returns false when there is no such node. */
  async drain(name: string, drained: boolean): Promise<boolean> {
    const rows = await this.db.query('update search_nodes set drained = $2 where name = $1 returning name', [name, drained]);
    return rows.length > 0;
  }

  async drained(): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ name: string }>('select name from search_nodes where drained');
    return new Set(rows.map(({ name }) => name));
  }

  async pins(): Promise<ReadonlyMap<number, readonly string[]>> {
    const rows = await this.db.query<{ repository_id: number; node: string }>('select repository_id, node from search_pins order by 1, 2');
    const pins = new Map<number, string[]>();
    for (const { repository_id: id, node } of rows) pins.set(id, [...(pins.get(id) ?? []), node]);
    return pins;
  }

  /** Puts these in the place of the pins that a repository had; none: it is free again. */
  async pin(repository: number, nodes: readonly string[]): Promise<void> {
    await this.db.transaction(async (tx: Queryable) => {
      await tx.query('delete from search_pins where repository_id = $1', [repository]);
      await tx.query('insert into search_pins (repository_id, node) select $1, unnest($2::text[])', [repository, [...nodes]]);
    });
  }
}
