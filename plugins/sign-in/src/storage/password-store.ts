import type { Queryable } from '@sextant/sdk';

/** Passwords as they are stored. */
export class PasswordStore {
  constructor(private readonly db: Queryable) {}

  async hash(userId: number): Promise<string | undefined> {
    return (await this.db.query<{ hash: string }>('SELECT hash FROM passwords WHERE user_id = $1', [userId]))[0]?.hash;
  }

  async whoHave(userIds: readonly number[]): Promise<ReadonlySet<number>> {
    const rows = await this.db.query<{ user_id: number }>('SELECT user_id FROM passwords WHERE user_id = ANY($1)', [userIds]);
    return new Set(rows.map(({ user_id }) => user_id));
  }

  async set(userId: number, hash: string, at: Date): Promise<void> {
    await this.db.query(
      `INSERT INTO passwords (user_id, hash, changed_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
      [userId, hash, at],
    );
  }

  /** The same password at another cost, unless it was changed meanwhile. */
  async rehash(userId: number, from: string, to: string): Promise<void> {
    await this.db.query('UPDATE passwords SET hash = $3 WHERE user_id = $1 AND hash = $2', [userId, from, to]);
  }

  async remove(userId: number): Promise<void> {
    await this.db.query('DELETE FROM passwords WHERE user_id = $1', [userId]);
  }
}
