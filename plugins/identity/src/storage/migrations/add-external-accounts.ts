import type { Migration } from '@sextant/sdk';

export const addExternalAccounts: Migration = {
  name: 'AddExternalAccounts1764000000001',
  async up(db) {
    await db.query('alter table users add column service_account boolean not null default false, add column avatar_url text');
    await db.query(`
      create table external_accounts (
        id integer generated always as identity primary key,
        user_id integer not null references users on delete cascade,
        service_type text not null,
        service_id text not null,
        account_id text not null,
        provider_id text,
        username text not null,
        display_name text,
        sealed_credential text,
        credential_expires_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        expired_at timestamptz,
        unique (service_type, service_id, account_id)
      )`);
    await db.query('create index external_accounts_user on external_accounts (user_id)');
  },
};
