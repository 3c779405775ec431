import type { Contribution, Events, Jobs, Logger, Notice, Storage } from '@sextant/sdk';
import type { OutboundEvent, OutboundEventType } from '../api.js';
import { DeliveryStore } from '../storage/delivery-store.js';
import { deliver, deliverOptions } from './jobs.js';

interface TellerParts {
  readonly db: Storage;
  readonly events: Pick<Events, 'subscribe'>;
  readonly jobs: Pick<Jobs, 'enqueueMany'>;
  readonly types: readonly Contribution<OutboundEventType>[];
  readonly now: () => Date;
  readonly log: Logger;
}

const KEY = /^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$/;
const MOST_EVENTS = 200;
const LARGEST_BODY = 16 * 1024;

/** The types that plugins contribute, each key once; whoever has a key first keeps it. */
export function acceptedTypes(types: readonly Contribution<OutboundEventType>[]): readonly OutboundEventType[] {
  const owners = new Map<string, OutboundEventType>();
  for (const contribution of [...types]) {
    const { key } = contribution.value;
    if (!KEY.test(key)) contribution.reject(`"${key}" is not the key of an event type: write noun:verb.`);
    else if (owners.has(key)) contribution.reject(`The event type ${key} is already there.`);
    else owners.set(key, contribution.value);
  }
  return [...owners.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Plugins come and go while Sextant runs, and their types with them. */
const LOOK_EVERY = 5_000;

/** Listens for what webhooks can be told of, and writes down what they are to be told, together with the jobs that do it. */
export class WebhookTeller implements Disposable {
  readonly #subscriptions = new Map<OutboundEventType, Disposable>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly parts: TellerParts) {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions.values()) subscription[Symbol.dispose]();
    this.#subscriptions.clear();
  }

  #look(): void {
    const { events, types } = this.parts;
    const accepted = new Set(acceptedTypes(types));
    for (const [type, subscription] of this.#subscriptions) {
      if (accepted.has(type)) continue;
      subscription[Symbol.dispose]();
      this.#subscriptions.delete(type);
    }
    for (const type of accepted) {
      if (this.#subscriptions.has(type)) continue;
      this.#subscriptions.set(
        type,
        events.subscribe(type.event, (payload, notice) => tell(this.parts, type, payload, notice)),
      );
    }
  }
}

async function tell(parts: TellerParts, type: OutboundEventType, payload: unknown, { id }: Notice): Promise<void> {
  // Most installations have no webhook for most types: what is told then costs one look.
  const [wanted] = await parts.db.query('SELECT 1 FROM webhook_event_types WHERE event_type = $1 LIMIT 1', [type.key]);
  if (!wanted) return;
  const events = (await type.events(payload)).slice(0, MOST_EVENTS).filter((event) => fits(event, type.key, parts.log));
  const at = parts.now();
  await parts.db.transaction(async (tx) => {
    const store = new DeliveryStore(tx);
    for (const [index, event] of events.entries()) {
      const added = await store.add(`${id}/${type.key}/${index}`, type.key, event, at);
      await parts.jobs.enqueueMany(
        deliver,
        added.map(({ id: deliveryId, webhookId }) => ({ payload: { deliveryId }, options: deliverOptions(webhookId) })),
        { tx },
      );
    }
  });
}

function fits({ body }: OutboundEvent, key: string, log: Logger): boolean {
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size <= LARGEST_BODY) return true;
  log.warn('An event is too large for webhooks, and is not told', { eventType: key, size });
  return false;
}
