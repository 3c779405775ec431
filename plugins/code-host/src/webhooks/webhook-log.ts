import type { Queryable } from '@sextant/sdk';

/** A delivery as it is kept: without what proved it. */
export interface WebhookDelivery {
  readonly id: number;
  readonly webhookId: number;
  readonly receivedAt: Date;
  readonly event: string;
  readonly statusCode: number;
  /** In words what was made of it. */
  readonly outcome: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface NewDelivery {
  readonly webhookId: number;
  /** Undefined for one that was not proven: anybody can invent its number. */
  readonly deliveryId: string | undefined;
  readonly event: string;
  readonly statusCode: number;
  readonly outcome: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface DeliveryFilter {
  readonly webhookId?: number | undefined;
  readonly onlyErrors?: boolean;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

interface DeliveryRow {
  id: string;
  webhook_id: number;
  received_at: Date;
  event: string;
  status_code: number;
  outcome: string;
  headers: Record<string, string>;
  body: string;
}

const COLUMNS = 'id, webhook_id, received_at, event, status_code, outcome, headers, body';
/** Of one webhook; the oldest go first. */
const KEPT = 2_000;
const LONGEST_BODY = 1024 * 1024;

/** The deliveries that came in, each once. */
export class WebhookLog {
  constructor(private readonly db: Queryable) {}

  /** @returns its id; undefined for a delivery that was there before. */
  async add(delivery: NewDelivery): Promise<number | undefined> {
    const [row] = await this.db.query<{ id: string }>(
      `INSERT INTO webhook_deliveries (webhook_id, delivery_id, event, status_code, outcome, headers, body) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
       ON CONFLICT (webhook_id, delivery_id) DO NOTHING RETURNING id`,
      [
        delivery.webhookId,
        delivery.deliveryId ?? null,
        delivery.event.slice(0, 200),
        delivery.statusCode,
        delivery.outcome,
        JSON.stringify(delivery.headers),
        // PostgreSQL stores no NUL.
        delivery.body.slice(0, LONGEST_BODY).replaceAll('\0', ''),
      ],
    );
    return row && Number(row.id);
  }

  async settle(id: number, statusCode: number, outcome: string): Promise<void> {
    await this.db.query('UPDATE webhook_deliveries SET status_code = $2, outcome = $3 WHERE id = $1', [id, statusCode, outcome]);
  }

  async find(id: number): Promise<WebhookDelivery | undefined> {
    const [row] = await this.db.query<DeliveryRow>(`SELECT ${COLUMNS} FROM webhook_deliveries WHERE id = $1`, [id]);
    return row && deliveryOf(row);
  }

  /** Newest first. */
  async list(filter: DeliveryFilter, page: { readonly limit: number; readonly beforeId?: number }): Promise<readonly WebhookDelivery[]> {
    const { text, parameters } = conditionOf(filter);
    const rows = await this.db.query<DeliveryRow>(
      `SELECT ${COLUMNS} FROM webhook_deliveries WHERE ${text} AND ($5::bigint IS NULL OR id < $5) ORDER BY id DESC LIMIT $6`,
      [...parameters, page.beforeId ?? null, page.limit],
    );
    return rows.map(deliveryOf);
  }

  async count(filter: DeliveryFilter): Promise<number> {
    const { text, parameters } = conditionOf(filter);
    const [row] = await this.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM webhook_deliveries WHERE ${text}`, [
      ...parameters,
    ]);
    return row?.count ?? 0;
  }

  /** Removes what is older than `retention` milliseconds, and the oldest of a webhook that has very many. */
  async trim(retention: number): Promise<void> {
    await this.db.query(`DELETE FROM webhook_deliveries WHERE received_at < now() - $1::double precision * interval '1 millisecond'`, [
      retention,
    ]);
    await this.db.query(
      `DELETE FROM webhook_deliveries d USING webhooks w
       WHERE d.webhook_id = w.id AND d.id <= (SELECT id FROM webhook_deliveries o WHERE o.webhook_id = w.id ORDER BY id DESC OFFSET $1 LIMIT 1)`,
      [KEPT],
    );
  }
}

const conditionOf = ({ webhookId, onlyErrors, since, until }: DeliveryFilter) => ({
  text: `($1::int IS NULL OR webhook_id = $1) AND (NOT $2::boolean OR status_code >= 400) AND ($3::timestamptz IS NULL OR received_at >= $3) AND ($4::timestamptz IS NULL OR received_at <= $4)`,
  parameters: [webhookId ?? null, onlyErrors ?? false, since ?? null, until ?? null],
});

const deliveryOf = (row: DeliveryRow): WebhookDelivery => ({
  id: Number(row.id),
  webhookId: row.webhook_id,
  receivedAt: row.received_at,
  event: row.event,
  statusCode: row.status_code,
  outcome: row.outcome,
  headers: row.headers,
  body: row.body,
});
