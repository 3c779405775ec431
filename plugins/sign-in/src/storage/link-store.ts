import type { Queryable } from '@sextant/sdk';
import { hashOf, newUnguessable } from '../unguessable.js';

export type LinkPurpose = 'password' | 'email' | 'unlock' | 'setup';

export interface LinkSubject {
  readonly userId: number | undefined;
  /** Which address it proves; undefined for one that was handed over by hand. */
  readonly address: string | undefined;
}

interface LinkRow {
  user_id: number | null;
  address: string | null;
}

/** Links that let their holder do one thing, once, for a while. */
export class LinkStore {
  constructor(private readonly db: Queryable) {}

  /** One that takes the place of those before it. `lasts` in milliseconds. @returns the text that the link carries. */
  async make(purpose: LinkPurpose, { userId, address }: LinkSubject, now: Date, lasts: number): Promise<string> {
    const text = newUnguessable();
    await this.db.query(
      `DELETE FROM links WHERE expires_at <= $4 OR (purpose = $1 AND user_id IS NOT DISTINCT FROM $2 AND (purpose <> 'email' OR address = $3))`,
      [purpose, userId ?? null, address ?? null, now],
    );
    await this.db.query('INSERT INTO links (hash, purpose, user_id, address, expires_at) VALUES ($1, $2, $3, $4, $5)', [
      hashOf(text),
      purpose,
      userId ?? null,
      address ?? null,
      new Date(now.getTime() + lasts),
    ]);
    return text;
  }

  /** Undefined for one that is none, used, or too old. */
  async look(purpose: LinkPurpose, text: string, now: Date): Promise<LinkSubject | undefined> {
    return this.#find('SELECT user_id, address FROM links WHERE hash = $1 AND purpose = $2 AND expires_at > $3', purpose, text, now);
  }

  /** Of several who use it at once, one. */
  async use(purpose: LinkPurpose, text: string, now: Date): Promise<LinkSubject | undefined> {
    return this.#find(
      'DELETE FROM links WHERE hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id, address',
      purpose,
      text,
      now,
    );
  }

  async any(purpose: LinkPurpose, now: Date): Promise<boolean> {
    return (await this.db.query('SELECT 1 FROM links WHERE purpose = $1 AND expires_at > $2 LIMIT 1', [purpose, now])).length > 0;
  }

  async drop(purposes: readonly LinkPurpose[], userId: number | undefined): Promise<void> {
    await this.db.query('DELETE FROM links WHERE purpose = ANY($1) AND user_id IS NOT DISTINCT FROM $2', [purposes, userId ?? null]);
  }

  async #find(sql: string, purpose: LinkPurpose, text: string, now: Date): Promise<LinkSubject | undefined> {
    const hash = hashOf(text);
    const [row] = hash ? await this.db.query<LinkRow>(sql, [hash, purpose, now]) : [];
    return row && { userId: row.user_id ?? undefined, address: row.address ?? undefined };
  }
}
