import type { Migration } from '@sextant/sdk';

export const createMirrors: Migration = {
  name: 'create-mirrors-1795000000000',
  async up(db) {
    await db.query(`
      create table mirrors (
        repository_id int primary key,
        name text not null,
        status text not null default 'not-cloned' check (status in ('not-cloned', 'queued', 'cloning', 'cloned', 'corrupt')),
        progress text,
        last_fetched timestamptz,
        last_changed timestamptz,
        last_error text,
        failures int not null default 0,
        next_fetch timestamptz not null default now(),
        queued_at timestamptz,
        size_bytes bigint,
        shard text,
        head_branch text,
        head_commit text,
        corruptions jsonb not null default '[]',
        deleted_at timestamptz
      )`);
    await db.query('create index mirrors_due on mirrors (next_fetch) where deleted_at is null');
    await db.query('create index mirrors_name on mirrors (name)');
  },
};
