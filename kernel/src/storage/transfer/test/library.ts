import type { Migration } from '@sextant/sdk';
import type { Databases } from '../../databases.js';
import { kernelTargets } from '../../kernel-migrations.js';
import type { MigrationTarget } from '../../migrator.js';

export const libraryMigrations: readonly Migration[] = [
  {
    name: 'create-books-1700000000001',
    up: async (db) => {
      await db.query(`create type mood as enum ('good', 'bad');
        create table shelves (id int generated always as identity primary key, name text not null unique);
        create table books (id bigserial primary key, shelf int references shelves (id), title text not null, tags text[], data jsonb, cover bytea, score double precision, mood mood,
          at timestamptz not null default now(), lasts interval, shouting text generated always as (upper(title)) stored, next bigint references books (id));
        insert into shelves (name) values ('made by the migration')`);
    },
  },
];
export const laterMigration: Migration = {
  name: 'add-isbn-1700000000002',
  up: async (db) => void (await db.query('alter table books add column isbn text')),
};

/** What is installed beside the kernel: one plugin in each of two logical databases. */
export function libraryTargets(databases: Databases, migrations: readonly Migration[] = libraryMigrations): readonly MigrationTarget[] {
  return [
    ...kernelTargets(databases),
    { plugin: 'library', database: 'codeintel', migrations: migrations },
    {
      plugin: 'reading-room',
      database: 'main',
      migrations: [
        { name: 'create-seats-1700000000001', up: async (db) => void (await db.query('create table seats (n int primary key)')) },
      ],
    },
  ];
}
