import type { ExternalAccount, User } from '@sextant/plugin-identity/api';
import {
  type Actor,
  allows,
  cursorNumber,
  decodeNodeId,
  defineGraphQL,
  encodeNodeId,
  type Operation,
  type PageArguments,
  pageOf,
  pageRequest,
  recentSignInRefusal,
  Secret,
  SextantError,
} from '@sextant/sdk';
import { BUILTIN } from '../../builtin-provider.js';
import type { config } from '../../config.js';
import type { Way } from '../../configuration/provider-entries.js';
import type { Passkey } from '../../second-factor/second-factor-store.js';
import type { SecondFactorSummary } from '../../second-factor/second-factors.js';
import { sessionOf } from '../../sessions/session-of.js';
import type { Session } from '../../storage/session-store.js';
import { type Deps, signInOf } from '../../wiring.js';
import { typeDefs } from './schema.js';

const EMPTY = { alwaysNil: null };
const ACCOUNTS = { max: 1_000, default: 100 };
const MOST_USERS = 1_000;

interface EmailArguments {
  readonly user: string;
  readonly email: string;
}

export default defineGraphQL<Deps, typeof config>()({
  typeDefs,
  extends: ['Mutation', 'User', 'Site'],
  resolvers: (d, ctx) => {
    const s = signInOf(d, ctx);
    /** @throws SEXTANT_USER_NOT_FOUND for whoever the actor may not administer */
    const administered = async (nodeId: string, { actor }: Operation): Promise<User> => {
      const id = numberOf('User', nodeId);
      const user = id !== undefined && mayAdminister(actor, id) ? await d.users.byId(id) : undefined;
      if (!user) throw userNotFound();
      whole(actor);
      return user;
    };
    const own = async ({ actor }: Operation): Promise<User> => {
      const user = actor.userId === undefined ? undefined : await d.users.byId(actor.userId);
      if (!user) throw userNotFound();
      whole(actor);
      return user;
    };
    /** Of others, which site admins end. One's own are ended without more: somebody else may be in one. */
    const endable = async (nodeId: string, operation: Operation): Promise<User> => {
      const user = await administered(nodeId, operation);
      const { actor } = operation;
      const refused = user.id === actor.userId ? undefined : recentSignInRefusal(actor, 'session', 'Ending the sessions of others');
      if (refused) throw refused;
      return user;
    };
    const onEmail =
      (run: (user: User, email: string, operation: Operation) => Promise<void>) =>
      async (_p: unknown, args: EmailArguments, operation: Operation) => {
        await run(await administered(args.user, operation), args.email, operation);
        return EMPTY;
      };
    return {
      Mutation: {
        invalidateSessionsByID: async (_p, args: { userID: string }, operation) => {
          await s.security.endSessions([await endable(args.userID, operation)], { actor: operation.actor });
          return EMPTY;
        },
        invalidateSessionsByIDs: async (_p, args: { userIDs: readonly string[] }, operation) => {
          if (args.userIDs.length > MOST_USERS) throw userNotFound();
          const users = await Promise.all(args.userIDs.map((id) => administered(id, operation)));
          await s.security.endSessions(users, { actor: operation.actor });
          return EMPTY;
        },
        endSession: async (_p, args: { user: string; session: string }, operation) => {
          const user = await endable(args.user, operation);
          await s.security.endSession(user, numberOf('UserSession', args.session) ?? 0, { actor: operation.actor });
          return EMPTY;
        },
        updatePassword: async (_p, args: { oldPassword: string; newPassword: string; revokeAccessTokens?: boolean | null }, operation) => {
          const { actor } = operation;
          const change = {
            before: new Secret(args.oldPassword),
            next: new Secret(args.newPassword),
            keep: sessionOf(actor),
            revokeAccessTokens: args.revokeAccessTokens ?? true,
          };
          await s.security.changePassword(await own(operation), change, { actor });
          return EMPTY;
        },
        createPassword: async (_p, args: { newPassword: string }, operation) => {
          const { actor } = operation;
          await s.security.createPassword(await own(operation), new Secret(args.newPassword), { actor }, sessionOf(actor));
          return EMPTY;
        },
        randomizeUserPassword: async (_p, args: { user: string }, operation) => {
          const user = await administered(args.user, operation);
          const { url, mailed } = await s.passwords.randomize(user, (tx) =>
            d.audit.record('user.password', 'reset', { actor: operation.actor }, { subjectUID: String(user.id) }, { tx }),
          );
          return { resetPasswordURL: url ?? null, emailSent: mailed };
        },
        addUserEmail: onEmail((user, email, { actor }) => s.security.addEmail(user, email, { actor })),
        removeUserEmail: onEmail((user, email, { actor }) => s.security.removeEmail(user, email, { actor })),
        setUserEmailPrimary: onEmail((user, email, { actor }) => s.security.setPrimaryEmail(user, email, { actor })),
        setUserEmailVerified: async (_p, args: EmailArguments & { verified: boolean }, operation) => {
          await s.security.setEmailVerified(await administered(args.user, operation), args.email, args.verified, {
            actor: operation.actor,
          });
          return EMPTY;
        },
        resendVerificationEmail: onEmail((user, email) => s.security.resendVerification(user, email)),
        resetSecondFactor: async (_p, args: { user: string }, operation) => {
          await s.factors.reset(await administered(args.user, operation), { actor: operation.actor });
          return EMPTY;
        },
        deleteExternalAccount: async (_p, args: { externalAccount: string }, operation) => {
          const [userId = 0, id = 0] = (decodeNodeId('ExternalAccount', args.externalAccount) ?? '').split('/').map(Number);
          const user = await administered(encodeNodeId('User', userId), operation);
          await s.security.unlink(user, id, { actor: operation.actor });
          return EMPTY;
        },
      },
      User: {
        session: (user: User, _args, { actor }) => (actor.userId === user.id ? { canSignOut: sessionOf(actor) !== undefined } : null),
        sessions: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? s.security.sessions(user) : null),
        externalAccounts: async (user: User, args: PageArguments, { actor }) => {
          if (!mayAdminister(actor, user.id)) return null;
          const { limit, after } = pageRequest('external-accounts', args, ACCOUNTS);
          const all = await s.security.externalAccounts(user);
          const rest = all.filter(({ id }) => id > (cursorNumber(after) ?? 0)).sort((a, b) => a.id - b.id);
          return { ...pageOf('external-accounts', rest.slice(0, limit + 1), limit, ({ id }) => String(id)), totalCount: all.length };
        },
        builtinAuth: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? s.security.hasPassword(user) : null),
        secondFactors: (user: User, _args, { actor }) => (mayAdminister(actor, user.id) ? s.factors.summary(user.id) : null),
      },
      SecondFactors: {
        totpCreatedAt: ({ totp }: SecondFactorSummary) => totp?.createdAt ?? null,
        recoveryCodesLeft: ({ recoveryCodes }: SecondFactorSummary) => recoveryCodes,
      },
      Passkey: {
        id: ({ id }: Passkey) => encodeNodeId('Passkey', id),
        lastUsedAt: ({ lastUsedAt }: Passkey) => lastUsedAt ?? null,
      },
      UserSession: {
        id: ({ id }: Session) => encodeNodeId('UserSession', id),
        userAgent: ({ userAgent }: Session) => userAgent ?? null,
        ip: ({ ip }: Session) => ip ?? null,
        provider: ({ way }: Session) => way,
        current: ({ id }: Session, _args, { actor }) => sessionOf(actor) === id,
      },
      ExternalAccount: {
        id: ({ id, userId }: ExternalAccount) => encodeNodeId('ExternalAccount', `${userId}/${id}`),
        user: async ({ userId }: ExternalAccount) => (await d.users.byId(userId)) ?? null,
        serviceType: ({ service }: ExternalAccount) => service.type,
        serviceID: ({ service }: ExternalAccount) => service.id,
        accountID: ({ accountId }: ExternalAccount) => accountId,
        displayName: ({ displayName }: ExternalAccount) => displayName ?? null,
        expiredAt: ({ expiredAt }: ExternalAccount) => expiredAt ?? null,
      },
      Site: {
        authProviders: async () => {
          const ways = (await s.settings.current()).ways.filter((way) => !way.hidden && !way.noSignIn);
          return { nodes: ways, totalCount: ways.length, pageInfo: { hasNextPage: false, endCursor: null } };
        },
        sendsEmailVerificationEmails: () => s.letters.possible(),
      },
      AuthProvider: {
        serviceType: ({ service }: Way) => service.type,
        serviceID: ({ service }: Way) => service.id,
        clientID: ({ config }: Way) => textOf(config, 'clientID'),
        configID: ({ id }: Way) => id,
        isBuiltin: ({ provider }: Way) => provider.type === BUILTIN,
        authenticationURL: ({ provider, id }: Way) =>
          provider.redirect ? `${s.prefix}/.auth/${provider.type}/login?pc=${encodeURIComponent(id)}` : null,
      },
    };
  },
});

const mayAdminister = (actor: Actor, userId: number): boolean => actor.siteAdmin || (actor.kind === 'user' && actor.userId === userId);

/** What decides who somebody is reaches further than a token that may do less than its owner. */
function whole(actor: Actor): void {
  if (allows(actor, 'user:all')) return;
  throw new SextantError('SEXTANT_USER_FORBIDDEN', {
    what: 'You may not do this.',
    why: 'The token in use has not the scope user:all.',
    fix: 'Sign in, or use a token that has it.',
  });
}

const userNotFound = (): SextantError =>
  new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Check the user name or id.' });

function numberOf(kind: string, nodeId: string): number | undefined {
  const text = decodeNodeId(kind, nodeId) ?? '';
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : undefined;
}

const textOf = (config: unknown, key: string): string => {
  const value = (config as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : '';
};
