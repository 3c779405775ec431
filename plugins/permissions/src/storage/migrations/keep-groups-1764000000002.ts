import type { Migration } from '@sextant/sdk';

const STATEMENTS = [
  // A group at the host of a connection. Either side is believed for a time from when it was asked for, unless something has happened to the group since.
  // `elsewhere`: the host's ids of repositories that it gives and that were not here.
  `CREATE TABLE host_groups (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection_id int NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    repositories_asked_at timestamptz,
    members_asked_at timestamptz,
    changed_at timestamptz,
    elsewhere text[] NOT NULL DEFAULT '{}',
    UNIQUE (connection_id, key)
  )`,
  // Bitmaps, as in grants: what it gives, by our ids of repositories, and whom it holds, by ids of sources.
  `CREATE TABLE host_group_bits (
    group_id int NOT NULL REFERENCES host_groups ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('repositories', 'members')),
    piece int NOT NULL,
    bits bytea NOT NULL,
    PRIMARY KEY (group_id, side, piece)
  )`,
  'ALTER TABLE sync_jobs ADD COLUMN invalidate_caches boolean NOT NULL DEFAULT false',
];

export const keepGroups: Migration = {
  name: 'KeepGroups1764000000002',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
