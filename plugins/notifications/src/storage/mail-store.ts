import { randomUUID } from 'node:crypto';
import type { Queryable, Secrets, Storage, Tx } from '@sextant/sdk';
import type { Mail } from '../api.js';

export interface QueuedMail {
  readonly id: string;
  readonly mail: Mail;
  /** Tries that failed. */
  readonly attempts: number;
}

export interface MailStanding {
  readonly waiting: number;
  /** Why the last try of one that waits failed. */
  readonly lastError: string | undefined;
  /** Given up within a week. */
  readonly failed: number;
  readonly lastFailure: string | undefined;
}

/** Mails from when they are wanted until they are sent. */
export class MailStore {
  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
  ) {}

  /** With `tx`, which may be another plugin's. @returns its id */
  async add(mail: Mail, tx?: Tx): Promise<string> {
    const id = randomUUID();
    const target: Queryable = tx ?? this.db;
    await target.query(`insert into ${this.db.schema}.mails (id, sealed) values ($1, $2)`, [id, this.secrets.seal(JSON.stringify(mail))]);
    return id;
  }

  /** Undefined for one that was sent or given up. */
  async find(id: string): Promise<QueuedMail | undefined> {
    const [row] = await this.db.query<{ sealed: string | null; attempts: number }>('select sealed, attempts from mails where id = $1', [
      id,
    ]);
    if (!row || row.sealed === null) return undefined;
    return { id, attempts: row.attempts, mail: JSON.parse(this.secrets.open(row.sealed).reveal()) as Mail };
  }

  async sent(id: string): Promise<void> {
    await this.db.query('delete from mails where id = $1', [id]);
  }

  async failed(id: string, error: string, options: { readonly forGood: boolean }): Promise<void> {
    await this.db.query(
      `update mails set attempts = attempts + 1, error = $2, sealed = case when $3 then null else sealed end,
         failed_at = case when $3 then now() end where id = $1`,
      [id, error, options.forGood],
    );
  }

  async standing(): Promise<MailStanding> {
    const [row] = await this.db.query<{ waiting: number; last_error: string | null; failed: number; last_failure: string | null }>(
      `select count(*) filter (where failed_at is null)::int as waiting,
         (array_agg(error order by created_at desc) filter (where failed_at is null and error is not null))[1] as last_error,
         count(*) filter (where failed_at > now() - interval '7 days')::int as failed,
         (array_agg(error order by failed_at desc) filter (where failed_at is not null))[1] as last_failure
       from mails`,
    );
    return {
      waiting: row?.waiting ?? 0,
      lastError: row?.last_error ?? undefined,
      failed: row?.failed ?? 0,
      lastFailure: row?.last_failure ?? undefined,
    };
  }

  /** Forgets what was given up more than a week ago. */
  async trim(): Promise<void> {
    await this.db.query(`delete from mails where failed_at < now() - interval '7 days'`);
  }
}
