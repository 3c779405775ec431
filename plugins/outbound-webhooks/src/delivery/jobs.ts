import { defineJob, z } from '@sextant/sdk';

/** Sends one delivery. That a receiver does not take it is no failure of the job, which decides itself when to try again. */
export const deliver = defineJob('outbound-webhooks.send-delivery', {
  payload: z.object({ deliveryId: z.int() }),
  maxAttempts: 5,
  timeout: 120_000,
  concurrency: 10,
});
export const trimDeliveries = defineJob('outbound-webhooks.trim-deliveries', { payload: z.object({}) });

/** Of one webhook one after another: a receiver that hangs holds up its own, and what is sent goes out in order unless a try fails. */
export const deliverOptions = (webhookId: number): { readonly queue: string } => ({ queue: `outbound-webhooks.webhook:${webhookId}` });
