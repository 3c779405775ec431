import type { Clock, JobContext, OutboundHttp, RetryLater } from '@sextant/sdk';
import type { config } from '../config.js';
import type { DeliveryStore } from '../storage/delivery-store.js';
import type { WebhookStore } from '../storage/webhook-store.js';
import { send } from './send.js';

export interface DeliveryParts {
  readonly webhooks: Pick<WebhookStore, 'withSecret' | 'works' | 'fails'>;
  readonly deliveries: Pick<DeliveryStore, 'find' | 'record' | 'settle'>;
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly clock: Clock;
}

const LONGEST_DELAY = 2 * 3_600_000;
const GROWTH = 6;

/** Sends what is still to be sent, once; where that fails and tries are left, it wants to be run again later. */
export async function sendDeliveryJob(
  deliveryId: number,
  { webhooks, deliveries, http, clock }: DeliveryParts,
  job: Pick<JobContext<typeof config>, 'config' | 'signal' | 'log' | 'retryLater'>,
): Promise<void | RetryLater> {
  const delivery = await deliveries.find(deliveryId);
  const found = delivery?.state === 'queued' ? await webhooks.withSecret(delivery.webhookId) : undefined;
  if (!delivery || !found) return;
  const { webhook, secret } = found;
  if (webhook.disabledAt) return deliveries.settle(delivery.id, 'failed');
  const { timeout, maxAttempts, retryDelay, disableAfter } = job.config;
  const attempt = await send(delivery, { url: webhook.url, secret, timeout }, { http, clock, signal: job.signal });
  if (attempt.error === undefined) {
    await deliveries.record('delivered', attempt);
    return webhooks.works(webhook.id);
  }
  const made = delivery.attempts + 1;
  const isOver = made >= maxAttempts || !attempt.isWorthRetrying;
  await deliveries.record(isOver ? 'failed' : 'queued', attempt);
  if (!isOver) {
    const after = Math.max(attempt.retryAfter ?? 0, Math.min(retryDelay * GROWTH ** (made - 1), LONGEST_DELAY));
    return job.retryLater(`try ${made} of ${maxAttempts} failed`, { after });
  }
  job.log.warn('A webhook could not be delivered', {
    webhookId: webhook.id,
    eventType: delivery.eventType,
    attempts: made,
    error: attempt.error,
  });
  if (await webhooks.fails(webhook.id, disableAfter))
    job.log.error('A webhook was switched off: nothing has arrived for a long time', { webhookId: webhook.id });
}
