import type { Migration } from '@sextant/sdk';

/** Organisations remember who made them. One without an owner gets its creator, where the audit log tells who that is, else its earliest member. */
export const addOrganizationOwners: Migration = {
  name: 'AddOrganizationOwners1764800000910',
  async up(db) {
    await db.query('alter table organizations add column if not exists creator_user_id integer references users on delete set null');
    await db.query('create index if not exists organizations_creator on organizations (creator_user_id)');
    await db.query('create index if not exists teams_creator on teams (creator_user_id)');
    await db.query(`
      update organizations o set creator_user_id = u.id
      from (
        select entry::jsonb as entry from audit_log union all select entry::jsonb from audit_inbox
      ) a, users u
      where o.creator_user_id is null and a.entry ->> 'entity' = 'organizations' and a.entry ->> 'action' = 'created'
        and a.entry -> 'fields' ->> 'orgID' = o.id::text and a.entry -> 'actor' ->> 'actorUID' = u.id::text`);
    await db.query(`
      update organization_members m set owner = true
      from (
        select distinct on (organization_id) c.organization_id, c.user_id, c.source
        from organization_members c join organizations o on o.id = c.organization_id
        where not exists (select 1 from organization_members w where w.organization_id = c.organization_id and w.owner)
        order by c.organization_id, (c.user_id = o.creator_user_id) desc nulls last, (c.source = '') desc, c.created_at, c.user_id
      ) first
      where m.organization_id = first.organization_id and m.user_id = first.user_id and m.source = first.source`);
  },
};
