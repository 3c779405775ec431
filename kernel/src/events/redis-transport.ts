import type { Logger, Tx } from '@sextant/sdk';
import type { Redis } from 'ioredis';
import type { EventTransport } from './event-transport.js';

/** Events over PUBLISH and SUBSCRIBE. A subscribed connection can do nothing else, so it is a second one. */
export class RedisTransport implements EventTransport {
  readonly #subscriber: Redis;

  constructor(
    private readonly redis: Redis,
    private readonly log: Logger,
    private readonly channel = 'sextant:events',
  ) {
    this.#subscriber = redis.duplicate();
    this.#subscriber.on('error', (error: Error) => log.debug('The connection for events failed; it is made again.', { error }));
  }

  async send(message: string, tx?: Tx): Promise<void> {
    if (tx === undefined) await this.redis.publish(this.channel, message);
    else
      tx.afterCommit(() => this.send(message).catch((error: unknown) => this.log.warn('An event was lost after its commit.', { error })));
  }

  async receive(listener: (message: string) => void): Promise<void> {
    this.#subscriber.on('message', (_channel: string, message: string) => listener(message));
    await this.#subscriber.subscribe(this.channel);
  }

  async close(): Promise<void> {
    this.#subscriber.disconnect();
  }
}
