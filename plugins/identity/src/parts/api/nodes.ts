import type { NodeKind } from '@sextant/sdk';
import type { Identity } from '../../identity.js';
import { mayAdminister } from './viewer.js';

/** Everybody who is signed in sees that a user exists; what of the user, each field decides. */
export const userNode = (identity: Identity): NodeKind => ({
  kind: 'User',
  load: async (id, { actor }) => (actor.kind === 'anonymous' ? null : ((await identity.users.byId(Number(id))) ?? null)),
});

export const accessTokenNode = (identity: Identity): NodeKind => ({
  kind: 'AccessToken',
  load: async (id, { actor }) => {
    const number = Number(id);
    const token = Number.isInteger(number) && number > 0 && number <= 0x7fffffff ? await identity.tokens.byId(number) : undefined;
    return token && mayAdminister(actor, token.subjectUserId) ? token : null;
  },
});

/** Members and site admins see an organisation. */
export const organizationNode = (identity: Identity): NodeKind => ({
  kind: 'Org',
  load: async (id, { actor }) => {
    const number = Number(id);
    if (!Number.isInteger(number) || number < 1 || number > 0x7fffffff) return null;
    const visible = actor.siteAdmin || (actor.userId !== undefined && (await identity.organizations.isMember(number, actor.userId)));
    return visible ? ((await identity.organizations.byId(number)) ?? null) : null;
  },
});
