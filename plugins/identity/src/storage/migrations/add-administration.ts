import type { Migration } from '@sextant/sdk';

export const addAdministration: Migration = {
  name: 'AddAdministration1764000000012',
  async up(db) {
    await db.query(
      'alter table users add column bypasses_repository_permissions boolean not null default false check (service_account or not bypasses_repository_permissions)',
    );
    await db.query(`
      create table access_requests (
        id integer generated always as identity primary key,
        name text not null,
        email text not null,
        additional_info text,
        status text not null default 'PENDING' check (status in ('PENDING', 'APPROVED', 'REJECTED')),
        decided_by_user_id integer references users on delete set null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    await db.query('create unique index access_requests_email on access_requests (lower(email))');
    await db.query('create index access_requests_status on access_requests (status, id)');
  },
};
