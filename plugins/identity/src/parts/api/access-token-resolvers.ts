import { type Actor, allows, encodeNodeId, type Operation, type Resolver, SextantError } from '@sextant/sdk';
import type { User } from '../../api.js';
import type { Identity } from '../../identity.js';
import type { AccessToken } from '../../storage/access-token-store.js';
import { nodeNumber } from './node-number.js';
import { administeredUser, forbidden, mayAdminister } from './viewer.js';

type Fields = Readonly<Record<string, Resolver>>;

interface CreateArguments {
  readonly user: string;
  readonly scopes: readonly string[];
  readonly note: string;
  readonly durationSeconds?: number | null;
}

export function accessTokenResolvers(identity: Identity): { readonly types: Readonly<Record<string, Fields>>; readonly mutations: Fields } {
  const user = (id: number | undefined, op: Operation): Promise<User | null> | null =>
    id === undefined ? null : op.loader<number, User | null>('users').load(id);
  /** Who may know the token in use: whoever acts for somebody else by one may know the one that is made by it, too. */
  const behind = async ({ credential }: Actor): Promise<readonly number[]> => {
    const used = /^token:(\d+)$/.exec(credential ?? '')?.[1];
    const token = used === undefined ? undefined : await identity.tokens.byId(Number(used));
    return token ? [token.subjectUserId, ...token.madeBy] : [];
  };
  return {
    mutations: {
      createAccessToken: async (_parent, args: CreateArguments, { actor }) => {
        const subject = await administeredUser(identity.users, actor, args.user);
        if (actor.userId === undefined) throw forbidden('Only a person can create access tokens.');
        if (actor.serviceAccount) throw forbidden('Site admins create the tokens of service accounts.');
        // A narrower token must not make itself a wider.
        if (!allows(actor, 'user:all')) throw forbidden('The token in use has not the scope user:all.');
        const { token, text } = await identity.tokens.issue(
          {
            subject,
            creator: { userId: actor.userId, siteAdmin: actor.siteAdmin, behind: await behind(actor) },
            scopes: args.scopes,
            note: args.note,
            duration: args.durationSeconds ?? undefined,
          },
          (tx, { id, scopes }) =>
            identity.audit.record(
              'user.accessToken',
              'created',
              { actor },
              { tokenID: id, subjectUID: String(subject.id), scopes: scopes.join(' ') },
              { tx },
            ),
        );
        return { id: encodeNodeId('AccessToken', token.id), token: text.reveal() };
      },
      deleteAccessToken: async (_parent, { byID, byToken }: { byID?: string | null; byToken?: string | null }, { actor }) => {
        const token = byToken != null ? await identity.tokens.byText(byToken) : await identity.tokens.byId(nodeNumber('AccessToken', byID));
        // Who holds the text of a token may always end it.
        const allowed = token && (byToken != null || mayAdminister(actor, token.subjectUserId));
        const revoked =
          allowed &&
          (await identity.tokens.revoke(token.id, (tx) =>
            identity.audit.record(
              'user.accessToken',
              'deleted',
              { actor },
              { tokenID: token.id, subjectUID: String(token.subjectUserId) },
              { tx },
            ),
          ));
        if (!revoked) {
          throw new SextantError('SEXTANT_ACCESS_TOKEN_NOT_FOUND', {
            what: 'The access token was not found.',
            fix: 'Check the id; the token may be revoked already.',
          });
        }
        return { alwaysNil: null };
      },
    },
    types: {
      AccessToken: {
        id: (token: AccessToken) => encodeNodeId('AccessToken', token.id),
        subject: (token: AccessToken, _args, op) => user(token.subjectUserId, op),
        creator: (token: AccessToken, _args, op) => user(token.creatorUserId, op),
        expiresAt: (token: AccessToken) => token.expiresAt ?? null,
        lastUsedAt: (token: AccessToken) => token.lastUsedAt ?? null,
      },
      AccessTokenConnection: { totalCount: (page: { subject: number }) => identity.tokens.count(page.subject) },
    },
  };
}
