import { type Queryable, type Secret, type Secrets, SextantError, type Storage, type Tx } from '@sextant/sdk';

export interface Subscription {
  readonly eventType: string;
  /** Undefined: whatever it is about. */
  readonly scope: string | undefined;
}

export interface OutboundWebhook {
  readonly id: number;
  readonly url: string;
  readonly eventTypes: readonly Subscription[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when nothing has arrived; undefined: the last delivery did. */
  readonly failingSince: Date | undefined;
  readonly disabledAt: Date | undefined;
}

export interface WebhookInput {
  readonly url: string;
  readonly secret: string;
  readonly eventTypes: readonly Subscription[];
}

/** What is written in the transaction of a change, such as its entry in the audit log. */
export type Alongside = (tx: Tx, id: number) => Promise<void>;

interface WebhookRow {
  id: number;
  sealed_url: string;
  sealed_secret: string;
  created_at: Date;
  updated_at: Date;
  failing_since: Date | null;
  disabled_at: Date | null;
  event_types: { eventType: string; scope: string | null }[];
}

/** A receiver takes for true what its secret proves. */
const SHORTEST_SECRET = 8;
const LONGEST_URL = 2_000;
const MOST_TYPES = 200;

const SELECT = `SELECT w.*, (SELECT coalesce(json_agg(json_build_object('eventType', t.event_type, 'scope', t.scope) ORDER BY t.event_type, t.scope), '[]')
  FROM webhook_event_types t WHERE t.webhook_id = w.id) AS event_types FROM webhooks w`;

/** The webhooks that admins made. Secrets leave it for their deliveries alone. */
export class WebhookStore {
  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    /** The keys of the event types that there are now. */
    private readonly known: () => readonly string[],
  ) {}

  async list(page: {
    readonly limit: number;
    readonly afterId: number;
    readonly eventType: string | undefined;
  }): Promise<readonly OutboundWebhook[]> {
    const rows = await this.db.query<WebhookRow>(`${SELECT} WHERE ${OF_TYPE} AND w.id > $2 ORDER BY w.id LIMIT $3`, [
      page.eventType ?? null,
      page.afterId,
      page.limit,
    ]);
    return rows.map((row) => this.#webhookOf(row));
  }

  async count(eventType: string | undefined): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM webhooks w WHERE ${OF_TYPE}`, [
      eventType ?? null,
    ]);
    return row?.count ?? 0;
  }

  async find(id: number): Promise<OutboundWebhook | undefined> {
    const row = await this.#row(this.db, id);
    return row && this.#webhookOf(row);
  }

  /** What a delivery needs besides. */
  async withSecret(id: number): Promise<{ readonly webhook: OutboundWebhook; readonly secret: Secret } | undefined> {
    const row = await this.#row(this.db, id);
    return row && { webhook: this.#webhookOf(row), secret: this.secrets.open(row.sealed_secret) };
  }

  /** @throws SEXTANT_OUTBOUND_WEBHOOK_INVALID */
  async add(input: WebhookInput, alongside?: Alongside): Promise<OutboundWebhook> {
    this.#check(input);
    const id = await this.db.transaction(async (tx) => {
      const [row] = await tx.query<{ id: number }>('INSERT INTO webhooks (sealed_url, sealed_secret) VALUES ($1, $2) RETURNING id', [
        this.secrets.seal(input.url),
        this.secrets.seal(input.secret),
      ]);
      await subscribe(tx, row?.id as number, input.eventTypes);
      await alongside?.(tx, row?.id as number);
      return row?.id as number;
    });
    return this.#required(id);
  }

  /** What is undefined stays. One that was switched off is on again. */
  async update(id: number, change: Partial<WebhookInput>, alongside?: Alongside): Promise<OutboundWebhook> {
    await this.db.transaction(async (tx) => {
      const row = await this.#row(tx, id, 'FOR UPDATE');
      if (!row) throw noSuchWebhook();
      const before = this.#webhookOf(row);
      const secret = change.secret ?? this.secrets.open(row.sealed_secret).reveal();
      const next = { url: change.url ?? before.url, secret, eventTypes: change.eventTypes ?? before.eventTypes };
      // Types of a plugin that is off now may stay, and not be added.
      this.#check(next, before.eventTypes);
      await tx.query(
        'UPDATE webhooks SET sealed_url = $2, sealed_secret = $3, updated_at = now(), failing_since = NULL, disabled_at = NULL WHERE id = $1',
        [id, this.secrets.seal(next.url), this.secrets.seal(next.secret)],
      );
      await tx.query('DELETE FROM webhook_event_types WHERE webhook_id = $1', [id]);
      await subscribe(tx, id, next.eventTypes);
      await alongside?.(tx, id);
    });
    return this.#required(id);
  }

  async remove(id: number, alongside?: Alongside): Promise<void> {
    await this.db.transaction(async (tx) => {
      const rows = await tx.query('DELETE FROM webhooks WHERE id = $1 RETURNING id', [id]);
      if (rows.length === 0) throw noSuchWebhook();
      await alongside?.(tx, id);
    });
  }

  /** Something arrived. */
  async works(id: number): Promise<void> {
    await this.db.query('UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL', [id]);
  }

  /** Something did not arrive at all; `patience` milliseconds after the first, nothing is sent any more. @returns whether that is now. */
  async fails(id: number, patience: number): Promise<boolean> {
    const [row] = await this.db.query<{ disabled: boolean }>(
      `UPDATE webhooks SET failing_since = coalesce(failing_since, now()),
         disabled_at = CASE WHEN failing_since < now() - $2::double precision * interval '1 millisecond' THEN now() END
       WHERE id = $1 AND disabled_at IS NULL RETURNING disabled_at IS NOT NULL AS disabled`,
      [id, patience],
    );
    return row?.disabled ?? false;
  }

  #check({ url, secret, eventTypes }: WebhookInput, before: readonly Subscription[] = []): void {
    const parsed = URL.canParse(url) && url.length <= LONGEST_URL ? new URL(url) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '')
      throw invalid('Its address is none.', 'Write an http:// or https:// address without user and password.');
    if (secret.length < SHORTEST_SECRET)
      throw invalid(`Its secret has fewer than ${SHORTEST_SECRET} characters.`, 'Make a long random one.');
    if (eventTypes.length === 0 || eventTypes.length > MOST_TYPES)
      throw invalid(`It has ${eventTypes.length} event types.`, `Name one to ${MOST_TYPES} of outboundWebhookEventTypes.`);
    const known = new Set([...this.known(), ...before.map(({ eventType }) => eventType)]);
    const unknown = eventTypes.find(({ eventType }) => !known.has(eventType));
    if (unknown)
      throw invalid(
        `No enabled plugin knows the event type ${JSON.stringify(unknown.eventType)}.`,
        `Use one of these: ${[...known].sort().join(', ')}.`,
      );
  }

  async #row(db: Queryable, id: number, lock = ''): Promise<WebhookRow | undefined> {
    const [row] = await db.query<WebhookRow>(`${SELECT} WHERE w.id = $1 ${lock && `${lock} OF w`}`, [id]);
    return row;
  }

  async #required(id: number): Promise<OutboundWebhook> {
    const webhook = await this.find(id);
    if (!webhook) throw noSuchWebhook();
    return webhook;
  }

  #webhookOf(row: WebhookRow): OutboundWebhook {
    return {
      id: row.id,
      url: this.secrets.open(row.sealed_url).reveal(),
      eventTypes: row.event_types.map(({ eventType, scope }) => ({ eventType, scope: scope ?? undefined })),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      failingSince: row.failing_since ?? undefined,
      disabledAt: row.disabled_at ?? undefined,
    };
  }
}

const OF_TYPE = '($1::text IS NULL OR EXISTS (SELECT FROM webhook_event_types t WHERE t.webhook_id = w.id AND t.event_type = $1))';

async function subscribe(db: Queryable, id: number, types: readonly Subscription[]): Promise<void> {
  await db.query(
    `INSERT INTO webhook_event_types (webhook_id, event_type, scope) SELECT $1, type, scope FROM unnest($2::text[], $3::text[]) AS given (type, scope)
     ON CONFLICT DO NOTHING`,
    [id, types.map(({ eventType }) => eventType), types.map(({ scope }) => scope ?? null)],
  );
}

const invalid = (why: string, fix: string): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_WEBHOOK_INVALID', { what: 'The webhook is malformed.', why, fix });

export const noSuchWebhook = (): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_WEBHOOK_NOT_FOUND', {
    what: 'There is no such webhook.',
    fix: 'List the webhooks, and use the id of one.',
  });
