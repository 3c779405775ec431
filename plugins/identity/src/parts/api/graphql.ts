import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import { type Deps, identityOf } from '../../wiring.js';
import { accessTokenResolvers } from './access-token-resolvers.js';
import { typeDefs } from './schema.js';
import { userMutations } from './user-mutations.js';
import { userResolvers } from './user-resolvers.js';

export default defineGraphQL<Deps, typeof config>()({
  typeDefs,
  extends: ['Query', 'Mutation'],
  loaders: (deps, ctx) => {
    const { users, organizations } = identityOf(deps, ctx);
    return {
      users: async (ids: readonly number[]) => {
        const found = await users.byIds(ids);
        return ids.map((id) => found.get(id) ?? null);
      },
      emails: async (userIds: readonly number[]) => {
        const all = await users.emails(userIds);
        return userIds.map((id) => all.filter((email) => email.userId === id));
      },
      organizations: async (userIds: readonly number[]) => {
        const found = await organizations.ofUsers(userIds);
        return userIds.map((id) => found.get(id) ?? []);
      },
    };
  },
  resolvers: (deps, ctx) => {
    const identity = identityOf(deps, ctx);
    const user = userResolvers(identity, () => ctx.config.get());
    const token = accessTokenResolvers(identity);
    return {
      ...user.types,
      ...token.types,
      Query: user.queries,
      Mutation: { ...token.mutations, ...userMutations(identity, () => ctx.config.get()) },
    };
  },
});
