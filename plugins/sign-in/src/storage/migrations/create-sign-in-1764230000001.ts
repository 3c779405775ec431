import type { Migration } from '@sextant/sdk';

// Whoever reads the tables can sign in by nothing of it: ids, links and tokens are there as SHA-256, passwords as argon2id.
const STATEMENTS = [
  `CREATE TABLE sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    user_id int NOT NULL,
    site_admin boolean NOT NULL,
    way text NOT NULL,
    external_account_id int,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    user_agent text,
    ip text
  )`,
  'CREATE INDEX sessions_user ON sessions (user_id, id)',
  'CREATE INDEX sessions_created ON sessions (created_at)',
  `CREATE TABLE passwords (
    user_id int PRIMARY KEY,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL
  )`,
  `CREATE TABLE failures (
    user_id int PRIMARY KEY,
    count int NOT NULL,
    since timestamptz NOT NULL,
    locked_until timestamptz
  )`,
  `CREATE TABLE links (
    hash bytea PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('password', 'email', 'unlock', 'setup')),
    user_id int,
    address text,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX links_user ON links (user_id, purpose)',
  'CREATE TABLE arrivals (account bytea PRIMARY KEY, user_id int NOT NULL)',
  'CREATE TABLE group_sources (way text PRIMARY KEY)',
  // One row, once the site had an admin who could sign in.
  'CREATE TABLE initialized (once boolean PRIMARY KEY DEFAULT true CHECK (once))',
  'CREATE TABLE used_states (hash bytea PRIMARY KEY, expires_at timestamptz NOT NULL)',
];

export const createSignIn: Migration = {
  name: 'CreateSignIn1764230000001',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
