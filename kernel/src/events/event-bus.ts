import { randomUUID } from 'node:crypto';
import { type Events, type EventType, type Logger, type Notice, SextantError, type Tx } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import './event-errors.js';
import { isObject, must, mustBeFunction, type Problems } from '../lifecycle/value-problems.js';
import { sentence } from '../services/sentence.js';
import type { EventTransport } from './event-transport.js';

export interface EventBusOptions {
  readonly transport: EventTransport;
  readonly boundary: Pick<Boundary, 'run'>;
  readonly log: Logger;
}

interface Subscription {
  readonly plugin: string;
  readonly event: EventType<unknown>;
  readonly listener: (payload: unknown, notice: Notice) => void | Promise<void>;
}

interface Envelope {
  readonly id: string;
  readonly key: string;
  readonly payload: unknown;
  /** The bus that sent it, which has delivered it to itself. */
  readonly from: string;
}

const MAX_PAYLOAD = 4_096;
const LISTENER_DEADLINE = 30_000;

/** @throws SEXTANT_EVENT_INVALID for a key in place of an event, a misspelt import, a listener that is none. */
function refuseNoEvent(plugin: string, event: unknown, more: Problems = []): void {
  const { key, payload } = (isObject(event) ? event : {}) as {
    readonly key?: unknown;
    readonly payload?: { readonly safeParse?: unknown };
  };
  const sound = typeof key === 'string' && typeof payload?.safeParse === 'function';
  const problems = [...must(sound, 'the event', event, 'one made by defineEvent()'), ...more];
  if (problems.length > 0)
    throw new SextantError('SEXTANT_EVENT_INVALID', {
      what: `Plugin "${plugin}" publishes or subscribes to what is no event.`,
      why: sentence(problems.join('; ')),
      fix: "Write defineEvent('<plugin-id>.<noun>@1', z.object({ … })), and give what it made.",
    });
}

/** Notices to every process. This process hears its own directly, so a lost connection costs only the others' notices. */
export class EventBus {
  readonly #id = randomUUID();
  readonly #subscriptions = new Map<string, Set<Subscription>>();

  constructor(private readonly options: EventBusOptions) {}

  async start(): Promise<void> {
    await this.options.transport.receive((message) => {
      let envelope: Envelope;
      try {
        envelope = JSON.parse(message) as Envelope;
      } catch {
        this.options.log.warn('A message that is not an event came in on the channel for events.');
        return;
      }
      // A process of an earlier version numbers nothing: no two of its notices may be taken for one.
      if (envelope.from !== this.#id) this.#deliver({ ...envelope, id: envelope.id ?? randomUUID() });
    });
  }

  /** What a plugin gets for `core.events`. */
  forPlugin(plugin: string): Events {
    return {
      publish: async (event, payload, options) => {
        refuseNoEvent(plugin, event);
        await this.#publish(event, payload, options?.tx);
      },
      subscribe: (event, listener) => {
        refuseNoEvent(plugin, event, mustBeFunction('the listener', listener));
        const subscription: Subscription = { plugin, event: event as EventType<unknown>, listener: listener as Subscription['listener'] };
        const subscriptions = this.#subscriptions.get(event.key) ?? new Set();
        this.#subscriptions.set(event.key, subscriptions.add(subscription));
        return { [Symbol.dispose]: () => void subscriptions.delete(subscription) };
      },
    };
  }

  async close(): Promise<void> {
    this.#subscriptions.clear();
    await this.options.transport.close();
  }

  async #publish<P>(event: EventType<P>, payload: P, tx: Tx | undefined): Promise<void> {
    const parsed = event.payload.safeParse(payload);
    if (!parsed.success)
      throw new SextantError('SEXTANT_EVENT_INVALID', {
        what: `The payload of the event "${event.key}" does not fit.`,
        why: `${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`).join('; ')}.`,
        fix: 'Correct the named field.',
      });
    const text = JSON.stringify(parsed.data) ?? 'null';
    const size = Buffer.byteLength(text);
    if (size > MAX_PAYLOAD)
      throw new SextantError('SEXTANT_EVENT_TOO_LARGE', {
        what: `The payload of the event "${event.key}" has ${size} bytes.`,
        why: `At most ${MAX_PAYLOAD} are carried.`,
        fix: 'Send an id, and let the listener read the rest; or use a job.',
      });
    const envelope: Envelope = { id: randomUUID(), key: event.key, payload: JSON.parse(text), from: this.#id };
    await this.options.transport.send(JSON.stringify(envelope), tx);
    if (tx === undefined) this.#deliver(envelope);
    else tx.afterCommit(() => this.#deliver(envelope));
  }

  #deliver({ key, payload, id }: Envelope): void {
    for (const subscription of this.#subscriptions.get(key) ?? []) void this.#hand(subscription, payload, { id });
  }

  /** A listener that throws or hangs is its plugin's fault alone. */
  async #hand({ plugin, event, listener }: Subscription, payload: unknown, notice: Notice): Promise<void> {
    const { log, boundary } = this.options;
    const parsed = event.payload.safeParse(payload);
    if (!parsed.success) {
      log.warn(`An event "${event.key}" of another version was not understood.`, { plugin });
      return;
    }
    try {
      await boundary.run({ plugin, kind: 'event', name: event.key }, { deadline: LISTENER_DEADLINE }, () => listener(parsed.data, notice));
    } catch (error) {
      log.error(`A listener of the event "${event.key}" failed.`, { plugin, error });
    }
  }
}
