import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Migration, Queryable } from '@sextant/sdk';
import type { AppliedMigration } from './migration-ledger.js';

/** Milliseconds for a migration that is sent nothing: it has only to write its statements. */
const PATIENCE = 2_000;

/** SHA-256 of the statements that a migration sends, in order: what the ledger keeps beside its name. */
export class StatementsHash {
  readonly #hash = createHash('sha256');

  add(sql: string): void {
    this.#hash.update(sql).update('\0');
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Names of migrations that would send other statements now than when they ran here: somebody edited them. */
export async function changedMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): Promise<readonly string[]> {
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const changed: string[] = [];
  for (const migration of migrations) {
    const checksum = checksums.get(migration.name);
    if (checksum === undefined) continue;
    const now = await statementsOf(migration);
    if (now === undefined || now === checksum) continue;
    // One that makes ids or times for its statements says something else each time.
    await wait(2);
    if ((await statementsOf(migration)) === now) changed.push(migration.name);
  }
  return changed;
}

/**
 * The hash of what a migration would send, found without a database. Undefined when that depends on what is in it: as soon as the migration looks at
 * an answer, throws, or waits for something else. It is then left waiting, with nothing behind it.
 */
async function statementsOf(migration: Migration): Promise<string | undefined> {
  const hash = new StatementsHash();
  return await new Promise((settle) => {
    const timer = setTimeout(() => settle(undefined), PATIENCE);
    const resolve = (found: string | undefined): void => {
      clearTimeout(timer);
      settle(found);
    };
    const looked = (): never => {
      resolve(undefined);
      throw new Error('the migration looks at what is in the database');
    };
    const unread = new Proxy([], {
      // `then` is asked by await itself.
      get: (_target, key) => (key === 'then' ? undefined : looked()),
      ownKeys: looked,
      has: looked,
    });
    let over = false;
    const dry: Queryable = {
      query: async (sql: string) => {
        if (over) return await new Promise<never>(() => undefined);
        hash.add(sql);
        return unread as never;
      },
    };
    Promise.resolve()
      .then(() => migration.up(dry))
      .then(
        () => resolve(hash.digest()),
        () => resolve(undefined),
      )
      .finally(() => {
        over = true;
      });
  });
}
