import type { Queryable } from '@sextant/sdk';
import type { GroupRule } from '../api.js';
import type { GrantKind, ToldGroup } from '../groups/granted-by-groups.js';

/** A membership that a group gives. */
export interface Grant {
  readonly kind: GrantKind;
  readonly targetId: number;
  readonly source: string;
}

export const SCIM = 'scim';
const TABLES = {
  role: ['user_roles', 'role_id'],
  team: ['team_members', 'team_id'],
  organization: ['organization_members', 'organization_id'],
} as const;

/** What other systems say of users' groups, and the memberships that come of it. */
export class GroupStore {
  constructor(private readonly db: Queryable) {}

  async told(userId: number): Promise<readonly ToldGroup[]> {
    return this.db.query<ToldGroup & object>(
      `select source, name as "group" from user_groups where user_id = $1
       union select '${SCIM}', g.name from directory_groups g join directory_group_members m on m.group_id = g.id where m.user_id = $1
       order by 1, 2`,
      [userId],
    );
  }

  async setTold(userId: number, source: string, groups: readonly string[]): Promise<void> {
    await this.db.query('delete from user_groups where user_id = $1 and source = $2 and name <> all($3::text[])', [userId, source, groups]);
    await this.db.query(
      'insert into user_groups (user_id, source, name) select $1, $2, name from unnest($3::text[]) as name on conflict do nothing',
      [userId, source, groups],
    );
  }

  /** What providers told of the user with whom the user has no account any more. */
  async forgetUnlinked(userId: number): Promise<void> {
    await this.db.query(
      `delete from user_groups g where g.user_id = $1 and g.source like 'provider:%'
       and not exists (select 1 from external_accounts a where a.user_id = $1 and g.source = 'provider:' || a.provider_id)`,
      [userId],
    );
  }

  /** @returns false when they are what they were. */
  async setRules(source: string, rules: readonly GroupRule[]): Promise<boolean> {
    const rows = await this.db.query(
      `insert into group_rules as r (source, rules) values ($1, $2::jsonb)
       on conflict (source) do update set rules = excluded.rules where r.rules <> excluded.rules returning source`,
      [source, JSON.stringify(rules)],
    );
    return rows.length > 0;
  }

  async forget(source: string): Promise<void> {
    await this.db.query('delete from group_rules where source = $1', [source]);
    await this.db.query('delete from user_groups where source = $1', [source]);
  }

  async rules(): Promise<ReadonlyMap<string, readonly GroupRule[]>> {
    const rows = await this.db.query<{ source: string; rules: GroupRule[] }>('select source, rules from group_rules');
    return new Map(rows.map(({ source, rules }) => [source, rules]));
  }

  /** Whom groups give something, or might; by id, at most `limit`, all with an id above `afterId`. */
  async concerned(page: { readonly afterId: number; readonly limit: number }): Promise<readonly number[]> {
    const rows = await this.db.query<{ id: number }>(
      `select id from (
         select user_id as id from user_groups union select user_id from directory_group_members
         union select user_id from user_roles where source <> '' union select user_id from team_members where source <> ''
         union select user_id from organization_members where source <> '' union select user_id from site_admin_grants
       ) concerned where id > $1 order by id limit $2`,
      [page.afterId, page.limit],
    );
    return rows.map(({ id }) => id);
  }

  async granted(userId: number): Promise<readonly Grant[]> {
    const selects = Object.entries(TABLES).map(
      ([kind, [table, column]]) =>
        `select '${kind}' as kind, ${column} as "targetId", source from ${table} where user_id = $1 and source <> ''`,
    );
    return this.db.query<Grant & object>(selects.join(' union all '), [userId]);
  }

  async grant(userId: number, { kind, targetId, source }: Grant, now: Date): Promise<void> {
    const [table, column] = TABLES[kind];
    await this.db.query(`insert into ${table} (${column}, user_id, source, created_at) values ($1, $2, $3, $4) on conflict do nothing`, [
      targetId,
      userId,
      source,
      now,
    ]);
  }

  async revoke(userId: number, { kind, targetId, source }: Grant): Promise<void> {
    const [table, column] = TABLES[kind];
    await this.db.query(`delete from ${table} where ${column} = $1 and user_id = $2 and source = $3`, [targetId, userId, source]);
  }
}
