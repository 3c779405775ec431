import {
  cursorNumber,
  encodeNodeId,
  type Jobs,
  type Operation,
  type Page,
  pageOf,
  pageRequest,
  type ResolverMap,
  SextantError,
} from '@sextant/sdk';
import type { Repository } from '../../api.js';
import type { ConnectionRecord, ConnectionStore } from '../../connections/connection-store.js';
import type { KindRegistry } from '../../connections/kind-registry.js';
import { REPOSITORY_LIST, type RepositoryList } from '../../repositories/repository-list.js';
import { failureText } from '../../sync/failure-text.js';
import { syncConnection, syncOptions } from '../../sync/jobs.js';
import type { SyncHistory, SyncRecord } from '../../sync/sync-history.js';
import type { WebhookStore } from '../../webhooks/webhook-store.js';
import type { Audited } from './audited.js';
import { connectionIdOf } from './node-ids.js';
import { EMPTY, type RepositoryConnectionSource } from './repository-resolvers.js';

// As the schema says. The field's command line asks for 99,999, before 7.0 for 9,999,999.
const CONNECTIONS = { max: 10_000, default: 50 };
const SYNCS = { max: 100, default: 20 };
/** Webhooks of one kind that are looked through. */
const WEBHOOKS = 1_000;
const REPOSITORIES = { max: 10_000, default: 50 };

interface ConnectionListSource {
  page(): Promise<Page<ConnectionRecord>>;
  count(): Promise<number>;
}
interface SyncListSource {
  readonly connectionId: number;
  readonly args: { readonly first?: number | null; readonly after?: string | null };
}

export function connectionResolvers(services: {
  readonly connections: ConnectionStore;
  readonly kinds: KindRegistry;
  readonly history: SyncHistory;
  readonly list: RepositoryList;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly audited: Audited;
  readonly webhooks: Pick<WebhookStore, 'list'>;
  /** Where deliveries to a webhook go. */
  readonly addressOf: (uuid: string) => string;
  /** As configured: repositories whose host does not decide are open to every user. */
  readonly openToAllUsers: () => boolean;
}): ResolverMap {
  const { connections, kinds, history, list, jobs, audited, webhooks, addressOf, openToAllUsers } = services;
  const syncSoon = (connectionId: number): Promise<string> =>
    jobs.enqueue(syncConnection, { connectionId }, { ...syncOptions(connectionId), priority: -1 });
  const page = (args: { first?: number | null; after?: string | null }, repositoryId?: number): ConnectionListSource => {
    const { limit, after } = pageRequest('external-services', args, CONNECTIONS);
    const of = repositoryId === undefined ? {} : { repositoryId };
    return {
      page: async () =>
        pageOf(
          'external-services',
          await connections.list({ limit: limit + 1, afterId: cursorNumber(after) ?? 0, ...of }),
          limit,
          (record) => String(record.id),
        ),
      count: () => connections.count(of),
    };
  };
  return {
    Query: { externalServices: (_parent, args) => page(args) },
    Repository: { externalServices: (repository: Repository, args) => page(args, repository.id) },
    Mutation: {
      addExternalService: async (_parent, { input }: { input: { kind: string; displayName: string; config: string } }, { actor }) => {
        const record = await connections.add(input, audited('codehosts', 'created', actor));
        await syncSoon(record.id);
        return record;
      },
      updateExternalService: async (
        _parent,
        { input }: { input: { id: string; displayName?: string | null; config?: string | null } },
        { actor },
      ) => {
        const change = { displayName: input.displayName ?? undefined, config: input.config ?? undefined };
        const record = await connections.update(connectionIdOf(input.id), change, audited('codehosts', 'changed', actor));
        await syncSoon(record.id);
        return record;
      },
      deleteExternalService: async (_parent, args: { externalService: string }, { actor }) => {
        await connections.remove(connectionIdOf(args.externalService), audited('codehosts', 'deleted', actor));
        return EMPTY;
      },
      syncExternalService: async (_parent, args: { id: string }) => {
        const id = connectionIdOf(args.id);
        // Throws for one that is gone.
        await connections.redactedConfig(id);
        await syncSoon(id);
        return EMPTY;
      },
    },
    ExternalServiceConnection: {
      nodes: async (source: ConnectionListSource) => (await pageOnce(source)).nodes,
      pageInfo: async (source: ConnectionListSource) => (await pageOnce(source)).pageInfo,
      totalCount: (source: ConnectionListSource) => source.count(),
    },
    ExternalService: {
      id: (record: ConnectionRecord) => encodeNodeId('ExternalService', record.id),
      config: (record: ConnectionRecord) => connections.redactedConfig(record.id),
      url: async (record: ConnectionRecord) => {
        const connection = await connections.usable(record.id).catch(() => undefined);
        return connection ? (kinds.find(record.kind)?.serviceId(connection) ?? '') : '';
      },
      lastSyncError: (record: ConnectionRecord) => record.lastSyncError ?? null,
      warning: (record: ConnectionRecord) => record.lastSyncError ?? null,
      lastSyncAt: (record: ConnectionRecord) => record.lastSyncAt ?? null,
      nextSyncAt: (record: ConnectionRecord) => record.nextSyncAt ?? null,
      repoCount: (record: ConnectionRecord, _args, operation) => list.count(operation.actor, ofConnection(record.id)),
      repositories: (record: ConnectionRecord, args, operation): RepositoryConnectionSource => {
        const request = pageRequest(REPOSITORY_LIST, args, REPOSITORIES);
        return {
          page: () => list.page(operation.actor, ofConnection(record.id), request),
          count: () => list.count(operation.actor, ofConnection(record.id)),
        };
      },
      syncJobs: (record: ConnectionRecord, args): SyncListSource => ({ connectionId: record.id, args }),
      viewerCanAdminister: (record: ConnectionRecord, _args, operation: Operation) => operation.actor.siteAdmin && !record.declared,
      isDeclared: (record: ConnectionRecord) => record.declared,
      supportsRepoExclusion: (record: ConnectionRecord) => kinds.find(record.kind) !== undefined,
      webhookURL: async (record: ConnectionRecord) => {
        const [connection, hooks] = await Promise.all([
          connections.usable(record.id).catch(() => undefined),
          webhooks.list({ limit: WEBHOOKS, afterId: 0, kind: record.kind }),
        ]);
        const host = connection && kinds.find(record.kind)?.serviceId(connection);
        const hook = hooks.find(({ serviceId }) => serviceId === host);
        return hook === undefined ? null : addressOf(hook.uuid);
      },
      hasConnectionCheck: (record: ConnectionRecord) => kinds.find(record.kind) !== undefined,
      unrestricted: async (record: ConnectionRecord) => {
        const connection = await connections.usable(record.id).catch(() => undefined);
        const kind = kinds.find(record.kind);
        return connection && kind ? openToAllUsers() && kind.permissions?.enforced(connection) === undefined : null;
      },
      checkConnection: async (record: ConnectionRecord, _args, operation) => {
        let config: unknown;
        try {
          const connection = await connections.usable(record.id);
          if (!connection) return unavailable('The connection is gone.', 'List the connections again.');
          config = connection.config;
          const answer = await kinds.get(record.kind).check(connection, operation.signal);
          return answer.ok
            ? { __typename: 'ExternalServiceAvailable', lastCheckedAt: new Date() }
            : unavailable(failureText(answer.problem, config), answer.fix);
        } catch (error) {
          if (!SextantError.is(error)) return unavailable(failureText(error, config), 'Correct the configuration of the connection.');
          const reason = [error.what, error.why].filter(Boolean).join(' ');
          return unavailable(failureText(reason, config), failureText(error.fix ?? '', config));
        }
      },
    },
    ExternalServiceCheck: { __resolveType: (answer: { __typename: string }) => answer.__typename },
    ExternalServiceSyncJobConnection: {
      nodes: async (source: SyncListSource) => (await syncPage(history, source)).nodes,
      pageInfo: async (source: SyncListSource) => (await syncPage(history, source)).pageInfo,
      totalCount: (source: SyncListSource) => history.count(source.connectionId),
    },
    ExternalServiceSyncJob: {
      id: (record: SyncRecord) => encodeNodeId('ExternalServiceSyncJob', record.id),
      finishedAt: (record: SyncRecord) => record.finishedAt ?? null,
      expectedAt: (record: SyncRecord) => record.expectedAt ?? null,
      failureMessage: (record: SyncRecord) => record.failure ?? null,
      reposSynced: (record: SyncRecord) => record.added + record.updated + record.unchanged,
      reposAdded: (record: SyncRecord) => record.added,
      reposDeleted: (record: SyncRecord) => record.deleted,
      reposModified: (record: SyncRecord) => record.updated,
      reposUnmodified: (record: SyncRecord) => record.unchanged,
      reposSkipped: (record: SyncRecord) => record.skipped,
    },
  };
}

const ofConnection = (connectionId: number) =>
  ({ connectionId, orderBy: 'REPOSITORY_NAME', descending: false, with: [], without: [] }) as const;
const unavailable = (suspectedReason: string, fix: string) => ({ __typename: 'ExternalServiceUnavailable', suspectedReason, fix });

const pages = new WeakMap<object, Promise<unknown>>();
const once = <T>(source: object, read: () => Promise<T>): Promise<T> => {
  const page = (pages.get(source) as Promise<T> | undefined) ?? read();
  pages.set(source, page);
  return page;
};
const pageOnce = (source: ConnectionListSource): Promise<Page<ConnectionRecord>> => once(source, () => source.page());

function syncPage(history: SyncHistory, source: SyncListSource): Promise<Page<SyncRecord>> {
  return once(source, async () => {
    const { limit, after } = pageRequest('sync-jobs', source.args, SYNCS);
    const rows = await history.list(source.connectionId, {
      limit: limit + 1,
      ...(after === undefined ? {} : { beforeId: cursorNumber(after) }),
    });
    return pageOf('sync-jobs', rows, limit, (record) => String(record.id));
  });
}
