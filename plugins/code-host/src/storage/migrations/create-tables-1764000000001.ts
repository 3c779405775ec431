import type { Migration } from '@sextant/sdk';

const STATEMENTS = [
  `CREATE TABLE connections (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    display_name text NOT NULL,
    sealed_config text NOT NULL,
    declared_key text UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    last_sync_at timestamptz,
    last_sync_error text,
    failed_syncs int NOT NULL DEFAULT 0,
    next_sync_at timestamptz DEFAULT now()
  )`,
  // live_name is what makes a name unique among the living. The constraint is deferrable so that two repositories can swap names in one sync.
  `CREATE TABLE repositories (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    external_id text NOT NULL,
    service_type text NOT NULL,
    service_id text NOT NULL,
    description text NOT NULL DEFAULT '',
    fork boolean NOT NULL DEFAULT false,
    archived boolean NOT NULL DEFAULT false,
    private boolean NOT NULL DEFAULT false,
    stars int NOT NULL DEFAULT 0,
    topics text[] NOT NULL DEFAULT '{}',
    web_url text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    live_name text GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN lower(name) END) STORED,
    CONSTRAINT repositories_live_name UNIQUE (live_name) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT repositories_external UNIQUE (external_id, service_type, service_id)
  )`,
  'CREATE INDEX repositories_deleted ON repositories (deleted_at) WHERE deleted_at IS NOT NULL',
  'CREATE INDEX repositories_created ON repositories (created_at, id)',
  `CREATE TABLE former_names (
    name text PRIMARY KEY,
    repository_id int NOT NULL REFERENCES repositories ON DELETE CASCADE,
    until timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX former_names_repository ON former_names (repository_id)',
  `CREATE TABLE repository_connections (
    repository_id int NOT NULL REFERENCES repositories ON DELETE CASCADE,
    connection_id int NOT NULL REFERENCES connections ON DELETE CASCADE,
    clone_url text NOT NULL,
    PRIMARY KEY (repository_id, connection_id)
  )`,
  'CREATE INDEX repository_connections_connection ON repository_connections (connection_id, repository_id)',
  'CREATE INDEX repository_connections_clone_url ON repository_connections (lower(clone_url))',
  `CREATE TABLE repository_metadata (
    repository_id int NOT NULL REFERENCES repositories ON DELETE CASCADE,
    key text NOT NULL,
    value text,
    PRIMARY KEY (repository_id, key)
  )`,
  'CREATE INDEX repository_metadata_key ON repository_metadata (key, value)',
  `CREATE TABLE sync_jobs (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection_id int NOT NULL REFERENCES connections ON DELETE CASCADE,
    state text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    failure_message text,
    added int NOT NULL DEFAULT 0,
    updated int NOT NULL DEFAULT 0,
    deleted int NOT NULL DEFAULT 0,
    unchanged int NOT NULL DEFAULT 0,
    skipped int NOT NULL DEFAULT 0,
    skip_reasons text[] NOT NULL DEFAULT '{}'
  )`,
  'CREATE INDEX sync_jobs_connection ON sync_jobs (connection_id, id DESC)',
  `CREATE TABLE listed_repositories (
    connection_id int NOT NULL REFERENCES connections ON DELETE CASCADE,
    external_id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    fork boolean NOT NULL,
    archived boolean NOT NULL,
    private boolean NOT NULL,
    stars int NOT NULL,
    topics text[] NOT NULL,
    web_url text,
    clone_url text NOT NULL,
    PRIMARY KEY (connection_id, external_id)
  )`,
  `CREATE TABLE wall_state (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), epoch bigint NOT NULL DEFAULT 1, sources text[] NOT NULL DEFAULT '{}')`,
  'INSERT INTO wall_state DEFAULT VALUES',
];

export const createTables: Migration = {
  name: 'CreateTables1764000000001',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
