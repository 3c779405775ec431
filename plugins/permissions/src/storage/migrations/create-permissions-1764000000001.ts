import type { Migration } from '@sextant/sdk';

const STATEMENTS = [
  // What is seen under a version is not what is seen under another.
  'CREATE SEQUENCE versions',
  // `settings`: those of the site configuration, which is read in the role api alone. `unrestricted`: bits of repositories, set by the API.
  `CREATE TABLE shared (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL DEFAULT nextval('versions'),
    settings jsonb NOT NULL DEFAULT '{}',
    unrestricted bytea NOT NULL DEFAULT '',
    scheduled_at timestamptz
  )`,
  'INSERT INTO shared DEFAULT VALUES',
  `CREATE TABLE hosts (
    connection_id int PRIMARY KEY,
    display_name text NOT NULL,
    service_type text NOT NULL,
    service_id text NOT NULL,
    accounts_by text NOT NULL,
    answered_at timestamptz,
    failing_since timestamptz,
    failure text
  )`,
  `CREATE TABLE people (
    user_id int PRIMARY KEY,
    version bigint NOT NULL DEFAULT nextval('versions'),
    tried_at timestamptz,
    synced_at timestamptz
  )`,
  'CREATE INDEX people_tried ON people (tried_at NULLS FIRST)',
  // An account at a host (`key` is id:… or name:…), or a person as the API names one (service_type 'api', service_id the mode). user_id is null while
  // nobody here is that person.
  `CREATE TABLE sources (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id int,
    service_type text NOT NULL,
    service_id text NOT NULL,
    key text NOT NULL,
    username text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    asked_at timestamptz,
    synced_at timestamptz,
    changed_at timestamptz,
    failing_since timestamptz,
    failure text,
    refused_since timestamptz,
    UNIQUE (service_type, service_id, key)
  )`,
  'CREATE INDEX sources_user ON sources (user_id)',
  // A bitmap, in pieces that are written by themselves: bit i of piece n is repository n * 8192 + i.
  `CREATE TABLE grants (
    source_id int NOT NULL REFERENCES sources ON DELETE CASCADE,
    piece int NOT NULL,
    bits bytea NOT NULL,
    PRIMARY KEY (source_id, piece)
  )`,
  'CREATE INDEX grants_piece ON grants (piece, source_id)',
  `CREATE TABLE path_rules (
    source_id int NOT NULL REFERENCES sources ON DELETE CASCADE,
    repository_id int NOT NULL,
    patterns text[] NOT NULL,
    PRIMARY KEY (source_id, repository_id)
  )`,
  'CREATE INDEX path_rules_repository ON path_rules (repository_id)',
  // Restricted repositories, and when their hosts were asked who may see them.
  `CREATE TABLE repositories (
    id int PRIMARY KEY,
    tried_at timestamptz,
    asked_at timestamptz,
    synced_at timestamptz
  )`,
  'CREATE INDEX repositories_tried ON repositories (tried_at NULLS FIRST)',
  'CREATE INDEX repositories_asked ON repositories (asked_at)',
  `CREATE TABLE sync_jobs (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id int,
    repository_id int,
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'processing', 'errored', 'failed', 'completed', 'canceled')),
    priority int NOT NULL,
    triggered_by int,
    queued_at timestamptz NOT NULL DEFAULT now(),
    process_after timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    seen_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    failure_message text,
    cancel boolean NOT NULL DEFAULT false,
    progress text,
    added int NOT NULL DEFAULT 0,
    removed int NOT NULL DEFAULT 0,
    found int NOT NULL DEFAULT 0,
    code_host_states jsonb NOT NULL DEFAULT '[]',
    CHECK ((user_id IS NULL) <> (repository_id IS NULL))
  )`,
  // One that waits of each: who asks again raises its priority.
  `CREATE UNIQUE INDEX sync_jobs_queued_user ON sync_jobs (user_id) WHERE state = 'queued'`,
  `CREATE UNIQUE INDEX sync_jobs_queued_repository ON sync_jobs (repository_id) WHERE state = 'queued'`,
  'CREATE INDEX sync_jobs_user ON sync_jobs (user_id, id DESC)',
  'CREATE INDEX sync_jobs_repository ON sync_jobs (repository_id, id DESC)',
  `CREATE INDEX sync_jobs_under_way ON sync_jobs (state) WHERE state IN ('queued', 'processing')`,
];

export const createPermissions: Migration = {
  name: 'CreatePermissions1764000000001',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
