import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import { type DeliveryStore, MOST_WAITING } from './storage/delivery-store.js';
import type { WebhookStore } from './storage/webhook-store.js';

const LISTED = 1_000;
const MANY_WAIT = 1_000;

interface CheckParts {
  readonly webhooks: Pick<WebhookStore, 'list'>;
  readonly deliveries: Pick<DeliveryStore, 'backlogs'>;
}

/** Which webhooks do not arrive. Addresses are not named beyond their host: they may hold a credential. */
export const webhookCheck = ({ webhooks, deliveries }: CheckParts): SystemCheck => ({
  name: 'receivers',
  async run() {
    const all = await webhooks.list({ limit: LISTED, afterId: 0, eventType: undefined });
    const backlogs = await deliveries.backlogs(MANY_WAIT);
    const findings = all.flatMap(({ id, url, failingSince, disabledAt }): Finding[] => {
      const called = `The outgoing webhook ${id} to ${new URL(url).host}`;
      if (disabledAt)
        return [
          {
            level: 'error',
            what: `${called} is switched off since ${disabledAt.toISOString()}.`,
            code: 'SEXTANT_OUTBOUND_WEBHOOK_DISABLED',
          },
        ];
      if (failingSince)
        return [
          {
            level: 'warning',
            what: `Nothing that ${called.charAt(0).toLowerCase()}${called.slice(1)} was to be told has arrived since ${failingSince.toISOString()}.`,
            fix: 'See its log in outboundWebhooks, and how the receiver is.',
          },
        ];
      const waiting = backlogs.get(id);
      if (waiting !== undefined)
        return [
          {
            level: 'warning',
            what: `${waiting} deliveries wait for ${called.charAt(0).toLowerCase()}${called.slice(1)}.`,
            why: `They go out one after another; at ${MOST_WAITING} no more are taken.`,
            fix: 'See how fast the receiver answers, and whether it needs all of the event types.',
          },
        ];
      return [];
    });
    return findings.length > 0 ? findings : [{ level: 'ok', what: `${all.length} outgoing webhooks have nothing that failed for good.` }];
  },
});
