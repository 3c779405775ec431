import {
  cursorNumber,
  decodeNodeId,
  defineGraphQL,
  encodeNodeId,
  type Operation,
  type PageArguments,
  pageOf,
  pageRequest,
} from '@sextant/sdk';
import type { config } from '../../config.js';
import { send } from '../../delivery/send.js';
import { acceptedTypes } from '../../delivery/tell-webhooks.js';
import type { Attempt, Delivery } from '../../storage/delivery-store.js';
import { type Alongside, noSuchWebhook, type OutboundWebhook, type Subscription } from '../../storage/webhook-store.js';
import { type apiDeps, storesOf } from '../../wiring.js';
import { typeDefs } from './schema.js';

const WEBHOOKS = { max: 1_000, default: 50 };
const LOGS = { max: 200, default: 20 };
const EMPTY = { alwaysNil: null };

interface Input {
  readonly url?: string | null;
  readonly secret?: string | null;
  readonly eventTypes?: readonly { readonly eventType: string; readonly scope?: string | null }[] | null;
}

export default defineGraphQL<typeof apiDeps, typeof config>()({
  typeDefs,
  resolvers: (d, ctx) => {
    const { webhooks, deliveries } = storesOf(d);
    const audited =
      (action: string, { actor }: Operation): Alongside =>
      (tx, id) =>
        d.audit.record('webhooks.outbound', action, { actor }, { webhookID: id }, { tx });
    return {
      Query: {
        outboundWebhooks: async (_parent, args: PageArguments & { readonly eventType?: string | null }) => {
          const { limit, after } = pageRequest('outbound-webhooks', args, WEBHOOKS);
          const eventType = args.eventType ?? undefined;
          const rows = await webhooks.list({ limit: limit + 1, afterId: cursorNumber(after) ?? 0, eventType });
          return { ...pageOf('outbound-webhooks', rows, limit, ({ id }) => String(id)), totalCount: () => webhooks.count(eventType) };
        },
        outboundWebhookEventTypes: () => acceptedTypes(d.types),
      },
      Mutation: {
        createOutboundWebhook: async (_parent, { input }: { input: Input }, operation: Operation) => {
          const eventTypes = subscriptionsOf(input) ?? [];
          return webhooks.add({ url: input.url ?? '', secret: input.secret ?? '', eventTypes }, audited('created', operation));
        },
        updateOutboundWebhook: async (_parent, args: { id: string; input: Input }, operation: Operation) => {
          const { url, secret } = args.input;
          const eventTypes = subscriptionsOf(args.input);
          const change = {
            ...(typeof url === 'string' ? { url } : {}),
            ...(typeof secret === 'string' ? { secret } : {}),
            ...(eventTypes ? { eventTypes } : {}),
          };
          return webhooks.update(idOf(args.id), change, audited('updated', operation));
        },
        deleteOutboundWebhook: async (_parent, args: { id: string }, operation: Operation) => {
          await webhooks.remove(idOf(args.id), audited('deleted', operation));
          return EMPTY;
        },
        testOutboundWebhook: async (_parent, args: { id: string }, operation: Operation) => {
          const found = await webhooks.withSecret(idOf(args.id));
          if (!found) throw noSuchWebhook();
          const { webhook, secret } = found;
          const delivery = await deliveries.addFor(webhook.id, 'test:ping', { sextant: d.process.externalUrl }, d.clock.now());
          const to = { url: webhook.url, secret, timeout: ctx.config.get().timeout };
          // Before it is sent: what leaves cannot be taken back.
          await d.audit.record('webhooks.outbound', 'tested', { actor: operation.actor }, { webhookID: webhook.id });
          const attempt = await send(delivery, to, { http: d.http, clock: d.clock, signal: operation.signal });
          if (attempt.error === undefined) await webhooks.works(webhook.id);
          return deliveries.record(attempt.error === undefined ? 'delivered' : 'failed', attempt);
        },
      },
      OutboundWebhook: {
        id: ({ id }: OutboundWebhook) => encodeNodeId('OutboundWebhook', id),
        failingSince: ({ failingSince }: OutboundWebhook) => failingSince ?? null,
        disabledAt: ({ disabledAt }: OutboundWebhook) => disabledAt ?? null,
        stats: ({ id: webhookId }: OutboundWebhook) => ({
          total: () => deliveries.countAttempts({ webhookId, onlyErrors: false }),
          errored: () => deliveries.countAttempts({ webhookId, onlyErrors: true }),
        }),
        logs: async ({ id: webhookId }: OutboundWebhook, args: PageArguments & { readonly onlyErrors?: boolean | null }) => {
          const { limit, after } = pageRequest('outbound-webhook-logs', args, LOGS);
          const filter = { webhookId, onlyErrors: args.onlyErrors ?? false };
          const rows = await deliveries.attempts(filter, { limit: limit + 1, beforeId: cursorNumber(after, Number.MAX_SAFE_INTEGER) });
          return {
            ...pageOf('outbound-webhook-logs', rows, limit, ({ id }) => String(id)),
            totalCount: () => deliveries.countAttempts(filter),
          };
        },
      },
      OutboundWebhookScopedEventType: { scope: ({ scope }: Subscription) => scope ?? null },
      OutboundWebhookJob: {
        id: ({ uuid }: Delivery) => uuid,
        scope: ({ scope }: Delivery) => scope ?? null,
      },
      OutboundWebhookLog: {
        id: ({ id }: Attempt) => encodeNodeId('OutboundWebhookLog', id),
        durationMs: ({ duration }: Attempt) => duration,
        error: ({ error }: Attempt) => error ?? null,
        job: ({ deliveryId }: Attempt) => deliveries.find(deliveryId),
        request: (attempt: Attempt) => ({
          headers: headersOf(attempt.requestHeaders),
          body: async () => (await deliveries.find(attempt.deliveryId))?.payload ?? '',
          method: 'POST',
          url: async () => (await webhooks.find(attempt.webhookId))?.url ?? '',
          version: 'HTTP/1.1',
        }),
        response: (attempt: Attempt) => ({ headers: headersOf(attempt.responseHeaders), body: attempt.responseBody }),
      },
    };
  },
});

const subscriptionsOf = ({ eventTypes }: Input): readonly Subscription[] | undefined =>
  eventTypes?.map(({ eventType, scope }) => ({ eventType, scope: scope ?? undefined }));

const headersOf = (headers: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(headers).map(([name, value]) => ({ name, values: [value] }));

function idOf(nodeId: string): number {
  const text = decodeNodeId('OutboundWebhook', nodeId) ?? '';
  if (!/^[1-9]\d{0,8}$/.test(text)) throw noSuchWebhook();
  return Number(text);
}
