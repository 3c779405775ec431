import {
  type EntityClass,
  type Logger,
  type Queryable,
  type Repository,
  type Row,
  SextantError,
  type Storage,
  type Tx,
} from '@sextant/sdk';
import type pg from 'pg';
import { ConnectionSlots } from './connection-slots.js';
import type { EntitySource } from './entity-source.js';
import { JoinedStorage, type Namespace, OpenTransaction } from './open-transaction.js';
import { schemaOf } from './plugin-schema.js';
import { repeat } from './repeat.js';
import { sendOn } from './send-on.js';
import type { Lease, SharedPool } from './shared-pool.js';
import { isConnectionLoss, isRetryable, storageFailure } from './storage-failure.js';

export interface PluginStorageOptions {
  readonly plugin: string;
  readonly pool: SharedPool;
  readonly log: Logger;
  readonly entities?: readonly EntityClass<object>[];
  /** Connections this plugin may hold at a time; default 5. */
  readonly maxConnections?: number;
  /** Milliseconds to wait for one of them; default 10,000. */
  readonly acquireTimeout?: number;
}

/** A plugin's storage: its schema on the shared pool of its database. */
export class PluginStorage implements Storage {
  readonly schema: string;
  readonly #slots: ConnectionSlots;
  readonly #names: Namespace;
  #entities: EntitySource | undefined;

  private constructor(private readonly options: PluginStorageOptions) {
    this.schema = schemaOf(options.plugin);
    this.#slots = new ConnectionSlots(options.plugin, options.maxConnections ?? 5, options.acquireTimeout ?? 10_000);
    this.#names = { schema: this.schema, source: (entity) => this.#source(entity) };
  }

  static async open(options: PluginStorageOptions): Promise<PluginStorage> {
    const storage = new PluginStorage(options);
    if (options.entities !== undefined && options.entities.length > 0) {
      try {
        // TypeORM is loaded by the first plugin that has entities, and by nobody else.
        const { EntitySource } = await import('./entity-source.js');
        storage.#entities = await EntitySource.open(options.plugin, storage.schema, options.entities, () => storage.#lease());
      } catch (error) {
        throw storageFailure(error);
      }
    }
    return storage;
  }

  async query<R extends object = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    const lease = await this.#lease();
    try {
      const rows = await sendOn<R>(lease, sql, parameters);
      lease.release();
      return rows;
    } catch (error) {
      lease.release(error as Error);
      throw storageFailure(error);
    }
  }

  repository<E extends object>(entity: EntityClass<E>): Repository<E> {
    const source = this.#source(entity);
    return source.repository(entity, async (work) => work(source.repositoryOf(source.manager, entity)));
  }

  async transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    try {
      // A connection lost before COMMIT was sent has rolled back, so it is as safe to repeat as a deadlock.
      return await repeat(
        () => this.#transactionOnce(work),
        (error) => isRetryable(error) || error instanceof LostBeforeCommit,
      );
    } catch (error) {
      throw storageFailure(error instanceof LostBeforeCommit ? error.cause : error);
    }
  }

  within(tx: Tx): Storage {
    return new JoinedStorage(tx, this.options.pool, this.#names);
  }

  async close(): Promise<void> {
    await this.#entities?.close();
  }

  async #transactionOnce<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    const lease = await this.#lease();
    const tx = OpenTransaction.on(lease, this.options.pool, this.#names);
    let result: R;
    let committing = false;
    try {
      await lease.client.query('begin');
      result = await work(tx);
      await tx.close();
      committing = true;
      const { command } = await lease.client.query('commit');
      // COMMIT of a failed transaction "succeeds" as a roll-back when `work` swallowed the error.
      if (command === 'ROLLBACK')
        throw new SextantError('SEXTANT_STORAGE_TRANSACTION_CLOSED', {
          what: 'The transaction was rolled back.',
          why: 'One of its statements failed, and the error was caught inside it.',
          fix: 'Let the error leave the transaction.',
        });
      lease.release();
    } catch (error) {
      await tx.close();
      const lost = isConnectionLoss(error) || (SextantError.is(error) && error.code === 'SEXTANT_STORAGE_UNAVAILABLE');
      if (lost) lease.taint();
      if (!lost && !committing) await lease.client.query('rollback').catch(() => lease.taint());
      lease.release(error as Error);
      throw lost && !committing ? new LostBeforeCommit(error) : error;
    }
    for (const after of tx.afterCommitWork) {
      try {
        await after();
      } catch (error) {
        this.options.log.error('Work after a commit failed.', { plugin: this.options.plugin, error });
      }
    }
    return result;
  }

  #source(entity: { readonly name: string }): EntitySource {
    if (this.#entities) return this.#entities;
    throw new SextantError('SEXTANT_STORAGE_ENTITY', {
      what: `Plugin "${this.options.plugin}" has no entity "${entity.name}".`,
      fix: 'Add the class to `entities` of r.storage().',
    });
  }

  async #lease(): Promise<Lease> {
    const giveBack = await this.#slots.take();
    try {
      const lease = await this.options.pool.lease(this.schema);
      return {
        ...lease,
        release: (error) => {
          lease.release(error);
          giveBack();
        },
      };
    } catch (error) {
      giveBack();
      throw error;
    }
  }
}

class LostBeforeCommit extends Error {
  constructor(cause: unknown) {
    super('The connection was lost inside a transaction.', { cause });
  }
}

/** For code of the kernel that needs no plugin: the same wrapper on any client. */
export const queryableOn = (client: pg.ClientBase): Queryable => ({
  query: async <R extends object = Row>(sql: string, parameters?: readonly unknown[]) => {
    const result = (await client.query(sql, parameters === undefined ? undefined : [...parameters])) as pg.QueryResult | pg.QueryResult[];
    return ((Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? []) as R[];
  },
});
