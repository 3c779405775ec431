import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import { clientResolvers } from './client-resolvers.js';
import type { ApiDeps } from './deps.js';
import { searchResolvers } from './resolvers.js';
import { typeDefs } from './schema.js';
import { searchNodeResolvers } from './search-node-resolvers.js';
import { searchNodeTypeDefs } from './search-node-schema.js';

export default defineGraphQL<ApiDeps, typeof config>()({
  typeDefs: [typeDefs, searchNodeTypeDefs].join('\n'),
  extends: ['GitCommit', 'Repository', 'RepositoryStats'],
  resolvers: (d, ctx) => {
    const search = searchResolvers(d, () => ctx.config.get());
    const nodes = searchNodeResolvers(d);
    return {
      ...search,
      ...clientResolvers(d),
      Query: { ...search.Query, ...nodes.Query },
      Mutation: { ...search.Mutation, ...nodes.Mutation },
    };
  },
  loaders: (d) => ({
    indexed: async (ids, op) => {
      const found = new Map(
        (await d.engine.status({ repositories: ids as readonly number[], signal: op.signal })).map((s) => [s.repository, s]),
      );
      return ids.map((id) => found.get(id));
    },
  }),
});
