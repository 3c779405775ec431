import type { Logger, StorageDefinition } from '@sextant/sdk';
import type pg from 'pg';
import { SharedPool } from './shared-pool.js';

export type DatabaseName = NonNullable<StorageDefinition['database']>;
export const DATABASE_NAMES: readonly DatabaseName[] = ['main', 'codeintel', 'insights'];

/** A DSN, or what `pg` takes instead of one. */
export type DatabaseAddress = string | pg.PoolConfig;

export interface DatabasesOptions {
  readonly main: DatabaseAddress;
  /** Default: where `main` is. */
  readonly codeintel?: DatabaseAddress;
  readonly insights?: DatabaseAddress;
  readonly log: Logger;
  /** Server connections a DSN and process; default 10. */
  readonly poolSize?: number;
  /** Milliseconds; default 60,000. */
  readonly statementTimeout?: number;
  /** Milliseconds; default 10,000. */
  readonly acquireTimeout?: number;
  /** Shown in pg_stat_activity; default `sextant`. */
  readonly applicationName?: string;
}

const configOf = (address: DatabaseAddress): pg.PoolConfig => (typeof address === 'string' ? { connectionString: address } : address);

/** The logical databases. Those at one address share one pool. */
export class Databases {
  readonly #pools = new Map<string, SharedPool>();
  readonly #byName = new Map<DatabaseName, SharedPool>();

  constructor(options: DatabasesOptions) {
    for (const name of DATABASE_NAMES) {
      const config = configOf(options[name] ?? options.main);
      const identity = JSON.stringify(config);
      let pool = this.#pools.get(identity);
      if (pool === undefined) {
        pool = new SharedPool({
          config: { application_name: options.applicationName ?? 'sextant', ...config },
          size: options.poolSize ?? 10,
          statementTimeout: options.statementTimeout ?? 60_000,
          acquireTimeout: options.acquireTimeout ?? 10_000,
          log: options.log,
        });
        this.#pools.set(identity, pool);
      }
      this.#byName.set(name, pool);
    }
  }

  pool(name: DatabaseName): SharedPool {
    return this.#byName.get(name)!;
  }

  /** Each distinct pool once, with the first logical name it serves. */
  distinct(): readonly { readonly name: DatabaseName; readonly pool: SharedPool }[] {
    return [...this.#pools.values()].map((pool) => ({ name: DATABASE_NAMES.find((name) => this.#byName.get(name) === pool)!, pool }));
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}
