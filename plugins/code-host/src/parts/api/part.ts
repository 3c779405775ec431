import { core, definePart } from '@sextant/sdk';
import { mirrorSources, repositories, visibility } from '../../api.js';
import { config } from '../../config.js';
import { MirrorSourceStore } from '../../repositories/mirror-sources.js';
import { isInt32, RepositoryStore } from '../../repositories/repository-store.js';
import { recordsOf, wallOf } from '../../services.js';
import { storage } from '../../storage/definition.js';
import { apiDeps } from './deps.js';

export default definePart(config)({
  deps: apiDeps,
  register(r) {
    r.storage(storage);
    r.provide(visibility, (deps, ctx) => wallOf(deps, ctx));
    r.provide(repositories, (deps, ctx) => new RepositoryStore(deps.db, wallOf(deps, ctx)));
    r.provide(mirrorSources, (deps) => {
      const { connections, kinds } = recordsOf(deps);
      return new MirrorSourceStore(deps.db, connections, kinds);
    });
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
