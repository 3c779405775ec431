import type { Migration } from '@sextant/sdk';

export const createSite: Migration = {
  name: 'CreateSite1764000100000',
  async up(db) {
    await db.query(`
      create table site (
        only_row boolean primary key default true check (only_row),
        site_id uuid not null default gen_random_uuid(),
        created_at timestamptz not null default clock_timestamp()
      )`);
    await db.query('insert into site default values');
    // The whole text is sealed: secrets stand anywhere in it, also under keys of plugins that are not there now.
    await db.query(`
      create table configuration_versions (
        id integer generated always as identity primary key,
        sealed_contents text not null,
        author_user_id integer,
        created_at timestamptz not null
      )`);
    await db.query(`
      create table settings (
        id integer generated always as identity primary key,
        subject_kind text not null check (subject_kind in ('site', 'organization', 'user')),
        subject_id integer not null,
        contents text not null,
        author_user_id integer,
        created_at timestamptz not null
      )`);
    await db.query('create index settings_subject on settings (subject_kind, subject_id, id desc)');
    await db.query(`
      create table feature_flags (
        name text primary key,
        value boolean,
        rollout integer check (rollout between 0 and 10000),
        created_at timestamptz not null,
        updated_at timestamptz not null,
        check (num_nonnulls(value, rollout) = 1)
      )`);
    await db.query(`
      create table feature_flag_overrides (
        id integer generated always as identity primary key,
        flag_name text not null references feature_flags on delete cascade,
        user_id integer,
        organization_id integer,
        value boolean not null,
        created_at timestamptz not null,
        check (num_nonnulls(user_id, organization_id) = 1)
      )`);
    await db.query(
      'create unique index feature_flag_overrides_user on feature_flag_overrides (user_id, flag_name) where user_id is not null',
    );
    await db.query(
      'create unique index feature_flag_overrides_organization on feature_flag_overrides (organization_id, flag_name) where organization_id is not null',
    );
  },
};
