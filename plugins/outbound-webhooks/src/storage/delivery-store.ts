import { randomUUID } from 'node:crypto';
import type { Queryable } from '@sextant/sdk';
import type { OutboundEvent } from '../api.js';

/** What one webhook is told once. */
export interface Delivery {
  readonly id: number;
  /** The same at every attempt: by it a receiver knows one that came before. */
  readonly uuid: string;
  readonly webhookId: number;
  readonly eventType: string;
  readonly scope: string | undefined;
  /** As it is sent, to the byte: what the signature is over. */
  readonly payload: string;
  readonly state: 'queued' | 'delivered' | 'failed';
  /** Those that have been made. */
  readonly attempts: number;
}

/** A try, with what was sent and answered, as far as it may be kept. */
export interface Attempt {
  readonly id: number;
  readonly deliveryId: number;
  readonly webhookId: number;
  readonly sentAt: Date;
  /** Milliseconds. */
  readonly duration: number;
  /** 0: there was no answer. */
  readonly statusCode: number;
  readonly error: string | undefined;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

interface DeliveryRow extends Omit<Delivery, 'id' | 'scope'> {
  readonly id: string;
  readonly scope: string | null;
}

interface AttemptRow extends Omit<Attempt, 'id' | 'deliveryId' | 'error'> {
  readonly id: string;
  readonly deliveryId: string;
  readonly error: string | null;
}

interface AttemptFilter {
  readonly webhookId: number;
  readonly onlyErrors: boolean;
}

const DELIVERY = 'id, uuid, webhook_id AS "webhookId", event_type AS "eventType", scope, payload, state, attempts';
const ATTEMPT = `id, delivery_id AS "deliveryId", webhook_id AS "webhookId", sent_at AS "sentAt", duration, status_code AS "statusCode", error,
  request_headers AS "requestHeaders", response_headers AS "responseHeaders", response_body AS "responseBody"`;
/** Attempts of one webhook; the oldest go first. */
const KEPT = 2_000;
/** Deliveries of one webhook that wait: a receiver that takes none, or each slowly, is told no more until some are done. */
export const MOST_WAITING = 10_000;

/** What is to be told, what was, and how that went. */
export class DeliveryStore {
  constructor(private readonly db: Queryable) {}

  /**
   * Writes down what the webhooks of this type and scope are to be told. `notice` names it over all processes: who writes it a second time
   * writes nothing. A webhook for which {@link MOST_WAITING} wait is left out.
   */
  async add(
    notice: string,
    eventType: string,
    { scope, body }: OutboundEvent,
    at: Date,
  ): Promise<readonly Pick<Delivery, 'id' | 'webhookId'>[]> {
    const rows = await this.db.query<{ id: string; webhookId: number }>(
      `INSERT INTO deliveries (uuid, webhook_id, notice, event_type, scope, payload)
       SELECT gen_random_uuid(), w.id, $1, $2, $3, $4 FROM webhooks w
       WHERE w.disabled_at IS NULL AND EXISTS (SELECT FROM webhook_event_types t
         WHERE t.webhook_id = w.id AND t.event_type = $2 AND (t.scope IS NULL OR lower(t.scope) = lower($3)))
         AND (SELECT count(*) FROM (SELECT FROM deliveries d WHERE d.webhook_id = w.id AND d.state = 'queued' LIMIT ${MOST_WAITING}) waiting) < ${MOST_WAITING}
       ORDER BY w.id ON CONFLICT (webhook_id, notice) DO NOTHING RETURNING id, webhook_id AS "webhookId"`,
      [notice, eventType, scope ?? null, payloadOf(eventType, body, at)],
    );
    return rows.map(({ id, webhookId }) => ({ id: Number(id), webhookId }));
  }

  /** One for this webhook alone, whatever it is told of. */
  async addFor(webhookId: number, eventType: string, body: OutboundEvent['body'], at: Date): Promise<Delivery> {
    const uuid = randomUUID();
    const [row] = await this.db.query<DeliveryRow>(
      `INSERT INTO deliveries (uuid, webhook_id, notice, event_type, payload) VALUES ($1, $2, $5, $3, $4) RETURNING ${DELIVERY}`,
      [uuid, webhookId, eventType, payloadOf(eventType, body, at), uuid],
    );
    return deliveryOf(row as DeliveryRow);
  }

  /** Webhooks for which at least so many deliveries wait, by id, with how many. */
  async backlogs(atLeast: number): Promise<ReadonlyMap<number, number>> {
    const rows = await this.db.query<{ id: number; waiting: number }>(
      `SELECT webhook_id AS id, count(*)::int AS waiting FROM deliveries WHERE state = 'queued' GROUP BY webhook_id HAVING count(*) >= $1`,
      [atLeast],
    );
    return new Map(rows.map(({ id, waiting }) => [id, waiting]));
  }

  async find(id: number): Promise<Delivery | undefined> {
    const [row] = await this.db.query<DeliveryRow>(`SELECT ${DELIVERY} FROM deliveries WHERE id = $1`, [id]);
    return row && deliveryOf(row);
  }

  /** Writes an attempt down, and what became of the delivery with it. */
  async record(state: Delivery['state'], attempt: Omit<Attempt, 'id'>): Promise<Attempt> {
    const [row] = await this.db.query<AttemptRow>(
      `WITH settled AS (UPDATE deliveries SET state = $1, attempts = attempts + 1 WHERE id = $2)
       INSERT INTO attempts (delivery_id, webhook_id, sent_at, duration, status_code, error, request_headers, response_headers, response_body)
       VALUES ($2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10) RETURNING ${ATTEMPT}`,
      [
        state,
        attempt.deliveryId,
        attempt.webhookId,
        attempt.sentAt,
        attempt.duration,
        attempt.statusCode,
        attempt.error ?? null,
        JSON.stringify(attempt.requestHeaders),
        JSON.stringify(attempt.responseHeaders),
        attempt.responseBody,
      ],
    );
    return attemptOf(row as AttemptRow);
  }

  async settle(id: number, state: Delivery['state']): Promise<void> {
    await this.db.query('UPDATE deliveries SET state = $2 WHERE id = $1', [id, state]);
  }

  /** Newest first. */
  async attempts(
    filter: AttemptFilter,
    page: { readonly limit: number; readonly beforeId: number | undefined },
  ): Promise<readonly Attempt[]> {
    const rows = await this.db.query<AttemptRow>(
      `SELECT ${ATTEMPT} FROM attempts WHERE ${FILTERED} AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [filter.webhookId, filter.onlyErrors, page.beforeId ?? null, page.limit],
    );
    return rows.map(attemptOf);
  }

  async countAttempts(filter: AttemptFilter): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM attempts WHERE ${FILTERED}`, [
      filter.webhookId,
      filter.onlyErrors,
    ]);
    return row?.count ?? 0;
  }

  async findAttempt(id: number): Promise<Attempt | undefined> {
    const [row] = await this.db.query<AttemptRow>(`SELECT ${ATTEMPT} FROM attempts WHERE id = $1`, [id]);
    return row && attemptOf(row);
  }

  /** Forgets what is older than `retention` milliseconds, and the oldest attempts of a webhook that has very many. */
  async trim(retention: number): Promise<void> {
    await this.db.query(`DELETE FROM deliveries WHERE created_at < now() - $1::double precision * interval '1 millisecond'`, [retention]);
    await this.db.query(
      `DELETE FROM attempts a USING webhooks w
       WHERE a.webhook_id = w.id AND a.id <= (SELECT id FROM attempts o WHERE o.webhook_id = w.id ORDER BY id DESC OFFSET $1 LIMIT 1)`,
      [KEPT],
    );
  }
}

const FILTERED = `webhook_id = $1 AND (NOT $2::boolean OR error IS NOT NULL)`;

const payloadOf = (eventType: string, body: OutboundEvent['body'], at: Date): string =>
  JSON.stringify({ event: eventType, occurredAt: at.toISOString(), ...body });

const deliveryOf = (row: DeliveryRow): Delivery => ({ ...row, id: Number(row.id), scope: row.scope ?? undefined });

const attemptOf = (row: AttemptRow): Attempt => ({
  ...row,
  id: Number(row.id),
  deliveryId: Number(row.deliveryId),
  error: row.error ?? undefined,
});
