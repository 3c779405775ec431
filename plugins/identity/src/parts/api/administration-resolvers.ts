import {
  type Actors,
  cursorNumber,
  encodeNodeId,
  type PageArguments,
  pageOf,
  pageRequest,
  type Resolver,
  SextantError,
} from '@sextant/sdk';
import type { AccessRequests } from '../../access-requests/access-requests.js';
import { userNotFound } from '../../accounts/accounts.js';
import type { SiteUsersArguments, SiteUsersTime, User } from '../../api.js';
import type { Identity } from '../../identity.js';
import type { AccessRequest, AccessRequestStatus } from '../../storage/access-request-store.js';
import type { SiteUser, SiteUserFilter, SiteUserOrder, TimeFilter } from '../../storage/site-user-store.js';
import type { UserFilter } from '../../storage/user-store.js';
import { nodeNumber } from './node-number.js';
import { administeredUser, forbidden, mayAdminister } from './viewer.js';

type Fields = Readonly<Record<string, Resolver>>;

const LIMITS = { max: 1000, default: 100 } as const;
/** Rows that `nodes` of `SiteUsers` gives and skips at most. */
const MAX_PAGE = 1000;
const MAX_OFFSET = 1_000_000;
const MAX_USERS = 1000;
const TAG = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._:/-]{0,98}[\p{L}\p{N}])?$/u;
const NOTHING = { alwaysNil: null };

interface NodesArguments {
  readonly limit?: number | null;
  readonly offset?: number | null;
  readonly orderBy?: SiteUserOrder | null;
  readonly descending?: boolean | null;
}

export function administrationResolvers(
  identity: Identity,
  requests: AccessRequests,
  actors: Actors,
): {
  readonly types: Readonly<Record<'AccessRequest' | 'AccessRequestConnection' | 'SiteUsers' | 'SiteUser', Fields>>;
  readonly queries: Fields;
  readonly mutations: Fields;
  readonly userFields: Fields;
} {
  const { accounts, serviceAccounts, siteUsers, tags, groups, users, audit } = identity;
  return {
    queries: {
      serviceAccounts: async (_parent, args: PageArguments & { query?: string | null }) => {
        const { limit, after } = pageRequest('users', args, LIMITS);
        const filter: UserFilter = { query: args.query?.trim() || undefined, serviceAccount: true };
        const rows = await users.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
        return { ...pageOf('users', rows, limit, ({ id }) => String(id)), filter };
      },
      accessRequests: async (_parent, args: PageArguments & { status?: AccessRequestStatus | null }) => {
        const { limit, after } = pageRequest('access-requests', args, LIMITS);
        const rows = await requests.store.list(args.status ?? undefined, { limit: limit + 1, beforeId: cursorNumber(after) });
        return { ...pageOf('access-requests', rows, limit, ({ id }) => String(id)), status: args.status ?? undefined };
      },
    },
    mutations: {
      createServiceAccount: async (
        _parent,
        args: { username: string; displayName?: string | null; bypassRepositoryPermissions?: boolean | null },
        { actor },
      ) => {
        const bypasses = args.bypassRepositoryPermissions ?? false;
        const account = {
          username: args.username,
          displayName: args.displayName ?? undefined,
          bypassesRepositoryPermissions: bypasses,
        };
        return serviceAccounts.create(account, (tx, { id }) => {
          const fields = { subjectUID: String(id), bypassesRepositoryPermissions: bypasses };
          return audit.record('serviceAccount', 'created', { actor }, fields, { tx });
        });
      },
      setServiceAccountBypass: async (_parent, args: { user: string; bypassRepositoryPermissions: boolean }, { actor }) => {
        const bypasses = args.bypassRepositoryPermissions;
        return serviceAccounts.setBypass(nodeNumber('User', args.user), bypasses, (tx, { id }) => {
          const fields = { subjectUID: String(id), bypassesRepositoryPermissions: bypasses };
          return audit.record('serviceAccount', 'modified', { actor }, fields, { tx });
        });
      },
      setTag: async (_parent, args: { node: string; tag: string; present: boolean }, { actor }) => {
        const user = await administeredUser(users, actor, args.node);
        if (!TAG.test(args.tag)) {
          throw new SextantError('SEXTANT_USER_TAG_INVALID', {
            what: 'The tag is malformed.',
            why: 'It must be 1 to 100 letters, digits, blanks and . _ : / - between them.',
            fix: 'Choose another word.',
          });
        }
        const fields = { subjectUID: String(user.id), tag: args.tag, present: args.present };
        await tags.set(user.id, args.tag, args.present, (tx) => audit.record('user', 'modified', { actor }, fields, { tx }));
        return NOTHING;
      },
      deleteUsers: async (_parent, args: { users: readonly string[]; hard?: boolean | null }, { actor }) => {
        const ids = numbersOf(args.users);
        if (actor.userId !== undefined && ids.includes(actor.userId)) throw forbidden('Nobody can delete the account in use.');
        const hard = args.hard ?? false;
        await accounts.deleteAll(ids, { hard }, (tx, { id }) =>
          audit.record('user', hard ? 'hardDeleted' : 'deleted', { actor }, { subjectUID: String(id) }, { tx }),
        );
        return NOTHING;
      },
      recoverUsers: async (_parent, args: { userIDs: readonly string[] }, { actor }) => {
        const ids = numbersOf(args.userIDs);
        await accounts.recoverAll(ids, (tx, { id }) => audit.record('user', 'recovered', { actor }, { subjectUID: String(id) }, { tx }));
        return NOTHING;
      },
      createAccessRequest: async (_parent, args: { name: string; email: string; additionalInfo?: string | null }) => {
        await requests.request(
          { name: args.name, email: args.email, additionalInfo: args.additionalInfo ?? undefined },
          actors.request()?.remoteAddress ?? '',
        );
        return NOTHING;
      },
      setAccessRequestStatus: async (_parent, args: { id: string; status: AccessRequestStatus }, { actor }) => {
        return requests.decide(nodeNumber('AccessRequest', args.id), args.status, actor.userId, (tx, { id }) =>
          audit.record('accessRequest', args.status.toLowerCase(), { actor }, { accessRequestID: id }, { tx }),
        );
      },
    },
    userFields: {
      bypassesRepositoryPermissions: (user: User, _args, { actor }) =>
        mayAdminister(actor, user.id) ? (user.bypassesRepositoryPermissions ?? false) : null,
      tags: (user: User, _args, op) => (op.actor.siteAdmin ? op.loader<number, readonly string[]>('user-tags').load(user.id) : null),
      groups: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? groups.ofUser(user.id) : null),
    },
    types: {
      AccessRequest: {
        id: (request: AccessRequest) => encodeNodeId('AccessRequest', request.id),
        additionalInfo: (request: AccessRequest) => request.additionalInfo ?? null,
        decidedBy: (request: AccessRequest, _args, op) =>
          request.decidedByUserId === undefined ? null : op.loader<number, User | null>('users').load(request.decidedByUserId),
      },
      AccessRequestConnection: { totalCount: (page: { status?: AccessRequestStatus }) => requests.store.count(page.status) },
      SiteUsers: {
        totalCount: (args: SiteUsersArguments) => siteUsers.count(filterOf(args)),
        nodes: (args: SiteUsersArguments, page: NodesArguments) =>
          siteUsers.list(filterOf(args), {
            limit: bounded('limit', page.limit ?? 100, MAX_PAGE),
            offset: bounded('offset', page.offset ?? 0, MAX_OFFSET),
            orderBy: page.orderBy ?? 'ID',
            descending: page.descending ?? false,
          }),
      },
      SiteUser: { id: (user: SiteUser) => encodeNodeId('User', user.id) },
    },
  };
}

/** @throws SEXTANT_USER_NOT_FOUND for what is no user's id. */
function numbersOf(nodeIds: readonly string[]): readonly number[] {
  if (nodeIds.length > MAX_USERS) throw forbidden(`There are more than ${MAX_USERS} users: send them in parts.`);
  const ids = [...new Set(nodeIds.map((id) => nodeNumber('User', id)))];
  if (ids.includes(0)) throw userNotFound();
  return ids.sort((a, b) => a - b);
}

const filterOf = (args: SiteUsersArguments): SiteUserFilter => ({
  query: args.query?.trim() || undefined,
  siteAdmin: args.siteAdmin ?? undefined,
  createdAt: timeOf(args.createdAt),
  lastActiveAt: timeOf(args.lastActiveAt),
  deletedAt: timeOf(args.deletedAt),
});

const timeOf = (time: SiteUsersTime | null | undefined): TimeFilter | undefined =>
  time ? { empty: time.empty ?? undefined, gte: time.gte ?? undefined, lte: time.lte ?? undefined } : undefined;

function bounded(name: string, value: number, max: number): number {
  if (value >= 0 && value <= max) return value;
  throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
    what: `"${name}" is ${value}.`,
    why: `This list takes 0 to ${max}.`,
    fix: 'Ask for fewer.',
  });
}
