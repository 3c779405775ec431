import type { Queryable } from '@sextant/sdk';

export interface LockoutRule {
  readonly threshold: number;
  /** Milliseconds. */
  readonly period: number;
  readonly lockout: number;
}

/** Passwords as they are stored, and how often wrong ones came. */
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

  /** Counts a try before it is looked at, so that many at once are no more than many in turn. @returns whether it may be looked at, and which it is. */
  async begin(subject: number, rule: LockoutRule, now: Date): Promise<{ readonly locked: boolean; readonly count: number }> {
    const [row] = await this.db.query<{ count: number; locked: boolean }>(
      `INSERT INTO failures AS f (user_id, count, since) VALUES ($1, 1, $2)
       ON CONFLICT (user_id) DO UPDATE SET
         count = CASE WHEN f.locked_until > $2 THEN f.count WHEN f.locked_until IS NOT NULL OR f.since <= $3 THEN 1 ELSE f.count + 1 END,
         since = CASE WHEN f.locked_until <= $2 OR (f.locked_until IS NULL AND f.since <= $3) THEN $2 ELSE f.since END,
         locked_until = CASE WHEN f.locked_until > $2 THEN f.locked_until END
       RETURNING count, locked_until IS NOT NULL AS locked`,
      [subject, now, new Date(now.getTime() - rule.period)],
    );
    const { count, locked } = row as { count: number; locked: boolean };
    return { count, locked: locked || count > rule.threshold };
  }

  /** @returns whether this failure is the one that locks. */
  async fail(subject: number, rule: LockoutRule, now: Date): Promise<boolean> {
    const rows = await this.db.query(
      'UPDATE failures SET locked_until = $3 WHERE user_id = $1 AND count >= $2 AND locked_until IS NULL RETURNING user_id',
      [subject, rule.threshold, new Date(now.getTime() + rule.lockout)],
    );
    return rows.length > 0;
  }

  async forgive(subject: number): Promise<void> {
    await this.db.query('DELETE FROM failures WHERE user_id = $1', [subject]);
  }
}
