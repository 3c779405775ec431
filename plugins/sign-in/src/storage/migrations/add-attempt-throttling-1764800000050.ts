import type { Migration } from '@sextant/sdk';

// Keys and cookies are there as SHA-256. The table "failures", by which accounts were locked before, stays for processes of the version before and is not used any more.
const STATEMENTS = [
  `CREATE TABLE attempt_counters (
    key bytea PRIMARY KEY,
    failures int NOT NULL,
    last_at timestamptz NOT NULL
  )`,
  'CREATE INDEX attempt_counters_last ON attempt_counters (last_at)',
  `CREATE TABLE known_devices (
    hash bytea PRIMARY KEY,
    user_id int NOT NULL,
    last_used_at timestamptz NOT NULL
  )`,
  'CREATE INDEX known_devices_user ON known_devices (user_id, last_used_at)',
];

export const addAttemptThrottling: Migration = {
  name: 'AddAttemptThrottling1764800000050',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
