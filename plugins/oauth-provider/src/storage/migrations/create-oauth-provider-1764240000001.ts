import type { Migration } from '@sextant/sdk';

const STATEMENTS = [
  `CREATE TABLE clients (
    id text PRIMARY KEY,
    name text NOT NULL,
    dynamic boolean NOT NULL,
    secret_hash text,
    redirect_uris text[] NOT NULL,
    scopes text[] NOT NULL,
    device_flow boolean NOT NULL DEFAULT false,
    native boolean NOT NULL DEFAULT false,
    service_account_id int,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX clients_dynamic ON clients (created_at) WHERE dynamic',
  'CREATE INDEX clients_service_account ON clients (service_account_id) WHERE service_account_id IS NOT NULL',
  // Ids are SHA-256 of what the holder has: nobody who reads the table can use it.
  `CREATE TABLE artifacts (
    model text NOT NULL,
    id bytea NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    grant_id bytea,
    uid bytea,
    user_code bytea,
    account_id int,
    client_id text,
    scope text,
    audience text,
    sealed_payload text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (model, id)
  )`,
  'CREATE UNIQUE INDEX artifacts_number ON artifacts (number)',
  'CREATE INDEX artifacts_grant ON artifacts (grant_id) WHERE grant_id IS NOT NULL',
  'CREATE INDEX artifacts_uid ON artifacts (uid) WHERE uid IS NOT NULL',
  'CREATE UNIQUE INDEX artifacts_user_code ON artifacts (user_code) WHERE user_code IS NOT NULL',
  'CREATE INDEX artifacts_account ON artifacts (account_id, model) WHERE account_id IS NOT NULL',
  'CREATE INDEX artifacts_client ON artifacts (client_id, model) WHERE client_id IS NOT NULL',
  'CREATE INDEX artifacts_expiry ON artifacts (expires_at)',
  `CREATE TABLE signing_keys (
    id text PRIMARY KEY,
    sealed_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
];

export const createOAuthProvider: Migration = {
  name: 'CreateOAuthProvider1764240000001',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
