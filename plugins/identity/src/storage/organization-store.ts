import type { Queryable } from '@sextant/sdk';
import type { Organization, Organizations } from '../api.js';
import { foldName } from '../username.js';

interface OrganizationRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string | null;
  readonly created_at: Date;
}

const toOrganization = (row: OrganizationRow): Organization => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name ?? undefined,
  createdAt: row.created_at,
});

export class OrganizationStore implements Organizations {
  constructor(private readonly db: Queryable) {}

  async byId(id: number): Promise<Organization | undefined> {
    const rows = await this.db.query<OrganizationRow>('select id, name, display_name, created_at from organizations where id = $1', [id]);
    return rows[0] && toOrganization(rows[0]);
  }

  /** In any case of letters. */
  async byName(name: string): Promise<Organization | undefined> {
    const rows = await this.db.query<OrganizationRow>(
      'select o.id, o.name, o.display_name, o.created_at from organizations o join names n on n.organization_id = o.id where n.folded = $1',
      [foldName(name)],
    );
    return rows[0] && toOrganization(rows[0]);
  }

  async ofUser(userId: number): Promise<readonly Organization[]> {
    return (await this.ofUsers([userId])).get(userId) ?? [];
  }

  async ofUsers(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly Organization[]>> {
    const rows = await this.db.query<OrganizationRow & { user_id: number }>(
      `select m.user_id, o.id, o.name, o.display_name, o.created_at from organization_members m join organizations o on o.id = m.organization_id
       where m.user_id = any($1::int[]) order by o.name`,
      [userIds],
    );
    const found = new Map<number, Organization[]>();
    for (const row of rows) found.set(row.user_id, [...(found.get(row.user_id) ?? []), toOrganization(row)]);
    return found;
  }

  async isMember(organizationId: number, userId: number): Promise<boolean> {
    const rows = await this.db.query('select 1 from organization_members where organization_id = $1 and user_id = $2', [
      organizationId,
      userId,
    ]);
    return rows.length > 0;
  }
}
