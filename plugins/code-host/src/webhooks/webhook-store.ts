import { randomUUID } from 'node:crypto';
import { type Secret, type Secrets, SextantError, type Storage } from '@sextant/sdk';
import type { ConnectionStore } from '../connections/connection-store.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import type { Alongside } from '../storage/alongside.js';

/** A way by which one code host tells of what happens. */
export interface Webhook {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly kind: string;
  /** The host's URL, as its connections have it. */
  readonly serviceId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface WebhookRow {
  id: number;
  uuid: string;
  name: string;
  kind: string;
  service_id: string;
  sealed_secret: string;
  created_at: Date;
  updated_at: Date;
}

interface WebhookInput {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly secret: string;
}

const COLUMNS = 'id, uuid, name, kind, service_id, sealed_secret, created_at, updated_at';
/** Whoever guesses it can make us fetch and list. */
const SHORTEST_SECRET = 8;
const PAGE = 200;

export class WebhookStore {
  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    private readonly kinds: KindRegistry,
    private readonly connections: ConnectionStore,
  ) {}

  async list(page: { readonly limit: number; readonly afterId: number; readonly kind: string | undefined }): Promise<readonly Webhook[]> {
    const rows = await this.db.query<WebhookRow>(
      `SELECT ${COLUMNS} FROM webhooks WHERE id > $1 AND ($2::text IS NULL OR kind = $2) ORDER BY id LIMIT $3`,
      [page.afterId, page.kind ?? null, page.limit],
    );
    return rows.map(webhookOf);
  }

  async count(kind: string | undefined): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhooks WHERE $1::text IS NULL OR kind = $1',
      [kind ?? null],
    );
    return row?.count ?? 0;
  }

  async find(id: number): Promise<Webhook | undefined> {
    const [row] = await this.db.query<WebhookRow>(`SELECT ${COLUMNS} FROM webhooks WHERE id = $1`, [id]);
    return row && webhookOf(row);
  }

  /** What a delivery to this address is to be proven by. */
  async byUuid(uuid: string): Promise<{ readonly webhook: Webhook; readonly secret: Secret } | undefined> {
    const [row] = await this.db.query<WebhookRow>(`SELECT ${COLUMNS} FROM webhooks WHERE uuid = $1`, [uuid]);
    return row && { webhook: webhookOf(row), secret: this.secrets.open(row.sealed_secret) };
  }

  async add(input: WebhookInput, alongside?: Alongside): Promise<Webhook> {
    const serviceId = await this.#checked(input);
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<WebhookRow>(
        `INSERT INTO webhooks (uuid, name, kind, service_id, sealed_secret) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
        [randomUUID(), input.name, input.kind, serviceId, this.secrets.seal(input.secret)],
      );
      if (!row) throw new Error('INSERT returned no row');
      await alongside?.(tx, row);
      return webhookOf(row);
    });
  }

  /** What is undefined stays. */
  async update(id: number, change: Partial<WebhookInput>, alongside?: Alongside): Promise<Webhook> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<WebhookRow>(`SELECT ${COLUMNS} FROM webhooks WHERE id = $1 FOR UPDATE`, [id]);
      if (!row) throw noSuchWebhook();
      const secret = change.secret ?? this.secrets.open(row.sealed_secret).reveal();
      const next = { name: change.name ?? row.name, kind: change.kind ?? row.kind, url: change.url ?? row.service_id, secret };
      const serviceId = await this.#checked(next);
      const [updated] = await tx.query<WebhookRow>(
        `UPDATE webhooks SET name = $2, kind = $3, service_id = $4, sealed_secret = $5, updated_at = now() WHERE id = $1 RETURNING ${COLUMNS}`,
        [id, next.name, next.kind, serviceId, this.secrets.seal(secret)],
      );
      await alongside?.(tx, row);
      return webhookOf(updated ?? row);
    });
  }

  async remove(id: number, alongside?: Alongside): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [row] = await tx.query<Pick<WebhookRow, 'id' | 'kind'>>('DELETE FROM webhooks WHERE id = $1 RETURNING id, kind', [id]);
      if (!row) throw noSuchWebhook();
      await alongside?.(tx, row);
    });
  }

  /** The connections to the host that a webhook is of. */
  async connectionsOf({ kind, serviceId }: Pick<Webhook, 'kind' | 'serviceId'>): Promise<readonly number[]> {
    const ids: number[] = [];
    const host = this.kinds.get(kind);
    for (let afterId = 0; ; ) {
      const page = await this.connections.list({ limit: PAGE, afterId });
      for (const record of page) {
        if (record.kind !== kind) continue;
        const connection = await this.connections.usable(record.id).catch(() => undefined);
        if (connection && host.serviceId(connection) === serviceId) ids.push(record.id);
      }
      const last = page.at(-1);
      if (page.length < PAGE || !last) return ids;
      afterId = last.id;
    }
  }

  /** @returns the host's URL as its connections have it. */
  async #checked({ name, kind, url, secret }: WebhookInput): Promise<string> {
    if (name.trim() === '') throw invalid('It has no name.', 'Give it one.');
    if (secret.length < SHORTEST_SECRET)
      throw invalid(`Its secret has fewer than ${SHORTEST_SECRET} characters.`, 'Make a long random one.');
    if (!this.kinds.get(kind).webhooks) throw invalid(`The kind ${kind} has no webhooks.`, 'Use one that has.');
    for (const serviceId of URL.canParse(url) ? [url, new URL(url).href, new URL(`${url}/`).href] : [url])
      if ((await this.connectionsOf({ kind, serviceId })).length > 0) return serviceId;
    throw invalid(
      `No connection of the kind ${kind} is to this code host.`,
      'Add the connection first, and write its URL as it stands there.',
    );
  }
}

const invalid = (why: string, fix: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_WEBHOOK_INVALID', { what: 'The webhook is malformed.', why, fix });

const noSuchWebhook = (): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_WEBHOOK_NOT_FOUND', {
    what: 'There is no such webhook.',
    fix: 'List the webhooks, and use the id of one.',
  });

const webhookOf = (row: WebhookRow): Webhook => ({
  id: row.id,
  uuid: row.uuid,
  name: row.name,
  kind: row.kind,
  serviceId: row.service_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
