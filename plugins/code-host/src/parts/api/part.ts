import { permissions } from '@sextant/plugin-identity/api';
import { outboundEventTypes } from '@sextant/plugin-outbound-webhooks/api';
import { repositorySources, systemChecks } from '@sextant/plugin-site/api';
import { core, definePart } from '@sextant/sdk';
import { freshnessSteps } from '../../api.js';
import { config } from '../../config.js';
import { declarationProblems } from '../../connections/declared-connections.js';
import { connectionCheck } from '../../doctor/connection-check.js';
import { hostClockCheck } from '../../doctor/host-clock-check.js';
import { webhookCheck } from '../../doctor/webhook-check.js';
import { connectionSteps } from '../../freshness/connection-steps.js';
import { provideServices } from '../../provide-services.js';
import { RepositoryStore } from '../../repositories/repository-store.js';
import { recordsOf, wallOf, webhooksOf } from '../../services.js';
import { storage } from '../../storage/definition.js';
import { OUTBOUND_EVENT_TYPES } from '../../webhooks/outbound-event-types.js';
import { LARGEST_DELIVERY } from '../../webhooks/receive-webhook.js';
import { apiDeps } from './deps.js';
import { int32Of } from './node-ids.js';

export default definePart(config)({
  deps: apiDeps,
  register(r) {
    r.storage(storage);
    provideServices(r);
    r.contribute(core.nodes, (deps, ctx) => {
      const records = new RepositoryStore(deps.db, wallOf(deps, ctx));
      return {
        kind: 'Repository',
        load: async (text, operation) => {
          const id = int32Of(text);
          return (id !== undefined && (await records.byId(operation.actor, id))) || null;
        },
      };
    });
    r.contribute(core.nodes, (deps) => {
      const { connections } = recordsOf(deps);
      return {
        kind: 'ExternalService',
        // For anybody but a site admin a connection is not there.
        load: async (text, operation) => {
          const id = operation.actor.siteAdmin ? int32Of(text) : undefined;
          return (id !== undefined && (await connections.find(id))) || null;
        },
      };
    });
    for (const kind of ['Webhook', 'WebhookLog'] as const) {
      r.contribute(core.nodes, (deps) => {
        const { webhooks, deliveries } = webhooksOf(deps);
        return {
          kind,
          load: async (text, operation) => {
            const id = operation.actor.siteAdmin ? int32Of(text) : undefined;
            return (id !== undefined && (await (kind === 'Webhook' ? webhooks : deliveries).find(id))) || null;
          },
        };
      });
    }
    r.contribute(permissions, () => ({
      namespace: 'REPO_METADATA',
      action: 'WRITE',
      description: 'To add, change and delete the metadata of the repositories that one sees.',
      // What they say narrows the searches of everybody.
      defaults: [],
    }));
    r.contribute(freshnessSteps, (deps) => connectionSteps({ ...recordsOf(deps), jobs: deps.jobs }));
    r.contribute(systemChecks, (deps, ctx) => {
      const records = recordsOf(deps);
      const declared = () => declarationProblems(ctx.config.get(), records.connections, records.kinds);
      return connectionCheck({ ...records, jobs: deps.jobs, declared });
    });
    r.contribute(systemChecks, (deps) => hostClockCheck({ ...recordsOf(deps), http: deps.http, now: () => deps.clock.now() }));
    r.contribute(repositorySources, (deps) => ({ isConfigured: async () => (await recordsOf(deps).connections.count({})) > 0 }));
    r.contribute(systemChecks, (deps) => webhookCheck(webhooksOf(deps)));
    for (const type of OUTBOUND_EVENT_TYPES) r.contribute(outboundEventTypes, ({ db }) => type(db));
    r.http((router, deps) => {
      const { receiver } = webhooksOf(deps);
      router.post('/.api/webhooks/:uuid', (request) => receiver.receive(request), {
        // What a host proves itself by is not a credential of ours, also where it looks like one.
        auth: 'own',
        crossOrigin: true,
        maxBody: LARGEST_DELIVERY,
      });
    });
    r.graphql(() => import('./graphql.js'));
  },
});
