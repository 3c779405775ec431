import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import type { Role } from '../../storage/role-store.js';
import { accessRequestsOf, type Deps, identityOf } from '../../wiring.js';
import { accessTokenResolvers } from './access-token-resolvers.js';
import { administrationResolvers } from './administration-resolvers.js';
import { administrationTypeDefs } from './administration-schema.js';
import { auditResolvers } from './audit-resolvers.js';
import { auditTypeDefs } from './audit-schema.js';
import { organizationResolvers } from './organization-resolvers.js';
import { organizationTypeDefs } from './organization-schema.js';
import { roleResolvers } from './role-resolvers.js';
import { roleTypeDefs } from './role-schema.js';
import { typeDefs } from './schema.js';
import { teamResolvers } from './team-resolvers.js';
import { teamTypeDefs } from './team-schema.js';
import { userMutations } from './user-mutations.js';
import { userResolvers } from './user-resolvers.js';

export default defineGraphQL<Deps, typeof config>()({
  typeDefs: [typeDefs, organizationTypeDefs, teamTypeDefs, roleTypeDefs, administrationTypeDefs, auditTypeDefs].join('\n'),
  extends: ['Query', 'Mutation'],
  loaders: (deps, ctx) => {
    const { users, organizations, roles, teams, tags } = identityOf(deps, ctx);
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
      teams: async (ids: readonly number[]) => {
        const found = await teams.store.byIds(ids);
        return ids.map((id) => found.find((team) => team.id === id) ?? null);
      },
      'user-tags': async (userIds: readonly number[]) => {
        const found = await tags.ofUsers(userIds);
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
    const user = userResolvers(identity, () => deps.clock.now());
    const token = accessTokenResolvers(identity);
    const organization = organizationResolvers(identity, deps.limits);
    const team = teamResolvers(identity);
    const administration = administrationResolvers(identity, accessRequestsOf(deps), deps.actor);
    const role = roleResolvers(identity);
    const audit = auditResolvers(identity.auditReader);
    return {
      ...user.types,
      ...token.types,
      ...organization.types,
      ...team.types,
      ...role.types,
      ...administration.types,
      ...audit.types,
      User: { ...user.types['User'], ...team.userFields, ...role.userFields, ...administration.userFields },
      Query: {
        ...user.queries,
        ...organization.queries,
        ...team.queries,
        ...role.queries,
        ...administration.queries,
        ...audit.queries,
      },
      Mutation: {
        ...token.mutations,
        ...organization.mutations,
        ...team.mutations,
        ...role.mutations,
        ...administration.mutations,
        ...userMutations(identity, () => deps.passwordLinks[0]?.value),
      },
    };
  },
});
