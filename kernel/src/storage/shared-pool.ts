import type { Logger } from '@sextant/sdk';
import pg from 'pg';
import { isConnectionLoss, isPoolTimeout, storageFailure } from './storage-failure.js';

/** A borrowed connection. `taint` marks that its session was changed, so that nobody else gets it. */
export interface Lease {
  readonly client: pg.PoolClient;
  taint(): void;
  release(error?: Error): void;
}

export interface SharedPoolOptions {
  readonly config: pg.PoolConfig;
  /** Server connections of this process. */
  readonly size: number;
  /** Milliseconds a statement may take on a leased connection; 0 for no limit. */
  readonly statementTimeout: number;
  /** Milliseconds to wait for a free or a new connection, through restarts of the server too. */
  readonly acquireTimeout: number;
  readonly log: Logger;
}

const FIRST_RETRY = 50;
const LAST_RETRY = 1_000;
/** Milliseconds the server gets to close its connections at the end. */
const CLOSE_TIMEOUT = 2_000;
/** Milliseconds: a connection costs the server 3 MB for as long as it is open, and 10 ms to open. */
const IDLE_TIMEOUT = 10_000;

/** The one pool of a DSN in this process. Every lease begins with the search path its borrower asked for. */
export class SharedPool {
  readonly pool: pg.Pool;
  /** What the session of each connection was set to last: a `SET` costs a round trip, and most leases find it right. */
  readonly #sessions = new WeakMap<pg.ClientBase, string>();
  /** Connections whose socket is open, idle or not. */
  readonly #open = new Set<pg.ClientBase>();
  #allClosed: () => void = () => undefined;
  #ended: Promise<void> | undefined;

  constructor(private readonly options: SharedPoolOptions) {
    this.pool = new pg.Pool({
      ...options.config,
      max: options.size,
      connectionTimeoutMillis: options.acquireTimeout,
      idleTimeoutMillis: IDLE_TIMEOUT,
      allowExitOnIdle: false,
    });
    // Without these handlers a server that stops takes the process with it.
    this.pool.on('error', (error) =>
      options.log.warn('A database connection was lost while idle.', { code: (error as { code?: string }).code }),
    );
    this.pool.on('connect', (client) => {
      this.#open.add(client);
      client.on('error', () => undefined);
    });
    this.pool.on('remove', (client) => {
      this.#open.delete(client);
      if (this.#open.size === 0) this.#allClosed();
    });
  }

  /** @throws SEXTANT_STORAGE_UNAVAILABLE or SEXTANT_STORAGE_BUSY after the acquire timeout. */
  async lease(schema: string): Promise<Lease> {
    const client = await this.#connect();
    const session = `set search_path to ${pg.escapeIdentifier(schema)}, public; set statement_timeout to ${this.options.statementTimeout}`;
    if (this.#sessions.get(client) !== session) {
      try {
        await client.query(session);
      } catch (error) {
        client.release(true);
        throw storageFailure(error);
      }
      this.#sessions.set(client, session);
    }
    let tainted = false;
    let released = false;
    return {
      client,
      taint: () => {
        tainted = true;
      },
      release: (error) => {
        if (released) return;
        released = true;
        client.release(tainted || (error !== undefined && isConnectionLoss(error)));
      },
    };
  }

  /** One statement of the kernel, whose names are all qualified: it does not matter whose search path the connection has. */
  async query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<pg.QueryResult<R>> {
    const client = await this.#connect();
    try {
      const result = await client.query<R>(sql, [...parameters]);
      client.release();
      return result;
    } catch (error) {
      client.release(isConnectionLoss(error));
      throw storageFailure(error);
    }
  }

  /** A connection of its own, outside the pool and without a statement timeout, for what must hold a session: locks, LISTEN. */
  dedicated(applicationName: string): Promise<pg.Client> {
    return this.#persistently(async () => {
      const client = new pg.Client({ ...this.options.config, application_name: applicationName.slice(0, 63), keepAlive: true });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    });
  }

  /** Resolves when the connections are closed: the library's own promise does when it has asked for that, and a server that stops then would cut them off. */
  end(): Promise<void> {
    this.#ended ??= this.pool.end().then(async () => {
      if (this.#open.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#allClosed = resolve;
        timer = setTimeout(resolve, CLOSE_TIMEOUT);
      });
      clearTimeout(timer);
    });
    return this.#ended;
  }

  /**
   * The pool as a library sees it that cannot bear a lost connection: connecting waits for as long as the server is away,
   * and a statement that was cut off fails with a code that asks for a retry (57P03). Its statements must bear repetition.
   */
  patient(): pg.Pool {
    const connect = async (): Promise<pg.PoolClient> => {
      try {
        if (this.#ended === undefined) return patientClient(await this.#connect(Number.POSITIVE_INFINITY));
      } catch (error) {
        if (this.#ended === undefined) throw error;
      }
      // Once the pool has ended nobody waits for the answer any more; a rejection would only be an unhandled one.
      return await new Promise<never>(() => undefined);
    };
    return new Proxy(this.pool, {
      get: (pool, name) => {
        if (name === 'connect')
          return (connected?: Parameters<pg.Pool['connect']>[0]) =>
            connected === undefined ? connect() : this.#ended === undefined ? pool.connect(connected) : undefined;
        const value: unknown = Reflect.get(pool, name, pool);
        return typeof value === 'function' ? value.bind(pool) : value;
      },
    });
  }

  #connect(timeout?: number): Promise<pg.PoolClient> {
    return this.#persistently(() => this.pool.connect(), timeout);
  }

  /** Connecting sends nothing yet, so trying again is safe: a server that restarts costs its callers a delay, not an error. */
  async #persistently<R>(connect: () => Promise<R>, timeout: number = this.options.acquireTimeout): Promise<R> {
    const started = performance.now();
    for (let delay = FIRST_RETRY; ; delay = Math.min(delay * 2, LAST_RETRY)) {
      try {
        return await connect();
      } catch (error) {
        const mayReturn = isConnectionLoss(error) || (timeout === Number.POSITIVE_INFINITY && isPoolTimeout(error));
        if (!mayReturn || this.#ended !== undefined || performance.now() - started + delay > timeout) throw storageFailure(error);
      }
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

const CANNOT_CONNECT_NOW = '57P03';

const patientClient = (client: pg.PoolClient): pg.PoolClient =>
  new Proxy(client, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
      return (...statement: unknown[]) =>
        Promise.resolve((value as (...statement: unknown[]) => Promise<unknown>).apply(target, statement)).catch((error: unknown) => {
          throw isConnectionLoss(error)
            ? Object.assign(new Error('The connection was lost.', { cause: error }), { code: CANNOT_CONNECT_NOW })
            : error;
        });
    },
  });
