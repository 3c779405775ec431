import type { Queryable } from '@sextant/sdk';
import type { DirectoryGroup } from '../api.js';

type Row = Omit<DirectoryGroup, 'externalId'> & { readonly externalId: string | null };

const COLUMNS = 'g.id, g.name, g.external_id as "externalId", g.created_at as "createdAt", g.updated_at as "updatedAt"';
const toGroup = (row: Row): DirectoryGroup => ({ ...row, externalId: row.externalId ?? undefined });

export class DirectoryGroupStore {
  constructor(private readonly db: Queryable) {}

  byId = (id: number): Promise<DirectoryGroup | undefined> => this.#one('g.id = $1', id);
  byName = (name: string): Promise<DirectoryGroup | undefined> => this.#one('lower(g.name) = lower($1)', name);
  byExternalId = (externalId: string): Promise<DirectoryGroup | undefined> => this.#one('g.external_id = $1', externalId);

  async list(page: { readonly limit: number; readonly afterId: number; readonly offset: number }): Promise<readonly DirectoryGroup[]> {
    const rows = await this.db.query<Row>(`select ${COLUMNS} from directory_groups g where g.id > $1 order by g.id limit $2 offset $3`, [
      page.afterId,
      page.limit,
      page.offset,
    ]);
    return rows.map(toGroup);
  }

  async count(): Promise<number> {
    const rows = await this.db.query<{ count: number }>('select count(*)::int as count from directory_groups');
    return rows[0]?.count ?? 0;
  }

  async members(groupIds: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
    const rows = await this.db.query<{ id: number; members: number[] }>(
      `select m.group_id as id, array_agg(m.user_id order by m.user_id) as members from directory_group_members m
       join users u on u.id = m.user_id where m.group_id = any($1::int[]) and u.deleted_at is null group by m.group_id`,
      [groupIds],
    );
    return new Map(rows.map(({ id, members }) => [id, members]));
  }

  async ofUsers(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly DirectoryGroup[]>> {
    const rows = await this.db.query<Row & { userId: number }>(
      `select m.user_id as "userId", ${COLUMNS} from directory_group_members m join directory_groups g on g.id = m.group_id
       where m.user_id = any($1::int[]) order by g.id`,
      [userIds],
    );
    const found = new Map<number, DirectoryGroup[]>();
    for (const { userId, ...row } of rows) found.set(userId, [...(found.get(userId) ?? []), toGroup(row)]);
    return found;
  }

  /** Undefined when the name is taken. */
  async insert(group: { readonly name: string; readonly externalId: string | undefined }, now: Date): Promise<DirectoryGroup | undefined> {
    const rows = await this.db.query<Row>(
      `insert into directory_groups as g (name, external_id, created_at, updated_at) values ($1, $2, $3, $3) on conflict do nothing returning ${COLUMNS}`,
      [group.name, group.externalId ?? null, now],
    );
    return rows[0] && toGroup(rows[0]);
  }

  async update(
    id: number,
    group: { readonly name: string; readonly externalId: string | undefined },
    now: Date,
  ): Promise<DirectoryGroup | undefined> {
    const rows = await this.db.query<Row>(
      `update directory_groups as g set name = $2, external_id = $3, updated_at = $4 where id = $1 returning ${COLUMNS}`,
      [id, group.name, group.externalId ?? null, now],
    );
    return rows[0] && toGroup(rows[0]);
  }

  async touch(id: number, now: Date): Promise<void> {
    await this.db.query('update directory_groups set updated_at = $2 where id = $1', [id, now]);
  }

  async changeMembers(id: number, change: { readonly add: readonly number[]; readonly remove: readonly number[] }): Promise<void> {
    await this.db.query('delete from directory_group_members where group_id = $1 and user_id = any($2::int[])', [id, change.remove]);
    await this.db.query(
      `insert into directory_group_members (group_id, user_id) select $1, u.id from users u where u.id = any($2::int[]) and u.deleted_at is null
       on conflict do nothing`,
      [id, change.add],
    );
  }

  async delete(id: number): Promise<void> {
    await this.db.query('delete from directory_groups where id = $1', [id]);
  }

  async #one(condition: string, value: unknown): Promise<DirectoryGroup | undefined> {
    const rows = await this.db.query<Row>(`select ${COLUMNS} from directory_groups g where ${condition} order by g.id limit 1`, [value]);
    return rows[0] && toGroup(rows[0]);
  }
}
