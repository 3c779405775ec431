import type { Migration } from '@sextant/sdk';

export const createAccounts: Migration = {
  name: 'CreateAccounts1764000000000',
  async up(db) {
    await db.query(`
      create table users (
        id integer generated always as identity primary key,
        username text not null,
        display_name text,
        site_admin boolean not null default false,
        local_admin boolean not null default false,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        last_active_at timestamptz,
        deleted_at timestamptz
      )`);
    await db.query('create unique index users_one_local_admin on users (local_admin) where local_admin and deleted_at is null');
    await db.query(`
      create table organizations (
        id integer generated always as identity primary key,
        name text not null,
        display_name text,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    // Users and organisations share one space of names, because URLs and batch change namespaces do.
    await db.query(`
      create table names (
        folded text primary key,
        user_id integer unique references users on delete cascade,
        organization_id integer unique references organizations on delete cascade,
        check (num_nonnulls(user_id, organization_id) = 1)
      )`);
    await db.query(`
      create table organization_members (
        organization_id integer not null references organizations on delete cascade,
        user_id integer not null references users on delete cascade,
        created_at timestamptz not null,
        primary key (organization_id, user_id)
      )`);
    await db.query('create index organization_members_user on organization_members (user_id)');
    await db.query(`
      create table emails (
        user_id integer not null references users on delete cascade,
        folded text not null,
        email text not null,
        is_primary boolean not null default false,
        verified_at timestamptz,
        created_at timestamptz not null,
        primary key (user_id, folded)
      )`);
    // An address that nobody proved to own may be claimed by several; a proven one belongs to one person.
    await db.query('create unique index emails_verified on emails (folded) where verified_at is not null');
    await db.query(`
      create table access_tokens (
        id integer generated always as identity primary key,
        subject_user_id integer not null references users on delete cascade,
        creator_user_id integer references users on delete set null,
        hash bytea not null unique,
        note text not null,
        scopes text[] not null,
        internal boolean not null default false,
        created_at timestamptz not null,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      )`);
    await db.query('create index access_tokens_subject on access_tokens (subject_user_id) where revoked_at is null');
    // Tells the tokens of one installation from those of another, for people who hold both.
    await db.query('create table instance (only_row boolean primary key default true check (only_row), name text not null)');
    await db.query(`insert into instance (name) values (substr(replace(gen_random_uuid()::text, '-', ''), 1, 16))`);
  },
};
