import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import type { Role } from '../../storage/role-store.js';
import { type Deps, identityOf } from '../../wiring.js';
import { accessTokenResolvers } from './access-token-resolvers.js';
import { roleResolvers } from './role-resolvers.js';
import { roleTypeDefs } from './role-schema.js';
import { typeDefs } from './schema.js';
import { userMutations } from './user-mutations.js';
import { userResolvers } from './user-resolvers.js';

export default defineGraphQL<Deps, typeof config>()({
  typeDefs: [typeDefs, roleTypeDefs].join('\n'),
  extends: ['Query', 'Mutation'],
  loaders: (deps, ctx) => {
    const { users, organizations, roles } = identityOf(deps, ctx);
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
      'role-permissions': async (asked: readonly Role[]) => {
        const found = await roles.permissionsOf(asked);
        return asked.map(({ id }) => found.get(id) ?? []);
      },
    };
  },
  resolvers: (deps, ctx) => {
    const identity = identityOf(deps, ctx);
    const user = userResolvers(identity, () => ctx.config.get());
    const token = accessTokenResolvers(identity);
    const role = roleResolvers(identity);
    return {
      ...user.types,
      ...token.types,
      ...role.types,
      User: { ...user.types['User'], ...role.userFields },
      Query: { ...user.queries, ...role.queries },
      Mutation: { ...token.mutations, ...role.mutations, ...userMutations(identity, () => ctx.config.get()) },
    };
  },
});
