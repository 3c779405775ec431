import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import { accessTokenResolvers } from './access-token-resolvers.js';
import { auditResolvers } from './audit-resolvers.js';
import { auditTypeDefs } from './audit-schema.js';
import { typeDefs } from './schema.js';
import { userMutations } from './user-mutations.js';
import { userResolvers } from './user-resolvers.js';
import { type ApiDeps, identityOf } from './wiring.js';

export default defineGraphQL<ApiDeps, typeof config>()({
  typeDefs: `${typeDefs}${auditTypeDefs}`,
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
    const audit = auditResolvers(identity.auditReader);
    return {
      ...user.types,
      ...token.types,
      ...audit.types,
      Query: { ...user.queries, ...audit.queries },
      Mutation: { ...token.mutations, ...userMutations(identity, () => ctx.config.get()) },
    };
  },
});
