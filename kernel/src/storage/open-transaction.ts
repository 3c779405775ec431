import { type EntityClass, type Repository, type Row, SextantError, type Storage, type Tx } from '@sextant/sdk';
import pg from 'pg';
import type { EntitySource } from './entity-source.js';
import { sendOn } from './send-on.js';
import type { Lease, SharedPool } from './shared-pool.js';

/** Whose names a statement means: the schema in which they are looked up, and the entities. */
export interface Namespace {
  readonly schema: string;
  source(entity: { readonly name: string }): EntitySource;
}

/** The connection of a transaction, and whoever takes part in it. Statements run one after another, also when the caller did not wait. */
class Line {
  #tail: Promise<unknown> = Promise.resolve();
  /** Undefined: as it was before a part of the transaction was undone. */
  #schema: string | undefined;

  constructor(
    readonly lease: Lease,
    readonly pool: SharedPool,
    schema: string,
  ) {
    this.#schema = schema;
  }

  run<R>(schema: string, work: () => Promise<R>): Promise<R> {
    const next = async (): Promise<R> => {
      if (this.#schema !== schema) {
        await this.lease.client.query(`set local search_path to ${pg.escapeIdentifier(schema)}, public`);
        this.#schema = schema;
      }
      return work();
    };
    const result = this.#tail.then(next, next);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** A savepoint forgets what was set after it. */
  undo(savepoint: string): Promise<unknown> {
    const next = async (): Promise<unknown> => {
      this.#schema = undefined;
      return this.lease.client.query(`rollback to savepoint ${savepoint}`);
    };
    const result = this.#tail.then(next, next);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async idle(): Promise<void> {
    await this.#tail.catch(() => undefined);
  }
}

/** A transaction as one plugin has it. */
export class OpenTransaction implements Tx {
  readonly afterCommitWork: (() => void | Promise<void>)[] = [];
  readonly #guests: OpenTransaction[] = [];
  #open = true;
  #entities: ReturnType<EntitySource['managerOn']> | undefined;

  private constructor(
    private readonly line: Line,
    private readonly names: Namespace,
    private readonly outer?: OpenTransaction,
  ) {}

  static on(lease: Lease, pool: SharedPool, names: Namespace): OpenTransaction {
    return new OpenTransaction(new Line(lease, pool, names.schema), names);
  }

  get pool(): SharedPool {
    return this.line.pool;
  }

  query<R extends object = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    return this.#run(() => sendOn<R>(this.line.lease, sql, parameters));
  }

  repository<E extends object>(entity: EntityClass<E>): Repository<E> {
    const source = this.names.source(entity);
    return source.repository(entity, (work) =>
      this.#run(async () => {
        this.#entities ??= source.managerOn(this.line.lease);
        return work(source.repositoryOf((await this.#entities).manager, entity));
      }),
    );
  }

  afterCommit(work: () => void | Promise<void>): void {
    this.#check();
    this.afterCommitWork.push(work);
  }

  /** Waits for statements that were not awaited; refuses new ones. */
  async close(): Promise<void> {
    this.#open = false;
    await this.line.idle();
    for (const guest of this.#guests) await guest.close();
    await this.#entities?.then(({ release }) => release()).catch(() => undefined);
    this.#entities = undefined;
  }

  /** For single statements of another plugin, which stand and fall with this transaction. */
  as(names: Namespace): OpenTransaction {
    const guest = new OpenTransaction(this.line, names, this);
    this.#guests.push(guest);
    return guest;
  }

  /** A part of this transaction, in which names are those of another plugin. A throw undoes the part. */
  async part<R>(names: Namespace, work: (tx: Tx) => Promise<R>): Promise<R> {
    const part = new OpenTransaction(this.line, names, this);
    // Parts lie within each other, and not beside: the database finds the innermost of a name.
    const savepoint = `part_${part.#depth}`;
    await this.query(`savepoint ${savepoint}`);
    try {
      const result = await work(part);
      await part.close();
      await this.query(`release savepoint ${savepoint}`);
      this.afterCommitWork.push(...part.afterCommitWork);
      return result;
    } catch (error) {
      await part.close();
      // A connection that is lost has undone it all.
      await this.line.undo(savepoint).catch(() => undefined);
      throw error;
    }
  }

  get #depth(): number {
    return this.outer === undefined ? 0 : this.outer.#depth + 1;
  }

  async #run<R>(work: () => Promise<R>): Promise<R> {
    this.#check();
    return this.line.run(this.names.schema, work);
  }

  #check(): void {
    if (this.outer !== undefined) this.outer.#check();
    if (!this.#open)
      throw new SextantError('SEXTANT_STORAGE_TRANSACTION_CLOSED', {
        what: 'The transaction has ended.',
        fix: 'Await all work on `tx` inside the function given to transaction().',
      });
  }
}

/** Which pool an open transaction runs on: what wants to join it must live there. */
export const poolOf = (tx: Tx): SharedPool | undefined => (tx instanceof OpenTransaction ? tx.pool : undefined);

/** A plugin's storage in a transaction that is open. */
export class JoinedStorage implements Storage {
  readonly schema: string;
  readonly #tx: OpenTransaction;
  readonly #statements: OpenTransaction;

  /** @throws SEXTANT_STORAGE_TRANSACTION_CLOSED */
  constructor(
    tx: Tx,
    pool: SharedPool,
    private readonly names: Namespace,
  ) {
    if (!(tx instanceof OpenTransaction) || tx.pool !== pool)
      throw new SextantError('SEXTANT_STORAGE_TRANSACTION_CLOSED', {
        what: 'The transaction cannot be joined.',
        why: 'It is of another database.',
        fix: 'Give a transaction of the database in which the schema is.',
      });
    this.#tx = tx;
    this.#statements = tx.as(names);
    this.schema = names.schema;
  }

  query<R extends object = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    return this.#statements.query(sql, parameters);
  }

  repository<E extends object>(entity: EntityClass<E>): Repository<E> {
    return this.#statements.repository(entity);
  }

  transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.#tx.part(this.names, work);
  }

  within(tx: Tx): Storage {
    return new JoinedStorage(tx, this.#tx.pool, this.names);
  }
}
