import { defineGraphQL, type Operation, type ResolverMap } from '@sextant/sdk';
import type { config } from '../../config.js';
import { RepositoryEditor } from '../../repositories/repository-editor.js';
import { RepositoryList } from '../../repositories/repository-list.js';
import { RepositoryStore } from '../../repositories/repository-store.js';
import { recordsOf, wallOf, webhooksOf } from '../../services.js';
import { connectionResolvers } from './connection-resolvers.js';
import type { apiDeps } from './deps.js';
import { repositoryResolvers } from './repository-resolvers.js';
import { typeDefs } from './schema.js';
import { webhookResolvers } from './webhook-resolvers.js';
import { webhookTypeDefs } from './webhook-schema.js';

export default defineGraphQL<typeof apiDeps, typeof config>()({
  typeDefs: typeDefs + webhookTypeDefs,
  loaders: (deps, ctx) => {
    const repositories = new RepositoryStore(deps.db, wallOf(deps, ctx));
    return {
      metadata: async (ids: readonly number[], operation: Operation) => {
        const found = await repositories.metadata(operation.actor, ids);
        return ids.map((id) => found.get(id) ?? []);
      },
    };
  },
  resolvers: (deps, ctx) => {
    const wall = wallOf(deps, ctx);
    const list = new RepositoryList(deps.db, wall, deps.filters, deps.sizes);
    return merged(
      repositoryResolvers({ repositories: new RepositoryStore(deps.db, wall), list, editor: new RepositoryEditor(deps.db, deps.events) }),
      connectionResolvers({ ...recordsOf(deps), list, jobs: deps.jobs }),
      webhookResolvers({ ...webhooksOf(deps), addressOf: (uuid) => `${deps.process.externalUrl}/.api/webhooks/${uuid}` }),
    );
  },
});

/** Resolvers of one type may come from both. */
function merged(...maps: readonly ResolverMap[]): ResolverMap {
  const all: Record<string, Record<string, unknown>> = {};
  for (const map of maps) for (const [type, fields] of Object.entries(map)) all[type] = { ...all[type], ...fields };
  return all as ResolverMap;
}
