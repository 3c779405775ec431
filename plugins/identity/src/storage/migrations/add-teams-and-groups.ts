import type { Migration } from '@sextant/sdk';

/** Memberships have a source: empty for what a person gave, else whose group gave it. Several may give the same. */
export const addTeamsAndGroups: Migration = {
  name: 'AddTeamsAndGroups1764000000011',
  async up(db) {
    await db.query(`alter table organization_members add column source text not null default '', add column owner boolean not null default false,
      drop constraint organization_members_pkey, add primary key (organization_id, user_id, source)`);
    await db.query(`
      create table organization_invitations (
        id integer generated always as identity primary key,
        organization_id integer not null references organizations on delete cascade,
        sender_user_id integer references users on delete set null,
        recipient_user_id integer references users on delete cascade,
        recipient_email text,
        secret_hash bytea not null unique,
        created_at timestamptz not null,
        notified_at timestamptz,
        expires_at timestamptz not null,
        responded_at timestamptz,
        accepted boolean,
        revoked_at timestamptz,
        check (num_nonnulls(recipient_user_id, recipient_email) = 1)
      )`);
    await db.query(`create unique index organization_invitations_pending on organization_invitations
      (organization_id, coalesce(recipient_user_id, 0), coalesce(lower(recipient_email), '')) where responded_at is null and revoked_at is null`);
    await db.query('create index organization_invitations_recipient on organization_invitations (recipient_user_id)');
    await db.query(`
      create table teams (
        id integer generated always as identity primary key,
        name text not null,
        display_name text,
        readonly boolean not null default false,
        parent_id integer references teams,
        creator_user_id integer references users on delete set null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    await db.query('create index teams_parent on teams (parent_id)');
    await db.query('alter table names drop constraint names_check, add column team_id integer unique references teams on delete cascade');
    await db.query('alter table names add check (num_nonnulls(user_id, organization_id, team_id) = 1)');
    await db.query(`
      create table team_members (
        team_id integer not null references teams on delete cascade,
        user_id integer not null references users on delete cascade,
        source text not null default '',
        created_at timestamptz not null,
        primary key (team_id, user_id, source)
      )`);
    await db.query('create index team_members_user on team_members (user_id)');
    await db.query(
      'create table user_tags (user_id integer not null references users on delete cascade, tag text not null, primary key (user_id, tag))',
    );
    await db.query('create index user_tags_tag on user_tags (tag)');
    // What other systems say, as they name it.
    await db.query(`
      create table user_groups (
        user_id integer not null references users on delete cascade,
        source text not null,
        name text not null,
        primary key (user_id, source, name)
      )`);
    await db.query('create index user_groups_source on user_groups (source, name)');
    await db.query('create table group_rules (source text primary key, rules jsonb not null)');
    // Whether a person made the user a site admin: a group may have done so instead, or besides.
    await db.query('alter table users add column site_admin_by_hand boolean not null default false');
    await db.query('update users set site_admin_by_hand = site_admin');
    await db.query(
      'create table site_admin_grants (user_id integer not null references users on delete cascade, source text not null, primary key (user_id, source))',
    );
    await db.query(`
      create table directory_groups (
        id integer generated always as identity primary key,
        name text not null,
        external_id text,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    await db.query('create unique index directory_groups_name on directory_groups (lower(name))');
    await db.query(`
      create table directory_group_members (
        group_id integer not null references directory_groups on delete cascade,
        user_id integer not null references users on delete cascade,
        primary key (group_id, user_id)
      )`);
    await db.query('create index directory_group_members_user on directory_group_members (user_id)');
  },
};
