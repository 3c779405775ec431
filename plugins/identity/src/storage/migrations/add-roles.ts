import type { Migration } from '@sextant/sdk';

export const addRoles: Migration = {
  name: 'AddRoles1764000000010',
  async up(db) {
    await db.query(`
      create table roles (
        id integer generated always as identity primary key,
        name text not null,
        system boolean not null default false,
        created_at timestamptz not null
      )`);
    await db.query('create unique index roles_name on roles (lower(name))');
    await db.query(`insert into roles (name, system, created_at) select name, true, now()
      from unnest(array['SITE_ADMINISTRATOR', 'USER', 'SERVICE_ACCOUNT']) as name`);
    // A role that the program makes has what plugins declare until a site admin says otherwise, either way: so a refusal is a row too.
    await db.query(`
      create table role_permissions (
        role_id integer not null references roles on delete cascade,
        permission text not null,
        granted boolean not null default true,
        primary key (role_id, permission)
      )`);
    // Who has a role that the program makes stands in the row of the user. The source is empty for what a person gave; else whose group gave it.
    await db.query(`
      create table user_roles (
        user_id integer not null references users on delete cascade,
        role_id integer not null references roles on delete cascade,
        source text not null default '',
        created_at timestamptz not null,
        primary key (user_id, role_id, source)
      )`);
    await db.query('create index user_roles_role on user_roles (role_id)');
  },
};
