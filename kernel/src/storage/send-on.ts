import type pg from 'pg';
import type { Lease } from './shared-pool.js';
import { isConnectionLoss, isRetryable, storageFailure } from './storage-failure.js';

// A session that one of these has changed is not for the next borrower. SET LOCAL ends with its transaction.
const CHANGES_SESSION =
  /(?:^|;)\s*(?:set(?!\s+(?:local|constraints|transaction)\b)|reset|discard|listen|unlisten|load|prepare)\b|set_config|create\s+(?:local\s+)?temp|pg_(?:try_)?advisory_lock/i;

/** One statement on a connection, whose session is not for the next borrower when it changes that. */
export async function sendOn<R extends object>(lease: Lease, sql: string, parameters: readonly unknown[] | undefined): Promise<R[]> {
  if (CHANGES_SESSION.test(sql)) lease.taint();
  try {
    const result = (await lease.client.query(sql, parameters === undefined ? undefined : [...parameters])) as
      | pg.QueryResult
      | pg.QueryResult[];
    // Several statements in one text answer with an array; the last one's rows are the answer.
    return ((Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? []) as R[];
  } catch (error) {
    throw isConnectionLoss(error) || isRetryable(error) ? error : storageFailure(error);
  }
}
