import type { Logger } from '@sextant/sdk';
import pg from 'pg';
import type { SharedPool } from '../storage/shared-pool.js';

type Listener = (payload: string) => void;

const FIRST_RETRY = 100;
const LAST_RETRY = 10_000;

/** LISTEN on one connection of this process, outside the pool; made again when it is lost. What is sent meanwhile is lost. */
export class Notifications {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #reconnected = new Set<() => void>();
  #client: Promise<pg.Client> | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly pool: SharedPool,
    private readonly log: Logger,
  ) {}

  /** Resolves when notices of this channel arrive. Channel names stay under 64 bytes. */
  async listen(channel: string, listener: Listener): Promise<Disposable> {
    let listeners = this.#listeners.get(channel);
    const isNew = listeners === undefined;
    if (listeners === undefined) this.#listeners.set(channel, (listeners = new Set()));
    listeners.add(listener);
    if (isNew) {
      const client = await this.#connected();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } else await this.#connected();
    const own = listeners;
    return {
      [Symbol.dispose]: () => {
        own.delete(listener);
        if (own.size > 0 || this.#listeners.get(channel) !== own) return;
        this.#listeners.delete(channel);
        if (!this.#closed)
          void this.#client?.then((client) => client.query(`unlisten ${pg.escapeIdentifier(channel)}`)).catch(() => undefined);
      },
    };
  }

  /** Calls `work` after the connection was made again: notices may have been missed. */
  onReconnect(work: () => void): Disposable {
    this.#reconnected.add(work);
    return { [Symbol.dispose]: () => void this.#reconnected.delete(work) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.pool.dedicated('sextant notifications');
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.#listeners.get(channel) ?? []) {
        try {
          listener(payload ?? '');
        } catch (error) {
          this.log.error('A listener of a database notice threw.', { channel, error });
        }
      }
    });
    client.once('end', () => {
      if (!this.#closed) void this.#reconnect();
    });
    return client;
  }

  async #reconnect(): Promise<void> {
    this.log.warn('The connection for notices was lost; it is made again.');
    this.#client = (async () => {
      for (let delay = FIRST_RETRY; ; delay = Math.min(delay * 2, LAST_RETRY)) {
        if (this.#closed) throw new Error('closed');
        try {
          const client = await this.#connect();
          for (const channel of this.#listeners.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
          return client;
        } catch {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, delay);
            this.#wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      }
    })();
    await this.#client.then(
      () => {
        for (const work of this.#reconnected) work();
      },
      () => undefined,
    );
  }
}
