import { defineGraphQL, type Operation, type ResolverMap } from '@sextant/sdk';
import type { config } from '../../config.js';
import { FreshnessReports } from '../../freshness/freshness-report.js';
import { NearestNames } from '../../freshness/nearest-names.js';
import { WhyAbsent } from '../../freshness/why-absent.js';
import { RepositoryEditor } from '../../repositories/repository-editor.js';
import { RepositoryList } from '../../repositories/repository-list.js';
import { RepositoryStore } from '../../repositories/repository-store.js';
import { recordsOf, wallOf, webhooksOf } from '../../services.js';
import { auditedBy } from './audited.js';
import { connectionResolvers } from './connection-resolvers.js';
import type { apiDeps } from './deps.js';
import { externalServiceKind } from './external-service-kind.js';
import { freshnessResolvers } from './freshness-resolvers.js';
import { freshnessTypeDefs } from './freshness-schema.js';
import { repositoryResolvers } from './repository-resolvers.js';
import { typeDefs } from './schema.js';
import { webhookResolvers } from './webhook-resolvers.js';
import { webhookTypeDefs } from './webhook-schema.js';

export default defineGraphQL<typeof apiDeps, typeof config>()({
  typeDefs: typeDefs + webhookTypeDefs + freshnessTypeDefs,
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
    const repositories = new RepositoryStore(deps.db, wall);
    const records = recordsOf(deps);
    const freshness = new FreshnessReports({
      repositories,
      sources: deps.freshness,
      absent: new WhyAbsent({ ...records, repositories, deletedTtl: () => ctx.config.get().deletedTtl }),
      nearest: new NearestNames(deps.db, wall),
    });
    const audited = auditedBy(deps);
    const { webhooks, ...received } = webhooksOf(deps);
    const addressOf = (uuid: string): string => `${deps.process.externalUrl}/.api/webhooks/${uuid}`;
    return merged(
      repositoryResolvers({
        repositories,
        list,
        editor: new RepositoryEditor(deps.db, deps.events),
        kinds: records.kinds,
        accessed: ({ name }, { actor }) => deps.audit?.observe('repository', 'accessed', { actor }, { repository: name }),
      }),
      connectionResolvers({
        ...records,
        list,
        jobs: deps.jobs,
        audited,
        webhooks,
        addressOf,
        openToAllUsers: () => ctx.config.get().openToAllUsers !== false,
      }),
      freshnessResolvers(freshness),
      { ExternalServiceKind: externalServiceKind },
      webhookResolvers({ webhooks, ...received, audited, wall, addressOf }),
    );
  },
});

/** Resolvers of one type may come from both. */
function merged(...maps: readonly ResolverMap[]): ResolverMap {
  const all: Record<string, Record<string, unknown>> = {};
  for (const map of maps) for (const [type, fields] of Object.entries(map)) all[type] = { ...all[type], ...fields };
  return all as ResolverMap;
}
