import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import type { ApiDeps } from './deps.js';
import { searchResolvers } from './resolvers.js';
import { typeDefs } from './schema.js';

export default defineGraphQL<ApiDeps, typeof config>()({
  typeDefs,
  extends: ['Repository', 'RepositoryStats'],
  resolvers: searchResolvers,
  loaders: (d) => ({
    indexed: async (ids, op) => {
      const found = new Map(
        (await d.engine.status({ repositories: ids as readonly number[], signal: op.signal })).map((s) => [s.repository, s]),
      );
      return ids.map((id) => found.get(id));
    },
  }),
});
