import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { isInt32, RepositoryStore } from '../../repositories/repository-store.js';
import { recordsOf, wallOf } from '../../services.js';
import { storage } from '../../storage/definition.js';
import { apiDeps } from './deps.js';

export default definePart(config)({
  deps: apiDeps,
  register(r) {
    r.storage(storage);
    provideServices(r);
    r.contribute(core.nodes, (deps, ctx) => {
      const records = new RepositoryStore(deps.db, wallOf(deps, ctx));
      return { kind: 'Repository', load: async (id, operation) => (await records.byId(operation.actor, Number(id))) ?? null };
    });
    r.contribute(core.nodes, (deps) => {
      const { connections } = recordsOf(deps);
      // For anybody but a site admin a connection is not there.
      return {
        kind: 'ExternalService',
        load: async (id, operation) =>
          operation.actor.siteAdmin && isInt32(Number(id)) ? ((await connections.find(Number(id))) ?? null) : null,
      };
    });
    r.graphql(() => import('./graphql.js'));
  },
});
