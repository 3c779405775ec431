import type { Migration } from '@sextant/sdk';

const STATEMENTS = [
  `CREATE TABLE webhooks (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL,
    service_id text NOT NULL,
    sealed_secret text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  // A delivery that was not proven has no number, and none of them is the same as another.
  `CREATE TABLE webhook_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id int NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    delivery_id text,
    received_at timestamptz NOT NULL DEFAULT now(),
    event text NOT NULL,
    status_code int NOT NULL,
    outcome text NOT NULL,
    headers jsonb NOT NULL,
    body text NOT NULL,
    UNIQUE (webhook_id, delivery_id)
  )`,
  'CREATE INDEX webhook_deliveries_received ON webhook_deliveries (received_at)',
  'CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, id DESC)',
];

export const createWebhooks: Migration = {
  name: 'CreateWebhooks1764000000002',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
