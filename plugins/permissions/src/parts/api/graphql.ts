import { defineGraphQL, type ResolverMap } from '@sextant/sdk';
import type { config } from '../../config.js';
import { syncCosts } from '../../doctor/sync-costs.js';
import { explicitResolvers } from './explicit-resolvers.js';
import { infoResolvers } from './info-resolvers.js';
import { typeDefs } from './schema.js';
import { syncJobResolvers } from './sync-job-resolvers.js';
import { type apiDeps, servicesOf } from './wiring.js';

export default defineGraphQL<typeof apiDeps, typeof config>()({
  typeDefs,
  extends: ['User', 'Repository'],
  resolvers: (d) => {
    const { jobs, infos, explainer, explicit, takeSettings } = servicesOf(d);
    const { users, repositories } = d;
    return merged(
      syncJobResolvers({ jobs, users, repositories, wall: d.wall, costs: () => syncCosts(d.db, d.hosts) }),
      infoResolvers({
        infos,
        explainer,
        explicit,
        repositories,
        wall: d.wall,
        users,
        byVerifiedEmail: async (email) => (await d.accounts.byVerifiedEmails([email])).get(email.toLowerCase()),
      }),
      explicitResolvers({ explicit, audit: d.audit, repositories, wall: d.wall, prepare: takeSettings }),
    );
  },
});

/** Resolvers of one type may come from several. */
function merged(...maps: readonly ResolverMap[]): ResolverMap {
  const all: Record<string, Record<string, unknown>> = {};
  for (const map of maps) for (const [type, fields] of Object.entries(map)) all[type] = { ...all[type], ...fields };
  return all as ResolverMap;
}
