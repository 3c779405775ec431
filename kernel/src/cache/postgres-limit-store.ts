import type { SharedPool } from '../storage/shared-pool.js';
import type { LimitStore } from './limit-store.js';

/** In an unlogged table of the main database, by its clock. */
export class PostgresLimitStore implements LimitStore {
  constructor(private readonly main: SharedPool) {}

  async take(key: string, capacity: number, per: number, cost: number): Promise<{ allowed: boolean; left: number }> {
    const { rows } = await this.main.query<{ allowed: boolean; remaining: number }>(
      'select allowed, remaining from kernel.take_tokens($1, $2, $3, $4)',
      [key, capacity, per, cost],
    );
    return { allowed: rows[0]!.allowed, left: rows[0]!.remaining };
  }
}
