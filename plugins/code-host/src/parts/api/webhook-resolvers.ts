import { cursorNumber, encodeNodeId, type Operation, type Page, pageOf, pageRequest, type ResolverMap, SextantError } from '@sextant/sdk';
import type { VisibilityService } from '../../api.js';
import type { WebhookReceiver } from '../../webhooks/receive-webhook.js';
import type { DeliveryFilter, WebhookDelivery, WebhookLog } from '../../webhooks/webhook-log.js';
import type { Webhook, WebhookStore } from '../../webhooks/webhook-store.js';
import type { Audited } from './audited.js';
import { numberOf } from './node-ids.js';
import { EMPTY } from './repository-resolvers.js';

const PAGE = { max: 1_000, default: 50 };
const LISTS = { webhooks: 'webhooks', logs: 'webhook-logs' };

interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}
interface LogArguments extends PageArguments {
  readonly onlyErrors?: boolean | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly webhookID?: string | null;
}
interface WebhookArguments {
  readonly name?: string | null;
  readonly codeHostKind?: string | null;
  readonly codeHostURN?: string | null;
  readonly secret?: string | null;
}

export function webhookResolvers(services: {
  readonly webhooks: WebhookStore;
  readonly deliveries: WebhookLog;
  readonly receiver: WebhookReceiver;
  /** Where deliveries to a webhook go. */
  readonly addressOf: (uuid: string) => string;
  readonly audited: Audited;
  readonly wall: Pick<VisibilityService, 'of'>;
}): ResolverMap {
  const { webhooks, deliveries, receiver, addressOf, audited, wall } = services;
  /** A delivery names repositories, whichever they are. */
  const shownTo = async ({ actor }: Operation, words: string): Promise<string> =>
    (await wall.of(actor)).unrestricted ? words : 'REDACTED';
  const logs = async (args: LogArguments, webhookId?: number): Promise<object> => {
    const { limit, after } = pageRequest(LISTS.logs, args, PAGE);
    const filter: DeliveryFilter = {
      webhookId,
      onlyErrors: args.onlyErrors ?? false,
      since: args.since ?? undefined,
      until: args.until ?? undefined,
    };
    const rows = await deliveries.list(filter, {
      limit: limit + 1,
      ...(after === undefined ? {} : { beforeId: cursorNumber(after, Number.MAX_SAFE_INTEGER) }),
    });
    return connection(
      pageOf(LISTS.logs, rows, limit, ({ id }) => String(id)),
      () => deliveries.count(filter),
    );
  };
  const headersOf = (headers: Readonly<Record<string, string>>): readonly object[] =>
    Object.entries(headers).map(([name, value]) => ({ name, values: [value] }));
  return {
    Query: {
      webhooks: async (_parent, args: PageArguments & { readonly kind?: string | null }) => {
        const { limit, after } = pageRequest(LISTS.webhooks, args, PAGE);
        const kind = args.kind ?? undefined;
        const rows = await webhooks.list({ limit: limit + 1, afterId: cursorNumber(after) ?? 0, kind });
        return connection(
          pageOf(LISTS.webhooks, rows, limit, ({ id }) => String(id)),
          () => webhooks.count(kind),
        );
      },
      webhookLogs: (_parent, args: LogArguments) => logs(args, args.webhookID ? webhookIdOf(args.webhookID) : undefined),
    },
    Mutation: {
      createWebhook: (_parent, args: WebhookArguments, { actor }) =>
        webhooks.add(
          { name: args.name ?? '', kind: args.codeHostKind ?? '', url: args.codeHostURN ?? '', secret: args.secret ?? '' },
          audited('webhooks.incoming', 'created', actor),
        ),
      updateWebhook: (_parent, { id, name, codeHostKind, codeHostURN, secret }: WebhookArguments & { readonly id: string }, { actor }) =>
        webhooks.update(
          webhookIdOf(id),
          given({ name, kind: codeHostKind, url: codeHostURN, secret }),
          audited('webhooks.incoming', 'changed', actor),
        ),
      deleteWebhook: async (_parent, args: { readonly id: string }, { actor }) => {
        await webhooks.remove(webhookIdOf(args.id), audited('webhooks.incoming', 'deleted', actor));
        return EMPTY;
      },
      replayWebhookLog: async (_parent, args: { readonly id: string }, operation: Operation) => {
        const id = numberOf('WebhookLog', args.id);
        const delivery = id === undefined ? undefined : await deliveries.find(id);
        const webhook = delivery && (await webhooks.find(delivery.webhookId));
        if (!delivery || !webhook) throw noSuch('delivery');
        if (delivery.statusCode === 401)
          throw new SextantError('SEXTANT_CODE_HOST_WEBHOOK_UNPROVEN', {
            what: 'The delivery is not done again.',
            why: 'It was refused, and nothing of it was kept.',
            fix: 'Send it again from the code host.',
          });
        await receiver.replay(delivery, webhook, operation.log);
        return deliveries.find(delivery.id);
      },
    },
    Webhook: {
      id: (webhook: Webhook) => encodeNodeId('Webhook', webhook.id),
      url: (webhook: Webhook) => addressOf(webhook.uuid),
      codeHostKind: (webhook: Webhook) => webhook.kind,
      codeHostURN: (webhook: Webhook) => webhook.serviceId,
      secret: () => 'REDACTED',
      webhookLogs: (webhook: Webhook, args: LogArguments) => logs(args, webhook.id),
    },
    WebhookLog: {
      id: (delivery: WebhookDelivery) => encodeNodeId('WebhookLog', delivery.id),
      webhook: (delivery: WebhookDelivery) => webhooks.find(delivery.webhookId),
      eventType: (delivery: WebhookDelivery) => delivery.event,
      request: async (delivery: WebhookDelivery, _args, operation: Operation) => ({
        headers: headersOf(delivery.headers),
        body: await shownTo(operation, delivery.body),
        method: 'POST',
        url: addressOf((await webhooks.find(delivery.webhookId))?.uuid ?? ''),
        version: 'HTTP/1.1',
      }),
      response: async (delivery: WebhookDelivery, _args, operation: Operation) => ({
        headers: [],
        body: await shownTo(operation, delivery.outcome),
      }),
    },
  };
}

const connection = <T>(page: Page<T>, totalCount: () => Promise<number>): object => ({ ...page, totalCount });

const given = <T extends Readonly<Record<string, string | null | undefined>>>(values: T): { readonly [K in keyof T]?: string } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null)) as {
    readonly [K in keyof T]?: string;
  };

function webhookIdOf(nodeId: string): number {
  const id = numberOf('Webhook', nodeId);
  if (id === undefined) throw noSuch('webhook');
  return id;
}

const noSuch = (what: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_WEBHOOK_NOT_FOUND', { what: `There is no such ${what}.`, fix: 'List them, and use the id of one.' });
