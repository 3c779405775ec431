import type { Migration } from '@sextant/sdk';

/** `number` is the order of listing, and is shown nowhere; `user_id` and `directory_id` are those of the plugin identity. Names are folded here, since databases differ in what they take for one letter. */
const STATEMENTS = [
  `CREATE TABLE users (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    user_id int UNIQUE,
    user_name text NOT NULL,
    folded_name text NOT NULL UNIQUE,
    external_id text,
    attributes jsonb NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE INDEX users_external_id ON users (external_id)',
  `CREATE TABLE groups (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    directory_id int UNIQUE,
    display_name text NOT NULL,
    folded_name text NOT NULL UNIQUE,
    external_id text,
    attributes jsonb NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE INDEX groups_external_id ON groups (external_id)',
  // Also of people whose accounts are deleted: who comes back is in the same groups.
  `CREATE TABLE group_members (
    group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
    member_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (group_id, member_id)
  )`,
  'CREATE INDEX group_members_member ON group_members (member_id)',
];

export const createScim: Migration = {
  name: 'CreateScim1764000000001',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
