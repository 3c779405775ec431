import { userCreated } from '@sextant/plugin-identity/api';
import { systemChecks } from '@sextant/plugin-site/api';
import { core, definePart, encodeNodeId } from '@sextant/sdk';
import { outboundEventTypes } from '../../api.js';
import { config } from '../../config.js';
import { WebhookTeller } from '../../delivery/tell-webhooks.js';
import { storage } from '../../storage/definition.js';
import { webhookCheck } from '../../webhook-check.js';
import { apiDeps, storesOf } from '../../wiring.js';

export default definePart(config)({
  deps: apiDeps,
  register(r) {
    r.storage(storage);
    r.contribute(outboundEventTypes, () => ({
      key: 'user:create',
      description: 'A user account was created.',
      event: userCreated,
      events: ({ userId, username }) => [{ body: { user: { id: encodeNodeId('User', userId), username } } }],
    }));
    for (const kind of ['OutboundWebhook', 'OutboundWebhookLog'] as const)
      r.contribute(core.nodes, (d) => {
        const { webhooks, deliveries } = storesOf(d);
        return {
          kind,
          // For anybody but a site admin none is there.
          load: async (text, { actor }) => {
            const id = actor.siteAdmin && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
            if (id === undefined) return null;
            return (await (kind === 'OutboundWebhook' ? webhooks.find(id) : deliveries.findAttempt(id))) ?? null;
          },
        };
      });
    r.contribute(systemChecks, (d) => webhookCheck(storesOf(d)));
    r.graphql(() => import('./graphql.js'));
    let teller: WebhookTeller | undefined;
    r.start((d, ctx) => {
      teller = new WebhookTeller({ db: d.db, events: d.events, jobs: d.jobs, types: d.types, now: () => d.clock.now(), log: ctx.log });
    });
    r.stop(() => teller?.[Symbol.dispose]());
  },
});
