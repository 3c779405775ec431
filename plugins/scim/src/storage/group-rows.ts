import type { Queryable } from '@sextant/sdk';
import type { GroupDocument } from '../groups/group-document.js';
import type { Narrowing } from '../listing/list-resources.js';
import { fold } from './user-rows.js';
import { isUuid } from './uuid.js';

/** A group that the directory provisioned. */
export interface GroupRow extends GroupDocument {
  readonly id: string;
  /** The order of listing. */
  readonly number: number;
  /** The group of the plugin identity, which gives what the rules say. */
  readonly directoryId: number | undefined;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface MemberRow {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string | undefined;
}

type Stored = Omit<GroupRow, 'number' | 'directoryId' | 'externalId'> & {
  readonly number: string;
  readonly directoryId: number | null;
  readonly externalId: string | null;
};

const COLUMNS = `g.id, g.number, g.directory_id as "directoryId", g.display_name as "displayName", g.external_id as "externalId", g.attributes,
  g.version, g.created_at as "createdAt", g.updated_at as "updatedAt"`;

const toRow = ({ number, directoryId, externalId, ...row }: Stored): GroupRow => ({
  ...row,
  number: Number(number),
  directoryId: directoryId ?? undefined,
  externalId: externalId ?? undefined,
});

export class GroupRows {
  constructor(private readonly db: Queryable) {}

  async find(id: string): Promise<GroupRow | undefined> {
    return isUuid(id) ? (await this.#where('g.id = $1::uuid', [id]))[0] : undefined;
  }

  /** Kept as it is until the transaction ends. */
  async held(id: string): Promise<GroupRow | undefined> {
    return isUuid(id) ? (await this.#where('g.id = $1::uuid for update', [id]))[0] : undefined;
  }

  async byIds(ids: readonly string[]): Promise<readonly GroupRow[]> {
    return this.#where('g.id = any($1::uuid[]) order by g.number', [ids]);
  }

  async byName(displayName: string): Promise<GroupRow | undefined> {
    return (await this.#where('g.folded_name = $1', [fold(displayName)]))[0];
  }

  /** In the order of listing, from behind a number. */
  async page(narrowing: Narrowing | undefined, page: { readonly after: number; readonly limit: number }): Promise<readonly GroupRow[]> {
    const { condition, values } = conditionOf(narrowing);
    return this.#where(`${condition} and g.number > $2 order by g.number limit $3`, [values, page.after, page.limit]);
  }

  async window(page: { readonly offset: number; readonly limit: number }): Promise<readonly GroupRow[]> {
    return this.#where('true order by g.number offset $1 limit $2', [page.offset, page.limit]);
  }

  async count(): Promise<number> {
    const rows = await this.db.query<{ count: number }>('select count(*)::int as count from groups');
    return rows[0]?.count ?? 0;
  }

  async ofMembers(memberIds: readonly string[]): Promise<ReadonlyMap<string, readonly GroupRow[]>> {
    const rows = await this.db.query<Stored & { memberId: string }>(
      `select m.member_id as "memberId", ${COLUMNS} from group_members m join groups g on g.id = m.group_id
       where m.member_id = any($1::uuid[]) order by g.number`,
      [memberIds],
    );
    return Map.groupBy(
      rows.map(({ memberId, ...row }) => ({ memberId, ...toRow(row) })),
      ({ memberId }) => memberId,
    );
  }

  /** By id, from behind one. */
  async members(groupId: string, page: { readonly after: string | undefined; readonly limit: number }): Promise<readonly MemberRow[]> {
    const rows = await this.db.query<Omit<MemberRow, 'displayName'> & { displayName: string | null }>(
      `select u.id, u.user_name as "userName", u.attributes->>'displayName' as "displayName" from group_members m join users u on u.id = m.member_id
       where m.group_id = $1 and ($2::uuid is null or m.member_id > $2::uuid) order by m.member_id limit $3`,
      [groupId, page.after ?? null, page.limit],
    );
    return rows.map((row) => ({ ...row, displayName: row.displayName ?? undefined }));
  }

  /** Those of the ids that are nobody's. */
  async unknown(memberIds: readonly string[]): Promise<readonly string[]> {
    const rows = await this.db.query<{ id: string }>(
      'select id from unnest($1::uuid[]) as id where not exists (select 1 from users u where u.id = id.id)',
      [memberIds],
    );
    return rows.map(({ id }) => id);
  }

  /** @returns those who were not in it before. */
  async addMembers(groupId: string, memberIds: readonly string[]): Promise<readonly string[]> {
    return this.#members(
      `insert into group_members (group_id, member_id) select $1, u.id from users u where u.id = any($2::uuid[])
       on conflict do nothing returning member_id as id`,
      groupId,
      memberIds,
    );
  }

  /** @returns those who were in it. */
  async removeMembers(groupId: string, memberIds: readonly string[]): Promise<readonly string[]> {
    return this.#members(
      'delete from group_members where group_id = $1 and member_id = any($2::uuid[]) returning member_id as id',
      groupId,
      memberIds,
    );
  }

  /** @returns those who are no longer in it. */
  async keepMembers(groupId: string, memberIds: readonly string[]): Promise<readonly string[]> {
    return this.#members(
      'delete from group_members where group_id = $1 and member_id <> all($2::uuid[]) returning member_id as id',
      groupId,
      memberIds,
    );
  }

  /** Accounts of the people who are in the group and, of those that are named, of who is not. */
  async accounts(
    groupId: string,
    memberIds: readonly string[],
  ): Promise<{ readonly inside: readonly number[]; readonly outside: readonly number[] }> {
    const rows = await this.db.query<{ userId: number; inside: boolean }>(
      `select u.user_id as "userId", m.member_id is not null as inside from users u
       left join group_members m on m.member_id = u.id and m.group_id = $1 where u.id = any($2::uuid[]) and u.user_id is not null`,
      [groupId, memberIds],
    );
    const of = (inside: boolean): readonly number[] => rows.filter((row) => row.inside === inside).map(({ userId }) => userId);
    return { inside: of(true), outside: of(false) };
  }

  async allAccounts(groupId: string): Promise<readonly number[]> {
    const rows = await this.db.query<{ userId: number }>(
      'select u.user_id as "userId" from group_members m join users u on u.id = m.member_id where m.group_id = $1 and u.user_id is not null',
      [groupId],
    );
    return rows.map(({ userId }) => userId);
  }

  /** Undefined when the name is taken. */
  async insert(id: string, document: GroupDocument, now: Date): Promise<GroupRow | undefined> {
    const rows = await this.db.query<Stored>(
      `insert into groups as g (id, display_name, folded_name, external_id, attributes, created_at, updated_at)
       values ($1, $2, $3, $4, $5::jsonb, $6, $6) on conflict do nothing returning ${COLUMNS}`,
      [id, document.displayName, fold(document.displayName), document.externalId ?? null, JSON.stringify(document.attributes), now],
    );
    return rows[0] && toRow(rows[0]);
  }

  /** Within a transaction that holds the row. */
  async update(id: string, document: GroupDocument, now: Date): Promise<GroupRow> {
    const rows = await this.db.query<Stored>(
      `update groups g set display_name = $2, folded_name = $3, external_id = $4, attributes = $5::jsonb, updated_at = $6, version = version + 1
       where id = $1 returning ${COLUMNS}`,
      [id, document.displayName, fold(document.displayName), document.externalId ?? null, JSON.stringify(document.attributes), now],
    );
    return toRow(rows[0] as Stored);
  }

  /** False when the group is gone. */
  async setDirectory(id: string, directoryId: number): Promise<boolean> {
    return (await this.db.query('update groups set directory_id = $2 where id = $1 returning id', [id, directoryId])).length > 0;
  }

  async delete(id: string): Promise<void> {
    await this.db.query('delete from groups where id = $1', [id]);
  }

  async #members(sql: string, groupId: string, memberIds: readonly string[]): Promise<readonly string[]> {
    return (await this.db.query<{ id: string }>(sql, [groupId, memberIds])).map(({ id }) => id);
  }

  async #where(condition: string, values: readonly unknown[]): Promise<readonly GroupRow[]> {
    return (await this.db.query<Stored>(`select ${COLUMNS} from groups g where ${condition}`, values)).map(toRow);
  }
}

function conditionOf(narrowing: Narrowing | undefined): { readonly condition: string; readonly values: readonly string[] } {
  const values = narrowing?.values ?? [];
  switch (narrowing?.by) {
    case 'id':
      return { condition: 'g.id = any($1::uuid[])', values: values.filter(isUuid) };
    case 'displayname':
      return { condition: 'g.folded_name = any($1::text[])', values: values.map(fold) };
    case 'externalid':
      return { condition: 'g.external_id = any($1::text[])', values };
    case 'members.value':
      return { condition: 'g.id in (select group_id from group_members where member_id = any($1::uuid[]))', values: values.filter(isUuid) };
    default:
      return { condition: '$1::text[] is not null', values: [] };
  }
}
