import { defineGraphQL, type ResolverMap } from '@sextant/sdk';
import type { config } from '../../config.js';
import { mirrorsOf } from '../../schedule/mirrors-of.js';
import { commitResolvers } from './commit-resolvers.js';
import { comparisonResolvers } from './comparison-resolvers.js';
import { GitAccess, gitLoaders } from './git-access.js';
import { repositoryResolvers } from './repository-resolvers.js';
import { typeDefs } from './schema.js';
import { treeResolvers } from './tree-resolvers.js';
import type { ApiDeps } from './wiring.js';

export default defineGraphQL<ApiDeps, typeof config>()({
  typeDefs,
  extends: ['Query', 'Mutation', 'Repository'],
  loaders: (d) => ({
    ...gitLoaders(d),
    mirrors: async (ids: readonly number[]) => {
      const found = await mirrorsOf(d).states(ids);
      return ids.map((id) => found.get(id));
    },
  }),
  resolvers: (d): ResolverMap => {
    const access = new GitAccess(d);
    return { ...repositoryResolvers(access), ...commitResolvers(access), ...treeResolvers(access), ...comparisonResolvers(access) };
  },
});
