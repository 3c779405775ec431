import type { Repositories, VisibilityService } from '@sextant/plugin-code-host/api';
import type { Users } from '@sextant/plugin-identity/api';
import {
  cursorNumber,
  encodeNodeId,
  type Operation,
  type PageArguments,
  pageOf,
  pageRequest,
  type ResolverMap,
  SextantError,
} from '@sextant/sdk';
import { hoursOf, type SyncCosts } from '../../doctor/sync-costs.js';
import { noSuchRepository, noSuchUser } from '../../not-there.js';
import {
  type CodeHostState,
  PRIORITY,
  type SyncJob,
  type SyncJobFilter,
  type SyncJobs,
  type SyncReason,
  type SyncState,
} from '../../sync/sync-jobs.js';
import { numberOf, repositoryIdOf } from './ids.js';

const LIST = 'permissions-sync-jobs';
const PAGE = { max: 5_000, default: 50 };
const EMPTY = { alwaysNil: null };

const GROUPS: Readonly<Record<string, readonly SyncReason[]>> = {
  MANUAL: ['MANUAL'],
  WEBHOOK: ['WEBHOOK'],
  SCHEDULE: ['USER_OUTDATED', 'USER_NO_PERMISSIONS', 'REPOSITORY_OUTDATED', 'REPOSITORY_NO_PERMISSIONS'],
  SYSTEM: ['USER_SIGNED_IN', 'USER_CREATED', 'USER_ACCOUNTS_CHANGED', 'REPOSITORY_ADDED', 'REPOSITORY_CHANGED'],
  UNKNOWN: [],
};
const groupOf = (reason: SyncReason): string => Object.keys(GROUPS).find((group) => GROUPS[group]?.includes(reason)) ?? 'UNKNOWN';

interface ListArguments extends PageArguments {
  readonly state?: string | null;
  readonly reasonGroup?: string | null;
  readonly userID?: string | null;
  readonly repositoryID?: string | null;
}

interface Services {
  readonly jobs: SyncJobs;
  readonly users: Pick<Users, 'byId'>;
  readonly repositories: Pick<Repositories, 'byId'>;
  readonly wall: Pick<VisibilityService, 'of'>;
  costs(): Promise<readonly SyncCosts[]>;
}

export function syncJobResolvers({ jobs, users, repositories, wall, costs }: Services): ResolverMap {
  const wish = async (subject: { userId: number } | { repositoryId: number }, invalidateCaches: boolean, { actor }: Operation) => {
    await jobs.enqueue([{ subject, reason: 'MANUAL', priority: PRIORITY.interactive, triggeredBy: actor.userId, invalidateCaches }]);
    return EMPTY;
  };
  return {
    Query: {
      permissionsSyncCosts: () => costs(),
      permissionsSyncJobs: async (_parent, args: ListArguments, { actor }) => {
        const { limit, after } = pageRequest(LIST, args, PAGE);
        const filter: SyncJobFilter = {
          state: args.state ? (args.state.toLowerCase() as SyncState) : undefined,
          reasons: args.reasonGroup ? GROUPS[args.reasonGroup] : undefined,
          userId: args.userID ? (numberOf('User', args.userID) ?? 0) : undefined,
          repositoryId: args.repositoryID ? (numberOf('Repository', args.repositoryID) ?? 0) : undefined,
          seen: await wall.of(actor),
        };
        const rows = await jobs.list(filter, { limit: limit + 1, beforeId: cursorNumber(after) });
        return { ...pageOf(LIST, rows, limit, ({ id }) => String(id)), totalCount: () => jobs.count(filter) };
      },
    },
    CodeHostState: { requests: ({ cost }: CodeHostState) => cost?.requests ?? null },
    PermissionsSyncCost: {
      providerType: ({ serviceType }: SyncCosts) => serviceType,
      providerID: ({ serviceId }: SyncCosts) => serviceId,
      requestsPerUser: ({ perUser }: SyncCosts) => perUser ?? null,
      requestsPerRepository: ({ perRepository }: SyncCosts) => perRepository ?? null,
      requestsPerHour: ({ perHour }: SyncCosts) => perHour ?? null,
      hours: (costs: SyncCosts) => hoursOf(costs) ?? null,
    },
    Mutation: {
      scheduleUserPermissionsSync: async (
        _parent,
        args: { user: string; options?: { invalidateCaches?: boolean | null } | null },
        operation: Operation,
      ) => {
        const user = await users.byId(numberOf('User', args.user) ?? 0);
        if (!user) throw noSuchUser();
        return wish({ userId: user.id }, args.options?.invalidateCaches ?? false, operation);
      },
      scheduleRepositoryPermissionsSync: async (_parent, args: { repository: string }, operation: Operation) => {
        const repository = await repositories.byId(operation.actor, repositoryIdOf(args.repository));
        if (!repository) throw noSuchRepository();
        return wish({ repositoryId: repository.id }, true, operation);
      },
      cancelPermissionsSyncJob: async (_parent, args: { job: string }, { actor }) => {
        try {
          await jobs.cancel(numberOf('PermissionsSyncJob', args.job) ?? 0, await wall.of(actor));
          return 'SUCCESS';
        } catch (error) {
          if (SextantError.is(error) && error.code === 'SEXTANT_PERMISSIONS_JOB_NOT_FOUND') return 'NOT_FOUND';
          throw error;
        }
      },
    },
    PermissionsSyncJob: {
      id: ({ id }: SyncJob) => encodeNodeId('PermissionsSyncJob', id),
      state: ({ state }: SyncJob) => state.toUpperCase(),
      reason: ({ reason }: SyncJob) => ({ reason, group: groupOf(reason) }),
      user: ({ userId }: SyncJob) => (userId === null ? null : users.byId(userId)),
      repository: ({ repositoryId }: SyncJob, _args, { actor }) => (repositoryId === null ? null : repositories.byId(actor, repositoryId)),
      triggeredByUser: ({ triggeredBy }: SyncJob) => (triggeredBy === null ? null : users.byId(triggeredBy)),
      priority: ({ priority }: SyncJob) => (priority < 0 ? 'HIGH' : priority === 0 ? 'MEDIUM' : 'LOW'),
      cancellationReason: ({ state }: SyncJob) => (state === 'canceled' ? 'An admin cancelled it.' : null),
      ranForMs: ({ startedAt, finishedAt }: SyncJob) => (startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null),
      numResets: ({ attempts }: SyncJob) => Math.max(0, attempts - 1),
      numFailures: ({ state, attempts }: SyncJob) => (state === 'errored' || state === 'failed' ? attempts : 0),
      placeInQueue: (job: SyncJob) => (job.state === 'queued' ? jobs.ahead(job) : null),
      permissionsAdded: ({ added }: SyncJob) => added,
      permissionsRemoved: ({ removed }: SyncJob) => removed,
      permissionsFound: ({ found }: SyncJob) => found,
      partialSuccess: ({ codeHostStates }: SyncJob) =>
        codeHostStates.some(({ status }) => status === 'SUCCESS') && codeHostStates.some(({ status }) => status === 'ERROR'),
    },
  };
}
