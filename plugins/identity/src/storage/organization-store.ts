import type { Queryable } from '@sextant/sdk';
import { foldName } from '../accounts/username.js';
import type { Organization } from '../api.js';

interface OrganizationRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string | null;
  readonly created_at: Date;
}

/** Which organisations a list holds. `query` matches names and display names, in any case. */
export interface OrganizationFilter {
  readonly query?: string;
  readonly memberUserId?: number;
}

const COLUMNS = 'o.id, o.name, o.display_name, o.created_at';

const toOrganization = (row: OrganizationRow): Organization => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name ?? undefined,
  createdAt: row.created_at,
});

export class OrganizationStore {
  constructor(private readonly db: Queryable) {}

  /** By hand; nothing for who is one already. */
  async addMember(id: number, userId: number, now: Date, owner: boolean): Promise<void> {
    await this.db.query(
      'insert into organization_members (organization_id, user_id, owner, created_at) values ($1, $2, $3, $4) on conflict do nothing',
      [id, userId, owner, now],
    );
  }

  async byId(id: number): Promise<Organization | undefined> {
    const rows = await this.db.query<OrganizationRow>(`select ${COLUMNS} from organizations o where o.id = $1`, [id]);
    return rows[0] && toOrganization(rows[0]);
  }

  /** In any case of letters. */
  async byName(name: string): Promise<Organization | undefined> {
    return (await this.byNames([name]))[0];
  }

  async byNames(names: readonly string[]): Promise<readonly Organization[]> {
    const rows = await this.db.query<OrganizationRow>(
      `select ${COLUMNS} from organizations o join names n on n.organization_id = o.id where n.folded = any($1::text[])`,
      [names.map(foldName)],
    );
    return rows.map(toOrganization);
  }

  async ofUsers(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly Organization[]>> {
    const rows = await this.db.query<OrganizationRow & { user_id: number }>(
      `select m.user_id, ${COLUMNS} from (select distinct organization_id, user_id from organization_members where user_id = any($1::int[])) m
       join organizations o on o.id = m.organization_id order by o.name`,
      [userIds],
    );
    const found = new Map<number, Organization[]>();
    for (const row of rows) found.set(row.user_id, [...(found.get(row.user_id) ?? []), toOrganization(row)]);
    return found;
  }

  /** By id; at most `limit`, all with an id above `afterId`. */
  async list(filter: OrganizationFilter, page: { readonly limit: number; readonly afterId: number }): Promise<readonly Organization[]> {
    const rows = await this.db.query<OrganizationRow>(
      `select ${COLUMNS} from organizations o where ${MATCHES} and o.id > $3 order by o.id limit $4`,
      [...parameters(filter), page.afterId, page.limit],
    );
    return rows.map(toOrganization);
  }

  async count(filter: OrganizationFilter = {}): Promise<number> {
    const rows = await this.db.query<{ count: number }>(
      `select count(*)::int as count from organizations o where ${MATCHES}`,
      parameters(filter),
    );
    return rows[0]?.count ?? 0;
  }

  /** User ids, the first one first. */
  async owners(id: number): Promise<readonly number[]> {
    const rows = await this.db.query<{ user_id: number }>(
      'select user_id from organization_members where organization_id = $1 and owner group by user_id order by min(created_at), user_id',
      [id],
    );
    return rows.map((row) => row.user_id);
  }

  async membership(organizationId: number, userId: number): Promise<{ readonly owner: boolean } | undefined> {
    const rows = await this.db.query<{ owner: boolean | null }>(
      'select bool_or(owner) as owner from organization_members where organization_id = $1 and user_id = $2',
      [organizationId, userId],
    );
    const owner = rows[0]?.owner ?? null;
    return owner === null ? undefined : { owner };
  }
}

const MATCHES = `($1::text is null or o.name ilike $1 or o.display_name ilike $1)
  and ($2::int is null or exists (select 1 from organization_members m where m.organization_id = o.id and m.user_id = $2))`;

const parameters = (filter: OrganizationFilter): readonly unknown[] => [
  filter.query ? `%${filter.query.replace(/[\\%_]/g, '\\$&')}%` : null,
  filter.memberUserId ?? null,
];
