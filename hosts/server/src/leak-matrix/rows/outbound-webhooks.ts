import type { PluginRows } from '../row.js';

/** What is sent to other servers. */
export const outboundWebhookRows = (): PluginRows => ({
  plugin: 'outbound-webhooks',
  rows: [],
  reasons: [
    {
      surfaces: ['Query.outboundWebhook*', 'OutboundWebhook*.*', 'Mutation.*OutboundWebhook*', 'node OutboundWebhook*'],
      because: 'What a site admin has sent to other servers, with all that was sent.',
    },
  ],
});
