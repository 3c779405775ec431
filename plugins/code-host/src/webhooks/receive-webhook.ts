import { createHash } from 'node:crypto';
import type { Events, Jobs, Limits, Logger, RouteReply, RouteRequest, Storage } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import type { HostEvent, HostWebhooks } from '../api/webhooks.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import { applyEvents } from './apply-events.js';
import { givenIn, isProven, placeOf } from './proof.js';
import { type WebhookDelivery, WebhookLog } from './webhook-log.js';
import type { Webhook, WebhookStore } from './webhook-store.js';

/** Bytes of a delivery. */
export const LARGEST_DELIVERY = 10 * 1024 * 1024;
/** Unproven deliveries that are logged, of one webhook: whoever found its address must not fill the log. */
const LOGGED_REFUSALS = { capacity: 30, per: 60_000 };
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Headers that tell what a delivery is. The others may prove it. */
const SHOWN =
  /^(?:content-(?:type|length)|user-agent|x-.*-(?:event|event-type|delivery|hook-id|request-id|hook-uuid|request-uuid|event-uuid|event-key)|x-event-key|x-request-(?:id|uuid)|x-hook-uuid)$/;

export interface ReceiverParts {
  readonly db: Storage;
  readonly webhooks: WebhookStore;
  readonly kinds: KindRegistry;
  readonly events: Pick<Events, 'publish'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly limits: Limits;
}

/** Takes what code hosts tell. A delivery is done once, however often it comes, or not at all. */
export class WebhookReceiver {
  constructor(private readonly parts: ReceiverParts) {}

  async receive(request: RouteRequest): Promise<RouteReply> {
    const uuid = request.params['uuid'] ?? '';
    const found = UUID.test(uuid) ? await this.parts.webhooks.byUuid(uuid) : undefined;
    if (!found)
      throw new SextantError('SEXTANT_CODE_HOST_WEBHOOK_NOT_FOUND', { what: 'There is no such webhook.', fix: 'Check its address.' });
    const { webhook, secret } = found;
    const hooks = this.#hooksOf(webhook);
    const bytes = await request.bytes();
    if (!isProven(hooks.proof, secret, request, bytes)) {
      await this.#refused(webhook, request, hooks);
      throw new SextantError('SEXTANT_CODE_HOST_WEBHOOK_UNPROVEN', {
        what: 'The delivery is refused.',
        why: `The ${placeOf(hooks.proof)} does not prove that it is the code host's.`,
        fix: 'Give the webhook the same secret at both ends.',
      });
    }
    const text = bytes.toString();
    const event = eventOf(hooks, request.headers, text);
    const number = (hooks.deliveryHeader && request.headers[hooks.deliveryHeader]) || createHash('sha256').update(bytes).digest('hex');
    const outcome = await this.parts.db.transaction(async (tx) => {
      const log = new WebhookLog(tx);
      const id = await log.add({
        webhookId: webhook.id,
        deliveryId: number.slice(0, 200),
        event,
        statusCode: 200,
        outcome: '',
        headers: shownHeaders(request.headers),
        body: text,
      });
      if (id === undefined) return { status: 200, words: 'It came before.' };
      return await this.#apply(tx, log, webhook, { id, event, body: text }, request.log);
    });
    return { status: outcome.status, body: { message: outcome.words } };
  }

  /** Does again what a kept delivery asks for, as an admin wishes. */
  async replay(delivery: WebhookDelivery, webhook: Webhook, log: Logger): Promise<void> {
    await this.parts.db.transaction((tx) => this.#apply(tx, new WebhookLog(tx), webhook, delivery, log));
  }

  async #apply(
    tx: Parameters<typeof applyEvents>[0],
    log: WebhookLog,
    webhook: Webhook,
    { id, event, body }: { readonly id: number; readonly event: string; readonly body: string },
    logger: Logger,
  ): Promise<{ readonly status: number; readonly words: string }> {
    const read = this.#read(webhook, event, body);
    let status = 200;
    let words: string;
    if ('problem' in read) {
      status = 400;
      words = read.problem;
      logger.warn('A webhook delivery could not be understood', { webhook: webhook.name, event, problem: words });
    } else {
      const kind = this.parts.kinds.get(webhook.kind);
      const target = {
        serviceType: kind.serviceType(),
        serviceId: webhook.serviceId,
        connections: () => this.parts.webhooks.connectionsOf(webhook),
      };
      words = await applyEvents(tx, read.events, target, this.parts);
    }
    await log.settle(id, status, words);
    return { status, words };
  }

  #read(webhook: Webhook, event: string, text: string): { readonly events: readonly HostEvent[] } | { readonly problem: string } {
    const body = parsed(text);
    if (body === undefined) return { problem: 'Its body is no JSON.' };
    try {
      return { events: this.#hooksOf(webhook).events({ event, body }) };
    } catch {
      // What the kind threw may quote the body.
      return { problem: `Its body is not one of the event "${event.slice(0, 100)}".` };
    }
  }

  async #refused(webhook: Webhook, request: RouteRequest, hooks: HostWebhooks): Promise<void> {
    const { allowed } = await this.parts.limits.take(`webhook-refused/${webhook.id}`, LOGGED_REFUSALS);
    if (!allowed) return;
    // What is not proven is not read.
    const event = eventOf(hooks, request.headers, '');
    const outcome = `Refused: the ${placeOf(hooks.proof)} is ${givenIn(hooks.proof, request) === undefined ? 'missing' : 'wrong'}.`;
    await new WebhookLog(this.parts.db).add({
      webhookId: webhook.id,
      deliveryId: undefined,
      event,
      statusCode: 401,
      outcome,
      headers: shownHeaders(request.headers),
      body: '',
    });
  }

  #hooksOf(webhook: Webhook): HostWebhooks {
    const { webhooks } = this.parts.kinds.get(webhook.kind);
    if (webhooks) return webhooks;
    throw new SextantError('SEXTANT_CODE_HOST_WEBHOOK_NOT_FOUND', {
      what: `The kind ${webhook.kind} has no webhooks.`,
      fix: 'Delete the webhook.',
    });
  }
}

/** What the host calls the event; '' where it does not say. */
function eventOf({ eventHeader, eventField }: HostWebhooks, headers: RouteRequest['headers'], text: string): string {
  if (eventHeader !== undefined) return headers[eventHeader] ?? '';
  const body = parsed(text);
  const named = typeof body === 'object' && body !== null && eventField !== undefined ? Object.entries(body) : [];
  const event: unknown = named.find(([name]) => name === eventField)?.[1];
  return typeof event === 'string' ? event.slice(0, 200) : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const shownHeaders = (headers: RouteRequest['headers']): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, SHOWN.test(name) ? value.slice(0, 500) : 'REDACTED']],
    ),
  );
