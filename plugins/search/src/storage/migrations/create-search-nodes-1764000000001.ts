import type { Migration } from '@sextant/sdk';

export const createSearchNodes: Migration = {
  name: 'CreateSearchNodes1764000000001',
  async up(db) {
    // `drained` is what an administrator wants; the rest is what the process with the role index last saw.
    await db.query(`
      create table search_nodes (
        name text primary key,
        drained boolean not null default false,
        place text not null,
        seen_at timestamptz,
        repositories integer not null default 0,
        index_bytes bigint not null default 0,
        incoming integer not null default 0,
        outgoing integer not null default 0,
        moving jsonb not null default '[]',
        problem text
      )`);
    await db.query(`
      create table search_pins (
        repository_id integer not null,
        node text not null,
        primary key (repository_id, node)
      )`);
  },
};
