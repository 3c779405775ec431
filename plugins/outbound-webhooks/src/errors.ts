import { declareErrors } from '@sextant/sdk';

export const outboundWebhookErrors = declareErrors({
  SEXTANT_OUTBOUND_WEBHOOK_INVALID: {
    status: 400,
    summary: 'An outgoing webhook has no usable address, too short a secret, or event types that nobody knows.',
    fix: 'Correct what is named.',
  },
  SEXTANT_OUTBOUND_WEBHOOK_NOT_FOUND: {
    status: 404,
    summary: 'There is no such outgoing webhook.',
    fix: 'List the webhooks, and use the id of one.',
  },
  SEXTANT_OUTBOUND_WEBHOOK_STATUS: {
    status: 502,
    summary: 'The receiver of a webhook did not answer with a status of success.',
    fix: 'See what it answered, and its own log.',
  },
  SEXTANT_OUTBOUND_WEBHOOK_DISABLED: {
    status: 409,
    summary: 'An outgoing webhook was switched off, because its deliveries failed for days.',
    fix: 'Mend the receiver; then update the webhook, which switches it on again.',
  },
});
