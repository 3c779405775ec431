import type { NodeKind } from '@sextant/sdk';
import type { AccessRequests } from '../../access-requests/access-requests.js';
import type { Identity } from '../../identity.js';
import { rowNumber } from './node-number.js';
import { mayAdminister } from './viewer.js';

/** Everybody who is signed in sees that a user exists; what of the user, each field decides. */
export const userNode = (identity: Identity): NodeKind => ({
  kind: 'User',
  load: async (id, { actor }) => (actor.kind === 'anonymous' ? null : ((await identity.users.byId(Number(id))) ?? null)),
});

export const accessTokenNode = (identity: Identity): NodeKind => ({
  kind: 'AccessToken',
  load: async (id, { actor }) => {
    const token = await identity.tokens.byId(rowNumber(id));
    return token && mayAdminister(actor, token.subjectUserId) ? token : null;
  },
});

/** Members and site admins see an organisation. */
export const organizationNode = (identity: Identity): NodeKind => ({
  kind: 'Org',
  load: async (id, { actor }) => {
    const number = rowNumber(id);
    const visible = actor.siteAdmin || (actor.userId !== undefined && (await identity.organizations.isMember(number, actor.userId)));
    return visible ? ((await identity.organizations.byId(number)) ?? null) : null;
  },
});

export const roleNode = (identity: Identity): NodeKind => ({
  kind: 'Role',
  load: async (id, { actor }) => (actor.siteAdmin ? ((await identity.roles.store.byId(rowNumber(id))) ?? null) : null),
});

export const permissionNode = (identity: Identity): NodeKind => ({
  kind: 'Permission',
  load: async (name, { actor }) => (actor.siteAdmin ? (identity.permissions.all().find((one) => one.name === name) ?? null) : null),
});

export const invitationNode = (identity: Identity): NodeKind => ({
  kind: 'OrganizationInvitation',
  load: async (id, { actor }) => {
    const invitation = await identity.invitations.store.pendingById(rowNumber(id));
    if (!invitation) return null;
    const { organizationId } = invitation;
    const visible =
      (await identity.invitations.isFor(actor, invitation)) ||
      actor.siteAdmin ||
      (actor.userId !== undefined && (await identity.organizations.administers(organizationId, actor.userId)));
    return visible ? invitation : null;
  },
});

export const teamNode = (identity: Identity): NodeKind => ({
  kind: 'Team',
  load: async (id, { actor }) => (actor.kind === 'anonymous' ? null : ((await identity.teams.store.byId(rowNumber(id))) ?? null)),
});

export const accessRequestNode = (requests: AccessRequests): NodeKind => ({
  kind: 'AccessRequest',
  load: async (id, { actor }) => (actor.siteAdmin ? ((await requests.store.byId(rowNumber(id))) ?? null) : null),
});
