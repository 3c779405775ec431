import type { Migration } from '@sextant/sdk';

// Secrets of authenticator apps are sealed. Of recovery codes and sign-ins that wait for a second factor, only the SHA-256 is stored.
const STATEMENTS = [
  `CREATE TABLE totp (
    user_id int PRIMARY KEY,
    sealed_secret text NOT NULL,
    last_step bigint NOT NULL,
    failures int NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
  )`,
  `CREATE TABLE passkeys (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id int NOT NULL,
    credential_id bytea NOT NULL UNIQUE,
    user_handle bytea NOT NULL,
    name text NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    transports text[] NOT NULL,
    rp_id text NOT NULL,
    passwordless boolean NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
  )`,
  'CREATE INDEX passkeys_user ON passkeys (user_id, id)',
  `CREATE TABLE recovery_codes (
    user_id int NOT NULL,
    hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, hash)
  )`,
  `CREATE TABLE pending_sign_ins (
    hash bytea PRIMARY KEY,
    user_id int NOT NULL,
    generation int NOT NULL,
    site_admin boolean NOT NULL,
    way text NOT NULL,
    external_account_id int,
    provider_names bytea[] NOT NULL,
    sealed_provider text,
    return_to text NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX pending_sign_ins_user ON pending_sign_ins (user_id)',
  'CREATE INDEX pending_sign_ins_expires ON pending_sign_ins (expires_at)',
];

export const addSecondFactors: Migration = {
  name: 'AddSecondFactors1764800000030',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
