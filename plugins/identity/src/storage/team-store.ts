import type { Queryable } from '@sextant/sdk';
import { foldName } from '../accounts/username.js';

/** People who work together. Teams form trees. */
export interface Team {
  readonly id: number;
  readonly name: string;
  readonly displayName: string | undefined;
  /** Only site admins change it. */
  readonly readonly: boolean;
  readonly parentId: number | undefined;
  readonly creatorUserId: number | undefined;
  readonly createdAt: Date;
}

/** Which teams a list holds. `search` matches names and display names, in any case. */
export interface TeamFilter {
  readonly search?: string;
  /** Children of this one; `root`: those without a parent. */
  readonly parent?: number | 'root';
  readonly memberUserId?: number;
}

interface TeamRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string | null;
  readonly readonly: boolean;
  readonly parent_id: number | null;
  readonly creator_user_id: number | null;
  readonly created_at: Date;
}

const COLUMNS = 't.id, t.name, t.display_name, t.readonly, t.parent_id, t.creator_user_id, t.created_at';

const toTeam = (row: TeamRow): Team => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name ?? undefined,
  readonly: row.readonly,
  parentId: row.parent_id ?? undefined,
  creatorUserId: row.creator_user_id ?? undefined,
  createdAt: row.created_at,
});

export class TeamStore {
  constructor(private readonly db: Queryable) {}

  async byId(id: number): Promise<Team | undefined> {
    return (await this.byIds([id]))[0];
  }

  async byIds(ids: readonly number[]): Promise<readonly Team[]> {
    const rows = await this.db.query<TeamRow>(`select ${COLUMNS} from teams t where t.id = any($1::int[])`, [ids]);
    return rows.map(toTeam);
  }

  /** In any case of letters. */
  async byNames(names: readonly string[]): Promise<readonly Team[]> {
    const rows = await this.db.query<TeamRow>(
      `select ${COLUMNS} from teams t join names n on n.team_id = t.id where n.folded = any($1::text[])`,
      [names.map(foldName)],
    );
    return rows.map(toTeam);
  }

  /** By id; at most `limit`, all with an id above `afterId`. */
  async list(filter: TeamFilter, page: { readonly limit: number; readonly afterId: number }): Promise<readonly Team[]> {
    const rows = await this.db.query<TeamRow>(`select ${COLUMNS} from teams t where ${MATCHES} and t.id > $5 order by t.id limit $6`, [
      ...parameters(filter),
      page.afterId,
      page.limit,
    ]);
    return rows.map(toTeam);
  }

  async count(filter: TeamFilter = {}): Promise<number> {
    const rows = await this.db.query<{ count: number }>(`select count(*)::int as count from teams t where ${MATCHES}`, parameters(filter));
    return rows[0]?.count ?? 0;
  }

  /** The parent first, then its parent, up to the root. */
  async ancestors(id: number): Promise<readonly Team[]> {
    const rows = await this.db.query<TeamRow>(
      `with recursive up as (
         select ${COLUMNS}, 0 as distance from teams t where t.id = $1
         union all select ${COLUMNS}, up.distance + 1 from teams t join up on t.id = up.parent_id
       ) select ${COLUMNS} from up t where t.distance > 0 order by t.distance`,
      [id],
    );
    return rows.map(toTeam);
  }

  /** Levels of the tree below the team, and its own: 1 for one without children. */
  async height(id: number): Promise<number> {
    const rows = await this.db.query<{ height: number }>(
      `with recursive down as (
         select id, 1 as level from teams where id = $1
         union all select t.id, down.level + 1 from teams t join down on t.parent_id = down.id
       ) select max(level)::int as height from down`,
      [id],
    );
    return rows[0]?.height ?? 0;
  }

  async isMember(id: number, userId: number): Promise<boolean> {
    const rows = await this.db.query('select 1 from team_members where team_id = $1 and user_id = $2 limit 1', [id, userId]);
    return rows.length > 0;
  }

  async insert(team: Omit<Team, 'id'>): Promise<Team> {
    const rows = await this.db.query<TeamRow>(
      `insert into teams as t (name, display_name, readonly, parent_id, creator_user_id, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $6) returning ${COLUMNS}`,
      [team.name, team.displayName ?? null, team.readonly, team.parentId ?? null, team.creatorUserId ?? null, team.createdAt],
    );
    return toTeam(rows[0] as TeamRow);
  }

  async update(
    id: number,
    change: { readonly displayName: string | undefined; readonly parentId: number | undefined },
    now: Date,
  ): Promise<void> {
    await this.db.query('update teams set display_name = $2, parent_id = $3, updated_at = $4 where id = $1', [
      id,
      change.displayName ?? null,
      change.parentId ?? null,
      now,
    ]);
  }

  async delete(id: number): Promise<void> {
    await this.db.query('delete from teams where id = $1', [id]);
  }

  /** By hand. */
  async addMembers(id: number, userIds: readonly number[], now: Date): Promise<void> {
    await this.db.query(
      `insert into team_members (team_id, user_id, created_at) select $1, u.id, $3 from users u where u.id = any($2::int[]) and u.deleted_at is null
       on conflict do nothing`,
      [id, userIds, now],
    );
  }

  /** Members by hand who are not among these. */
  async membersNotIn(id: number, userIds: readonly number[]): Promise<readonly number[]> {
    const rows = await this.db.query<{ user_id: number }>(
      `select user_id from team_members where team_id = $1 and source = '' and user_id <> all($2::int[])`,
      [id, userIds],
    );
    return rows.map((row) => row.user_id);
  }

  async countByCreator(userId: number): Promise<number> {
    const rows = await this.db.query<{ count: number }>('select count(*)::int as count from teams where creator_user_id = $1', [userId]);
    return rows[0]?.count ?? 0;
  }

  /** What a person gave; what a group gives stays. */
  async removeMembers(id: number, users: { readonly in: readonly number[] } | { readonly notIn: readonly number[] }): Promise<void> {
    const [condition, ids] = 'in' in users ? ['user_id = any($2::int[])', users.in] : ['user_id <> all($2::int[])', users.notIn];
    await this.db.query(`delete from team_members where team_id = $1 and source = '' and ${condition}`, [id, ids]);
  }

  /** Which of these a group has made members. */
  async membersByGroup(id: number, userIds: readonly number[]): Promise<readonly { readonly userId: number; readonly source: string }[]> {
    return this.db.query<{ userId: number; source: string }>(
      `select user_id as "userId", source from team_members where team_id = $1 and user_id = any($2::int[]) and source <> ''`,
      [id, userIds],
    );
  }
}

const MATCHES = `($1::text is null or t.name ilike $1 or t.display_name ilike $1) and ($2::int is null or t.parent_id = $2)
  and (not $3::boolean or t.parent_id is null) and ($4::int is null or exists (select 1 from team_members m where m.team_id = t.id and m.user_id = $4))`;

const parameters = (filter: TeamFilter): readonly unknown[] => [
  filter.search ? `%${filter.search.replace(/[\\%_]/g, '\\$&')}%` : null,
  typeof filter.parent === 'number' ? filter.parent : null,
  filter.parent === 'root',
  filter.memberUserId ?? null,
];
