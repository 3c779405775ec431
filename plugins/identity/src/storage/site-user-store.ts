import type { Queryable } from '@sextant/sdk';

/** A person as site admins administer them: those that are deleted and not forgotten, too. */
export interface SiteUser {
  readonly id: number;
  readonly username: string;
  readonly displayName: string | null;
  /** The primary address. */
  readonly email: string | null;
  readonly siteAdmin: boolean;
  readonly createdAt: Date;
  readonly lastActiveAt: Date | null;
  readonly deletedAt: Date | null;
}

/** Bounds of a time; `empty`: whether there is none. */
export interface TimeFilter {
  readonly empty?: boolean;
  readonly gte?: Date;
  readonly lte?: Date;
}

export interface SiteUserFilter {
  /** Matches names and addresses, in any case. */
  readonly query?: string;
  readonly siteAdmin?: boolean;
  readonly createdAt?: TimeFilter;
  readonly lastActiveAt?: TimeFilter;
  readonly deletedAt?: TimeFilter;
}

const ORDERS = {
  ID: 'u.id',
  USERNAME: 'lower(u.username)',
  DISPLAY_NAME: 'lower(u.display_name)',
  EMAIL: 'e.folded',
  CREATED_AT: 'u.created_at',
  LAST_ACTIVE_AT: 'u.last_active_at',
  DELETED_AT: 'u.deleted_at',
  SITE_ADMIN: 'u.site_admin',
} as const;
export type SiteUserOrder = keyof typeof ORDERS;

const FROM = 'users u left join emails e on e.user_id = u.id and e.is_primary';

/** People, and no service accounts. */
export class SiteUserStore {
  constructor(private readonly db: Queryable) {}

  async list(
    filter: SiteUserFilter,
    page: { readonly limit: number; readonly offset: number; readonly orderBy: SiteUserOrder; readonly descending: boolean },
  ): Promise<readonly SiteUser[]> {
    const { where, values } = conditions(filter);
    return this.db.query<SiteUser & object>(
      `select u.id, u.username, u.display_name as "displayName", e.email, u.site_admin as "siteAdmin", u.created_at as "createdAt",
         u.last_active_at as "lastActiveAt", u.deleted_at as "deletedAt"
       from ${FROM} where ${where} order by ${ORDERS[page.orderBy]} ${page.descending ? 'desc nulls last' : 'asc nulls last'}, u.id
       limit $${values.length + 1} offset $${values.length + 2}`,
      [...values, page.limit, page.offset],
    );
  }

  async count(filter: SiteUserFilter): Promise<number> {
    const { where, values } = conditions(filter);
    const rows = await this.db.query<{ count: number }>(`select count(*)::int as count from ${FROM} where ${where}`, values);
    return rows[0]?.count ?? 0;
  }
}

function conditions(filter: SiteUserFilter): { readonly where: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const value = (one: unknown): string => `$${values.push(one)}`;
  const found = ['not u.service_account'];
  if (filter.query) {
    const like = value(`%${filter.query.replace(/[\\%_]/g, '\\$&')}%`);
    found.push(`(u.username ilike ${like} or u.display_name ilike ${like} or e.folded ilike ${like})`);
  }
  if (filter.siteAdmin !== undefined) found.push(`u.site_admin = ${value(filter.siteAdmin)}`);
  for (const [column, bounds] of [
    ['u.created_at', filter.createdAt],
    ['u.last_active_at', filter.lastActiveAt],
    ['u.deleted_at', filter.deletedAt],
  ] as const) {
    if (bounds?.empty !== undefined) found.push(`${column} is ${bounds.empty ? '' : 'not '}null`);
    if (bounds?.gte !== undefined) found.push(`${column} >= ${value(bounds.gte)}`);
    if (bounds?.lte !== undefined) found.push(`${column} <= ${value(bounds.lte)}`);
  }
  return { where: found.join(' and '), values };
}
