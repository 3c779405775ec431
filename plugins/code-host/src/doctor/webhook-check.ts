import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import type { WebhookDelivery, WebhookLog } from '../webhooks/webhook-log.js';
import type { Webhook, WebhookStore } from '../webhooks/webhook-store.js';

const LISTED = 200;

/** Do the hosts' webhooks arrive, and are they proven? */
export const webhookCheck = (parts: {
  readonly webhooks: Pick<WebhookStore, 'list'>;
  readonly deliveries: Pick<WebhookLog, 'list'>;
}): SystemCheck => ({
  name: 'webhooks',
  async run() {
    const webhooks = await parts.webhooks.list({ limit: LISTED, afterId: 0, kind: undefined });
    if (webhooks.length === 0)
      return [
        {
          level: 'ok',
          what: 'No webhook is set up: changes are seen when it is next looked for them.',
          fix: 'Make one (createWebhook) to have pushes at once.',
        },
      ];
    return Promise.all(
      webhooks.map(async (webhook) => findingOf(webhook, (await parts.deliveries.list({ webhookId: webhook.id }, { limit: 1 }))[0])),
    );
  },
});

function findingOf({ name, serviceId }: Webhook, last: WebhookDelivery | undefined): Finding {
  const called = `Webhook "${name}" of ${serviceId}`;
  if (!last)
    return {
      level: 'warning',
      what: `${called}: nothing came in lately.`,
      fix: 'Register its URL at the code host, with its secret; look there for failed deliveries.',
    };
  const at = last.receivedAt.toISOString();
  if (last.statusCode === 401)
    return {
      level: 'error',
      what: `${called}: the last delivery, at ${at}, was refused.`,
      why: last.outcome,
      code: 'SEXTANT_CODE_HOST_WEBHOOK_UNPROVEN',
    };
  if (last.statusCode >= 400)
    return { level: 'warning', what: `${called}: the last delivery, at ${at}, was not understood.`, why: last.outcome };
  return { level: 'ok', what: `${called}: the last delivery came at ${at}.` };
}
