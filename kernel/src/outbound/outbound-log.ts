import { type Logger, type Queryable, SextantError } from '@sextant/sdk';
import type { Response as UndiciResponse } from 'undici';
import { redactHeaders, redactUrl } from './redact-request.js';
import type { Hop } from './redirects.js';

/** A request to another server as it is kept: without credentials and without bodies. */
export interface OutboundRecord {
  /** Newer ones are greater. */
  readonly id: string;
  readonly startedAt: Date;
  readonly plugin: string;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** 0 when there was no answer. */
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Milliseconds until the head of the answer. */
  readonly duration: number;
  readonly error: string;
}

export interface EndedRequest {
  readonly plugin: string;
  readonly hop: Hop;
  readonly startedAt: Date;
  readonly duration: number;
  readonly response?: UndiciResponse;
  readonly error?: unknown;
}

/** Requests are written together, so that a busy sync costs one statement a second. */
const WRITE_AFTER = 1_000;
const KEPT_DAYS = 7;

/**
 * The latest requests to other servers, of all processes that share the database. Of a person's URL the path is not kept either: that of a chat's
 * webhook is all that one needs to write there.
 */
export class OutboundLog {
  #unwritten: OutboundRecord[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(
    private readonly options: { readonly keep: number; readonly instance: string; readonly db: Queryable; readonly log: Logger },
  ) {}

  record({ plugin, hop, startedAt, duration, response, error }: EndedRequest): void {
    const { keep, instance } = this.options;
    if (keep === 0) return;
    const entry: OutboundRecord = {
      id: `${String(startedAt.getTime()).padStart(15, '0')}-${String(++this.#count).padStart(9, '0')}-${instance}`,
      startedAt,
      plugin,
      method: hop.method,
      url: hop.from === 'person' ? `${hop.url.origin}/…` : redactUrl(hop.url),
      requestHeaders: redactHeaders(hop.headers),
      statusCode: response?.status ?? 0,
      responseHeaders: response ? redactHeaders(new Headers([...response.headers])) : {},
      duration: Math.round(duration),
      error: error === undefined ? '' : SextantError.is(error) ? error.message : 'It was stopped.',
    };
    this.#unwritten.push(entry);
    if (this.#unwritten.length > keep) this.#unwritten.shift();
    this.#timer ??= setTimeout(() => void this.#write(), WRITE_AFTER).unref();
  }

  /** Newest first. */
  async list(page: { readonly limit: number; readonly before?: string }): Promise<readonly OutboundRecord[]> {
    await this.#write();
    const rows = await this.options.db.query<{ entry: Omit<OutboundRecord, 'startedAt'> & { startedAt: string } }>(
      'select entry from kernel.outbound_requests where $1::text is null or id < $1 order by id desc limit $2',
      [page.before ?? null, Math.min(page.limit, this.options.keep)],
    );
    return rows.map(({ entry }) => ({ ...entry, startedAt: new Date(entry.startedAt) }));
  }

  /** How many are kept. */
  async count(): Promise<number> {
    await this.#write();
    const [row] = await this.options.db.query<{ count: number }>('select count(*)::int as count from kernel.outbound_requests');
    return Math.min(row?.count ?? 0, this.options.keep);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#write();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#writeNow())
      .catch((error: unknown) => this.options.log.debug('The log of outbound requests was passed by.', { error }));
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    this.#timer = undefined;
    const entries = this.#unwritten;
    if (entries.length === 0) return;
    this.#unwritten = [];
    await this.options.db.query(
      `with written as (
         insert into kernel.outbound_requests (id, entry, at)
         select e->>'id', e, (e->>'startedAt')::timestamptz from jsonb_array_elements($1::jsonb) e on conflict do nothing)
       delete from kernel.outbound_requests
       where at < now() - $3 * interval '1 day'
          or id < (select id from kernel.outbound_requests order by id desc offset $2 limit 1)`,
      [JSON.stringify(entries), Math.max(0, this.options.keep - 1), KEPT_DAYS],
    );
  }
}
