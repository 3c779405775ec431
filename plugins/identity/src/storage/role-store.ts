import type { Queryable } from '@sextant/sdk';

/** What people may do, as a set of permissions with a name. */
export interface Role {
  readonly id: number;
  readonly name: string;
  /** Made by the program: it stays, and who has it is said by the account. */
  readonly system: boolean;
  readonly createdAt: Date;
}

/**
 * What site admins said of the roles of the user `u`, as text: `+NAME`, `-NAME`. Part of the query that finds a credential's account, so that what roles
 * permit is as fresh as the credential.
 */
export const ROLE_MARKS = `array(
  select case when p.granted then '+' else '-' end || p.permission from roles r join role_permissions p on p.role_id = r.id
  where r.system and r.name = case when u.service_account then 'SERVICE_ACCOUNT' else 'USER' end
     or exists (select 1 from user_roles m where m.role_id = r.id and m.user_id = u.id))`;

const COLUMNS = 'r.id, r.name, r.system, r.created_at as "createdAt"';
/** Whether the user `u` has the role `r`. */
const HAS = `(exists (select 1 from user_roles m where m.role_id = r.id and m.user_id = u.id)
  or (r.system and (r.name = case when u.service_account then 'SERVICE_ACCOUNT' else 'USER' end or (r.name = 'SITE_ADMINISTRATOR' and u.site_admin))))`;

export interface RoleFilter {
  readonly userId?: number;
  readonly system?: boolean;
}

export class RoleStore {
  constructor(private readonly db: Queryable) {}

  async byId(id: number): Promise<Role | undefined> {
    return (await this.byIds([id]))[0];
  }

  async byIds(ids: readonly number[]): Promise<readonly Role[]> {
    return this.db.query<Role>(`select ${COLUMNS} from roles r where r.id = any($1::int[]) order by r.id`, [ids]);
  }

  /** In any case of letters. */
  async byNames(names: readonly string[]): Promise<readonly Role[]> {
    return this.db.query<Role>(`select ${COLUMNS} from roles r where lower(r.name) = any($1::text[]) order by r.id`, [
      names.map((name) => name.toLowerCase()),
    ]);
  }

  /** By id; at most `limit`, all with an id above `afterId`. */
  async list(filter: RoleFilter, page: { readonly limit: number; readonly afterId: number }): Promise<readonly Role[]> {
    return this.db.query<Role>(`select ${COLUMNS} from roles r where ${MATCHES} and r.id > $3 order by r.id limit $4`, [
      filter.userId ?? null,
      filter.system ?? null,
      page.afterId,
      page.limit,
    ]);
  }

  async count(filter: RoleFilter = {}): Promise<number> {
    const rows = await this.db.query<{ count: number }>(`select count(*)::int as count from roles r where ${MATCHES}`, [
      filter.userId ?? null,
      filter.system ?? null,
    ]);
    return rows[0]?.count ?? 0;
  }

  /** As {@link ROLE_MARKS}, of one role. */
  async marksOf(roleIds: readonly number[]): Promise<ReadonlyMap<number, readonly string[]>> {
    const rows = await this.db.query<{ roleId: number; marks: string[] }>(
      `select role_id as "roleId", array_agg(case when granted then '+' else '-' end || permission) as marks
       from role_permissions where role_id = any($1::int[]) group by role_id`,
      [roleIds],
    );
    return new Map(rows.map((row) => [row.roleId, row.marks]));
  }

  async marksOfUser(userId: number): Promise<readonly string[]> {
    const rows = await this.db.query<{ marks: string[] }>(`select ${ROLE_MARKS} as marks from users u where u.id = $1`, [userId]);
    return rows[0]?.marks ?? [];
  }

  /** Undefined when the name is taken. */
  async insert(name: string, createdAt: Date): Promise<Role | undefined> {
    const rows = await this.db.query<Role>(
      `insert into roles as r (name, created_at) values ($1, $2) on conflict do nothing returning ${COLUMNS}`,
      [name, createdAt],
    );
    return rows[0];
  }

  async delete(id: number): Promise<void> {
    await this.db.query('delete from roles where id = $1 and not system', [id]);
  }

  /** Says each of them anew; what is said of others stays, such as those of a plugin that is off. */
  async setPermissions(roleId: number, choices: ReadonlyMap<string, boolean>): Promise<void> {
    await this.db.query(
      `insert into role_permissions (role_id, permission, granted) select $1, * from unnest($2::text[], $3::boolean[])
       on conflict (role_id, permission) do update set granted = excluded.granted`,
      [roleId, [...choices.keys()], [...choices.values()]],
    );
  }

  /** What a person gave, all of it. */
  async setGiven(userId: number, roleIds: readonly number[], now: Date): Promise<void> {
    await this.db.query(`delete from user_roles where user_id = $1 and source = '' and role_id <> all($2::int[])`, [userId, roleIds]);
    await this.db.query(
      `insert into user_roles (user_id, role_id, created_at) select $1, id, $3 from unnest($2::int[]) as id on conflict do nothing`,
      [userId, roleIds, now],
    );
  }

  async usersWith(roleId: number): Promise<readonly number[]> {
    const rows = await this.db.query<{ id: number }>('select distinct user_id as id from user_roles where role_id = $1', [roleId]);
    return rows.map(({ id }) => id);
  }
}

const MATCHES = `($1::int is null or exists (select 1 from users u where u.id = $1 and ${HAS})) and ($2::boolean is null or r.system = $2)`;
