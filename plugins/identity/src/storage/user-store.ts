import type { Queryable } from '@sextant/sdk';
import { foldName } from '../accounts/username.js';
import type { User, UserEmail, Users } from '../api.js';

interface UserRow {
  readonly id: number;
  readonly username: string;
  readonly display_name: string | null;
  readonly site_admin: boolean;
  readonly service_account: boolean;
  readonly bypasses_repository_permissions: boolean;
  readonly credential_generation: number;
  readonly avatar_url: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly last_active_at: Date | null;
}

/** Which users a list holds. `query` matches user names, display names and, unless `namesOnly`, addresses, in any case. */
export interface UserFilter {
  readonly query?: string;
  /** For who may not read addresses. */
  readonly namesOnly?: boolean;
  readonly siteAdmin?: boolean;
  readonly serviceAccount?: boolean;
  readonly tag?: string;
  /** Active at this moment or later. */
  readonly activeSince?: Date;
  /** Members of it. */
  readonly organizationId?: number;
  readonly teamId?: number;
}

const COLUMNS =
  'u.id, u.username, u.display_name, u.site_admin, u.service_account, u.bypasses_repository_permissions, u.credential_generation, u.avatar_url, u.created_at, u.updated_at, u.last_active_at';

const toUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name ?? undefined,
  siteAdmin: row.site_admin,
  serviceAccount: row.service_account,
  ...(row.bypasses_repository_permissions ? { bypassesRepositoryPermissions: true } : {}),
  credentialGeneration: row.credential_generation,
  avatarUrl: row.avatar_url ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lastActiveAt: row.last_active_at ?? undefined,
});

/** Reads accounts that are not deleted. */
export class UserStore implements Users {
  constructor(private readonly db: Queryable) {}

  async byId(id: number): Promise<User | undefined> {
    return (await this.byIds([id])).get(id);
  }

  async byIds(ids: readonly number[]): Promise<ReadonlyMap<number, User>> {
    const sound = ids.filter((id) => Number.isInteger(id) && id > 0 && id <= 0x7fffffff);
    if (sound.length === 0) return new Map();
    const rows = await this.db.query<UserRow>(`select ${COLUMNS} from users u where u.id = any($1::int[]) and u.deleted_at is null`, [
      sound,
    ]);
    return new Map(rows.map((row) => [row.id, toUser(row)]));
  }

  async byUsername(username: string): Promise<User | undefined> {
    const rows = await this.db.query<UserRow>(`select ${COLUMNS} from users u join names n on n.user_id = u.id where n.folded = $1`, [
      foldName(username),
    ]);
    return rows[0] && toUser(rows[0]);
  }

  page(page: { readonly limit: number; readonly afterId: number }): Promise<readonly User[]> {
    return this.list({}, page);
  }

  /** Only an address that its owner has proved finds anybody. */
  async byVerifiedEmail(email: string): Promise<User | undefined> {
    return (await this.byVerifiedEmails([email])).get(email.toLowerCase());
  }

  /** By address in lower case. */
  async byVerifiedEmails(emails: readonly string[]): Promise<ReadonlyMap<string, User>> {
    if (emails.length === 0) return new Map();
    const rows = await this.db.query<UserRow & { folded: string }>(
      `select ${COLUMNS}, e.folded from users u join emails e on e.user_id = u.id
       where e.folded = any($1::text[]) and e.verified_at is not null and u.deleted_at is null`,
      [emails.map((email) => email.toLowerCase())],
    );
    return new Map(rows.map((row) => [row.folded, toUser(row)]));
  }

  async localAdmin(): Promise<User | undefined> {
    const rows = await this.db.query<UserRow>(`select ${COLUMNS} from users u where u.local_admin and u.deleted_at is null`);
    return rows[0] && toUser(rows[0]);
  }

  /** By id; at most `limit`, all with an id above `afterId`. */
  async list(filter: UserFilter, page: { readonly limit: number; readonly afterId: number }): Promise<readonly User[]> {
    const { where, values } = matches(filter);
    const rows = await this.db.query<UserRow>(
      `select ${COLUMNS} from users u where ${where} and u.id > $${values.length + 1} order by u.id limit $${values.length + 2}`,
      [...values, page.afterId, page.limit],
    );
    return rows.map(toUser);
  }

  async count(filter: UserFilter = {}): Promise<number> {
    const { where, values } = matches(filter);
    const rows = await this.db.query<{ count: number }>(`select count(*)::int as count from users u where ${where}`, values);
    return rows[0]?.count ?? 0;
  }

  /** The primary address of each user first. */
  async emails(userIds: readonly number[]): Promise<readonly UserEmail[]> {
    return this.db.query<UserEmail & object>(
      `select user_id as "userId", email as address, verified_at is not null as verified, is_primary as "primary"
       from emails where user_id = any($1::int[]) order by is_primary desc, created_at, folded`,
      [userIds],
    );
  }
}

/** The conditions, and the values of their parameters. */
function matches(filter: UserFilter): { readonly where: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const value = (one: unknown): string => `$${values.push(one)}`;
  const conditions = ['u.deleted_at is null'];
  if (filter.query) {
    const like = value(`%${filter.query.replace(/[\\%_]/g, '\\$&')}%`);
    const address = `exists (select 1 from emails e where e.user_id = u.id and e.folded ilike ${like})`;
    conditions.push(`(u.username ilike ${like} or u.display_name ilike ${like}${filter.namesOnly ? '' : ` or ${address}`})`);
  }
  if (filter.siteAdmin !== undefined) conditions.push(`u.site_admin = ${value(filter.siteAdmin)}`);
  if (filter.serviceAccount !== undefined) conditions.push(`u.service_account = ${value(filter.serviceAccount)}`);
  if (filter.tag !== undefined)
    conditions.push(`exists (select 1 from user_tags t where t.user_id = u.id and t.tag = ${value(filter.tag)})`);
  if (filter.activeSince !== undefined) conditions.push(`u.last_active_at >= ${value(filter.activeSince)}`);
  if (filter.organizationId !== undefined)
    conditions.push(`u.id in (select user_id from organization_members where organization_id = ${value(filter.organizationId)})`);
  if (filter.teamId !== undefined) conditions.push(`u.id in (select user_id from team_members where team_id = ${value(filter.teamId)})`);
  return { where: conditions.join(' and '), values };
}
