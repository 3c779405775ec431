import type { Queryable, Storage, Tx } from '@sextant/sdk';

/** Where entries stand from the moment they are durable until they are in the chain. */
export class AuditInbox {
  constructor(private readonly db: Storage) {}

  /** With `tx`, which may be another plugin's, the entries are there if it commits. */
  async add(entries: readonly string[], tx?: Tx): Promise<void> {
    const target: Queryable = tx ?? this.db;
    await target.query(`insert into ${this.db.schema}.audit_inbox (entry) select * from unnest($1::text[])`, [entries]);
  }

  /** Throws what keeps entries from being added, and adds none. */
  async probe(): Promise<void> {
    const undo = new Error('undone');
    await this.db
      .transaction(async (tx) => {
        await this.add(['{}'], tx);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo && !(error instanceof Error && error.cause === undo)) throw error;
      });
  }
}
