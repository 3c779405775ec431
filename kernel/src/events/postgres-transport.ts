import type { Logger, Tx } from '@sextant/sdk';
import { poolOf } from '../storage/open-transaction.js';
import type { SharedPool } from '../storage/shared-pool.js';
import type { EventTransport } from './event-transport.js';
import { Notifications } from './notifications.js';

const CHANNEL = 'sextant_events';

/** Events over LISTEN and NOTIFY of the main database. Inside a transaction there, the server itself sends them at the commit. */
export class PostgresTransport implements EventTransport {
  readonly #notifications: Notifications;

  constructor(
    private readonly main: SharedPool,
    private readonly log: Logger,
  ) {
    this.#notifications = new Notifications(main, log);
  }

  async send(message: string, tx?: Tx): Promise<void> {
    if (tx === undefined) await this.main.query('select pg_notify($1, $2)', [CHANNEL, message]);
    else if (poolOf(tx) === this.main) await tx.query('select pg_notify($1, $2)', [CHANNEL, message]);
    else
      tx.afterCommit(() => this.send(message).catch((error: unknown) => this.log.warn('An event was lost after its commit.', { error })));
  }

  async receive(listener: (message: string) => void): Promise<void> {
    await this.#notifications.listen(CHANNEL, listener);
  }

  close(): Promise<void> {
    return this.#notifications.close();
  }
}
