import type { Logger } from '@sextant/sdk';
import pg from 'pg';
import { isConnectionLoss, storageFailure } from './storage-failure.js';

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

/** The one pool of a DSN in this process. Every lease begins with the search path its borrower asked for. */
export class SharedPool {
  readonly pool: pg.Pool;
  /** What the session of each connection was set to last: a `SET` costs a round trip, and most leases find it right. */
  readonly #sessions = new WeakMap<pg.ClientBase, string>();
  #ended: Promise<void> | undefined;

  constructor(private readonly options: SharedPoolOptions) {
    this.pool = new pg.Pool({
      ...options.config,
      max: options.size,
      connectionTimeoutMillis: options.acquireTimeout,
      idleTimeoutMillis: 60_000,
      allowExitOnIdle: false,
    });
    // Without these handlers a server that stops takes the process with it.
    this.pool.on('error', (error) =>
      options.log.warn('A database connection was lost while idle.', { code: (error as { code?: string }).code }),
    );
    this.pool.on('connect', (client) => client.on('error', () => undefined));
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

  /** A connection of its own, outside the pool and without a statement timeout, for what must hold a session: locks, LISTEN. */
  async dedicated(applicationName: string): Promise<pg.Client> {
    const client = new pg.Client({ ...this.options.config, application_name: applicationName.slice(0, 63), keepAlive: true });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      throw storageFailure(error);
    }
    return client;
  }

  end(): Promise<void> {
    this.#ended ??= this.pool.end();
    return this.#ended;
  }

  /** Nothing was sent yet, so trying again is safe: a server that restarts costs its callers a delay, not an error. */
  async #connect(): Promise<pg.PoolClient> {
    const started = performance.now();
    for (let delay = FIRST_RETRY; ; delay = Math.min(delay * 2, LAST_RETRY)) {
      try {
        return await this.pool.connect();
      } catch (error) {
        if (!isConnectionLoss(error) || this.#ended !== undefined || performance.now() - started + delay > this.options.acquireTimeout)
          throw storageFailure(error);
      }
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}
