import type { SharedPool } from '../storage/shared-pool.js';
import type { CacheStore } from './cache-store.js';

/** In an unlogged table of the main database: shared by all processes, emptied by a crash of the server. Expired rows are swept by the scheduler. */
export class PostgresCacheStore implements CacheStore {
  constructor(private readonly main: SharedPool) {}

  async get(key: string): Promise<string | undefined> {
    const { rows } = await this.main.query<{ value: string }>(
      'select value from kernel.cache where key = $1 and expires_at > clock_timestamp()',
      [key],
    );
    return rows[0]?.value;
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    await this.main.query(
      `insert into kernel.cache (key, value, expires_at) values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
       on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`,
      [key, value, ttl],
    );
  }

  async delete(key: string): Promise<void> {
    await this.main.query('delete from kernel.cache where key = $1', [key]);
  }
}
