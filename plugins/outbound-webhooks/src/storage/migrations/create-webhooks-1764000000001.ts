import type { Migration } from '@sextant/sdk';

const STATEMENTS = [
  `CREATE TABLE webhooks (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed_url text NOT NULL,
    sealed_secret text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    failing_since timestamptz,
    disabled_at timestamptz
  )`,
  `CREATE TABLE webhook_event_types (
    webhook_id int NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event_type text NOT NULL,
    scope text
  )`,
  `CREATE UNIQUE INDEX webhook_event_types_once ON webhook_event_types (webhook_id, event_type, (coalesce(scope, '')))`,
  'CREATE INDEX webhook_event_types_type ON webhook_event_types (event_type)',
  // Every process hears a notice: of those that write it down, the first one counts.
  `CREATE TABLE deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    webhook_id int NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    notice text NOT NULL,
    event_type text NOT NULL,
    scope text,
    payload text NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (webhook_id, notice)
  )`,
  'CREATE INDEX deliveries_created ON deliveries (created_at)',
  `CREATE INDEX deliveries_queued ON deliveries (webhook_id) WHERE state = 'queued'`,
  `CREATE TABLE attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id bigint NOT NULL REFERENCES deliveries ON DELETE CASCADE,
    webhook_id int NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    sent_at timestamptz NOT NULL,
    duration int NOT NULL,
    status_code int NOT NULL,
    error text,
    request_headers jsonb NOT NULL,
    response_headers jsonb NOT NULL,
    response_body text NOT NULL
  )`,
  'CREATE INDEX attempts_webhook ON attempts (webhook_id, id DESC)',
  'CREATE INDEX attempts_delivery ON attempts (delivery_id)',
];

export const createWebhooks: Migration = {
  name: 'CreateWebhooks1764000000001',
  async up(db) {
    for (const statement of STATEMENTS) await db.query(statement);
  },
};
