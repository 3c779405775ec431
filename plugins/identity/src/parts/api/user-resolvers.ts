import { cursorNumber, encodeNodeId, type Operation, type PageArguments, pageOf, pageRequest, type Resolver } from '@sextant/sdk';
import type { Organization, User, UserEmail } from '../../api.js';
import type { Identity } from '../../identity.js';
import type { AccessToken } from '../../storage/access-token-store.js';
import type { UserFilter } from '../../storage/user-store.js';
import { isMember } from './organization-resolvers.js';
import { mayAdminister, mayReadEmails } from './viewer.js';

const LIMITS = { max: 5000, default: 100 } as const;
const TOKEN_LIMITS = { max: 1000, default: 50 } as const;

type ActivePeriod = 'TODAY' | 'THIS_WEEK' | 'THIS_MONTH' | 'ALL_TIME';
interface UsersArguments extends PageArguments {
  readonly query?: string | null;
  readonly siteAdmin?: boolean | null;
  readonly tag?: string | null;
  readonly activePeriod?: ActivePeriod | null;
}

type Fields = Readonly<Record<string, Resolver>>;

export function userResolvers(
  identity: Identity,
  now: () => Date,
): { readonly types: Readonly<Record<string, Fields>>; readonly queries: Fields } {
  const emails = (user: User, op: Operation): Promise<readonly UserEmail[]> | null =>
    mayAdminister(op.actor, user.id) && mayReadEmails(op.actor) ? op.loader<number, readonly UserEmail[]>('emails').load(user.id) : null;
  return {
    queries: {
      currentUser: async (_parent, _args, { actor }) =>
        actor.userId === undefined ? null : ((await identity.users.byId(actor.userId)) ?? null),
      user: async (_parent, { username, email }: { username?: string | null; email?: string | null }, { actor }) => {
        // As in `node`: who is not signed in learns of nobody.
        if (actor.kind === 'anonymous') return null;
        if (username != null) return (await identity.users.byUsername(username)) ?? null;
        const user = email == null || !mayReadEmails(actor) ? undefined : await identity.users.byVerifiedEmail(email);
        return user && mayAdminister(actor, user.id) ? user : null;
      },
      users: async (_parent, args: UsersArguments) => {
        const { limit, after } = pageRequest('users', args, LIMITS);
        const filter: UserFilter = {
          query: args.query?.trim() || undefined,
          siteAdmin: args.siteAdmin ?? undefined,
          tag: args.tag ?? undefined,
          serviceAccount: false,
          activeSince: periodStart(args.activePeriod ?? 'ALL_TIME', now()),
        };
        const rows = await identity.users.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
        return { ...pageOf('users', rows, limit, (user) => String(user.id)), filter };
      },
    },
    types: {
      UserConnection: { totalCount: (page: { filter: UserFilter }) => identity.users.count(page.filter) },
      User: {
        id: (user: User) => encodeNodeId('User', user.id),
        databaseID: (user: User) => user.id,
        displayName: (user: User) => user.displayName ?? null,
        avatarURL: (user: User) => user.avatarUrl ?? null,
        url: (user: User) => userPath(user),
        settingsURL: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? `${userPath(user)}/settings` : null),
        siteAdmin: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? user.siteAdmin : null),
        lastActiveAt: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? (user.lastActiveAt ?? null) : null),
        usageStatistics: (user: User, _args, { actor }) =>
          mayAdminister(actor, user.id)
            ? { lastActiveTime: user.lastActiveAt?.toISOString() ?? null, lastActiveCodeHostIntegrationTime: null }
            : null,
        emails: (user: User, _args, op) => emails(user, op),
        primaryEmail: async (user: User, _args, op) => (await emails(user, op))?.find((email) => email.primary) ?? null,
        email: async (user: User, _args, op) => (await emails(user, op))?.find((email) => email.primary)?.address ?? null,
        hasVerifiedEmail: async (user: User, _args, op) => (await emails(user, op))?.some((email) => email.verified) ?? null,
        tosAccepted: () => true,
        completedPostSignup: () => true,
        searchable: () => true,
        organizations: async (user: User, _args, op) => {
          const all = await op.loader<number, readonly Organization[]>('organizations').load(user.id);
          const shown = await Promise.all(all.map((organization) => isMember(organization, op)));
          const nodes = all.filter((_organization, i) => mayAdminister(op.actor, user.id) || shown[i]);
          return { nodes, totalCount: nodes.length, pageInfo: { hasNextPage: false, endCursor: null } };
        },
        accessTokens: async (user: User, args: PageArguments, { actor }) => {
          if (!mayAdminister(actor, user.id)) return null;
          const { limit, after } = pageRequest('access-tokens', args, TOKEN_LIMITS);
          const rows = await identity.tokens.list({
            subject: user.id,
            limit: limit + 1,
            beforeId: cursorNumber(after),
          });
          return { ...pageOf('access-tokens', rows, limit, (token: AccessToken) => String(token.id)), subject: user.id };
        },
        viewerCanAdminister: (user: User, _args, { actor }) => mayAdminister(actor, user.id),
        viewerCanChangeUsername: async (user: User, _args, { actor }) =>
          actor.siteAdmin || (mayAdminister(actor, user.id) && (await identity.allowsUsernameChanges())),
        namespaceName: (user: User) => user.username,
      },
      UserEmail: { email: (email: UserEmail) => email.address, isPrimary: (email: UserEmail) => email.primary },
    },
  };
}

/** The first moment of a period, in UTC; undefined for all time. */
function periodStart(period: ActivePeriod, now: Date): Date | undefined {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (period === 'TODAY') return new Date(Date.UTC(year, month, day));
  if (period === 'THIS_WEEK') return new Date(Date.UTC(year, month, day - now.getUTCDay()));
  if (period === 'THIS_MONTH') return new Date(Date.UTC(year, month, 1));
  return undefined;
}

const userPath = (user: User): string => `/users/${user.username}`;
