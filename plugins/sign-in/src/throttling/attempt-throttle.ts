import { createHash } from 'node:crypto';
import { addressBlock, type Clock, type Storage } from '@sextant/sdk';
import { type AttemptCounter, type CounterKind, CURVES, counted, delayOf, FORGET_AFTER, waitFor } from './attempt-policy.js';

/** Whose attempt it is, as far as counting goes. */
export type AttemptSource =
  /** Anybody: counted by the network and by the name as it was typed, so that names that nobody has are counted alike. */
  | { readonly by: 'stranger'; readonly remoteAddress: string; readonly name: string }
  /** A known device at its own account, or a session of the person: counted by itself alone. @param id nobody else knows or can choose it */
  | { readonly by: 'device'; readonly id: string };

export interface AdmittedAttempt {
  /** With this failure, strangers' attempts for the name are delayed. */
  readonly delaysNext: boolean;
  /** It was right, or was not looked at: it does not count. */
  refund(): Promise<void>;
}

interface CounterRow {
  key: Buffer;
  failures: number;
  last_at: Date;
}

const FIND = 'SELECT key, failures, last_at FROM attempt_counters WHERE key = ANY($1)';
/** Counters of strangers that their owner is mailed about. */
const OF_A_NAME: Partial<Record<CounterKind, true>> = { account: true, pair: true };
const MOST_FORGOTTEN_AT_ONCE = 100;

/** Counts attempts to give a password in the database, so that all processes count together. */
export class AttemptThrottle {
  constructor(private readonly parts: { readonly db: Storage; readonly clock: Clock }) {}

  /** Counts the attempt before it is looked at, so that many at once are no more than many in turn. @returns milliseconds to wait, when it is refused. */
  async begin(source: AttemptSource): Promise<AdmittedAttempt | number> {
    const { db, clock } = this.parts;
    const keys = keysOf(source);
    const hashes = [...keys.values()];
    const at = clock.now();
    const now = at.getTime();
    // Without a lock: whoever sends many that are refused makes nobody wait.
    const standing = waitFor(countersOf(keys, await db.query<CounterRow>(FIND, [hashes]), now), now);
    if (standing > 0) return standing;
    return db.transaction(async (tx) => {
      await tx.query(
        `DELETE FROM attempt_counters WHERE key IN
         (SELECT key FROM attempt_counters WHERE last_at <= $1 LIMIT ${MOST_FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
        [new Date(now - FORGET_AFTER)],
      );
      // Locks the rows, kind by kind in one order for all, so that attempts at once do not wait for each other in a circle.
      const rows = await tx.query<CounterRow>(
        `INSERT INTO attempt_counters AS c (key, failures, last_at) SELECT key, 0, $2 FROM unnest($1::bytea[]) WITH ORDINALITY AS k (key, n) ORDER BY n
         ON CONFLICT (key) DO UPDATE SET failures = c.failures RETURNING key, failures, last_at`,
        [hashes, at],
      );
      const before = countersOf(keys, rows, now);
      const wait = waitFor(before, now);
      if (wait > 0) {
        await tx.query('DELETE FROM attempt_counters WHERE key = ANY($1) AND failures = 0', [hashes]);
        return wait;
      }
      const after = before.map(([kind, counter]) => [kind, counted(counter, now)] as const);
      await tx.query(
        `UPDATE attempt_counters AS c SET failures = k.failures, last_at = $3
         FROM unnest($1::bytea[], $2::int[]) AS k (key, failures) WHERE c.key = k.key`,
        [hashes, after.map(([, { failures }]) => failures), at],
      );
      return {
        delaysNext: after.some(([kind, counter]) => kind in OF_A_NAME && delayOf(counter, CURVES[kind], now) > 0),
        refund: () => this.#refund(hashes),
      };
    });
  }

  async #refund(keys: readonly Buffer[]): Promise<void> {
    await this.parts.db.transaction(async (tx) => {
      // In the order of `begin`.
      await tx.query(
        `UPDATE attempt_counters AS c SET failures = greatest(0, c.failures - 1)
         FROM (SELECT c.key FROM unnest($1::bytea[]) WITH ORDINALITY AS k (key, n) JOIN attempt_counters c USING (key) ORDER BY n FOR UPDATE OF c) AS l
         WHERE c.key = l.key`,
        [keys],
      );
      await tx.query('DELETE FROM attempt_counters WHERE key = ANY($1) AND failures = 0', [keys]);
    });
  }
}

/** In the order in which they are locked. Hashed: people type their password where the name belongs. */
function keysOf(source: AttemptSource): ReadonlyMap<CounterKind, Buffer> {
  if (source.by === 'device') return new Map([['device', keyOf('device', source.id)]]);
  const name = source.name.trim().toLowerCase();
  const block = addressBlock(source.remoteAddress);
  return new Map([
    ['account', keyOf('account', name)],
    ['address', keyOf('address', block)],
    ['pair', keyOf('pair', block, name)],
  ]);
}

const countersOf = (
  keys: ReadonlyMap<CounterKind, Buffer>,
  rows: readonly CounterRow[],
  now: number,
): readonly (readonly [CounterKind, AttemptCounter])[] =>
  [...keys].map(([kind, key]) => {
    const row = rows.find((one) => one.key.equals(key));
    return [kind, { failures: row?.failures ?? 0, lastAt: row?.last_at.getTime() ?? now }];
  });

const keyOf = (...parts: readonly string[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest();
