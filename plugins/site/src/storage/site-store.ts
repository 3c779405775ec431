import type { Queryable } from '@sextant/sdk';

/** What tells this installation from others. */
export interface SiteIdentity {
  readonly siteId: string;
  readonly createdAt: Date;
}

/** Read once: it never changes. */
export class SiteStore {
  #identity: Promise<SiteIdentity> | undefined;

  constructor(private readonly db: Queryable) {}

  identity(): Promise<SiteIdentity> {
    const asked = (this.#identity ??= this.#read());
    asked.catch(() => {
      if (this.#identity === asked) this.#identity = undefined;
    });
    return asked;
  }

  async #read(): Promise<SiteIdentity> {
    const rows = await this.db.query<{ site_id: string; created_at: Date }>('select site_id, created_at from site');
    const row = rows[0];
    if (!row) throw new Error('the table "site" has lost its row');
    return { siteId: row.site_id, createdAt: row.created_at };
  }
}
