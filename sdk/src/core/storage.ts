export type Row = Record<string, unknown>;

/** Something SQL can be sent to: the pool, or a transaction. Parameters are `$1 …`. */
export interface Queryable {
  query<R extends object = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
}

/** An open transaction. `afterCommit` runs once it is durable, never on roll-back. */
export interface Tx extends Queryable {
  repository<E extends object>(entity: EntityClass<E>): Repository<E>;
  afterCommit(work: () => void | Promise<void>): void;
}

export type EntityClass<E extends object> = abstract new (...args: never[]) => E;
export type Where<E> = Partial<{ readonly [K in keyof E]: E[K] | readonly E[K][] | null }>;

/** Entities of one table. Enough for most; use `query` for the rest. */
export interface Repository<E extends object> {
  find(
    where?: Where<E>,
    options?: { readonly orderBy?: Partial<Record<keyof E & string, 'ASC' | 'DESC'>>; readonly limit?: number; readonly offset?: number },
  ): Promise<E[]>;
  findOne(where: Where<E>): Promise<E | undefined>;
  insert(values: Partial<E> | readonly Partial<E>[]): Promise<E[]>;
  /** Inserts, or updates the row that has the same `key` columns. */
  upsert(values: Partial<E> | readonly Partial<E>[], key: readonly (keyof E & string)[]): Promise<void>;
  update(where: Where<E>, values: Partial<E>): Promise<number>;
  delete(where: Where<E>): Promise<number>;
  count(where?: Where<E>): Promise<number>;
}

/** The plugin's own schema in its database. Unqualified names are looked up in it. */
export interface Storage extends Queryable {
  readonly schema: string;
  repository<E extends object>(entity: EntityClass<E>): Repository<E>;
  /** Runs `work` in one transaction; a throw rolls back. A serialisation failure or deadlock is retried, so `work` may run again. */
  transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R>;
  /**
   * The same storage inside a transaction that is open already, maybe another plugin's: all that is done with it is there if that one commits. A throw of
   * `transaction` undoes what its own `work` did, and the outer one may go on; nothing is retried, so a deadlock must leave the outer one, too. Await each
   * call before the next.
   * @throws SEXTANT_STORAGE_TRANSACTION_CLOSED when `tx` is of another database or has ended
   */
  within(tx: Tx): Storage;
}

/** A migration. `name` ends in 13 digits (milliseconds); `breaking`: older programs must not run on the result. */
export interface Migration {
  readonly name: string;
  readonly breaking?: boolean;
  up(db: Queryable): Promise<void>;
}

/**
 * A column that holds what `core.secrets` sealed: text, each value one sealed text and nothing around it; null or empty where there is none. Its table
 * has a primary key. Rotation lists the rows page by page and writes a value back only where it is still the one that was read.
 */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
}

export interface StorageDefinition {
  /** Which logical database; default `main`. */
  readonly database?: 'main' | 'codeintel' | 'insights';
  readonly entities?: () => Promise<readonly EntityClass<object>[]>;
  readonly migrations: () => Promise<readonly Migration[]>;
  /** Every column that holds sealed values. What is sealed elsewhere is lost when an old key is dropped, so dropping refuses while it finds any. */
  readonly sealed?: readonly SealedColumn[];
}
