import {
  cursorNumber,
  encodeNodeId,
  type Limits,
  type Operation,
  type PageArguments,
  pageOf,
  pageRequest,
  type Resolver,
} from '@sextant/sdk';
import { userNotFound } from '../../accounts/accounts.js';
import { parseEmail } from '../../accounts/emails.js';
import type { Organization, User } from '../../api.js';
import type { Identity } from '../../identity.js';
import { takeInvitation } from '../../organizations/invitation-limits.js';
import { invitationNotFound } from '../../organizations/invitations.js';
import { organizationNotFound } from '../../organizations/organizations.js';
import type { Invitation } from '../../storage/invitation-store.js';
import type { OrganizationFilter } from '../../storage/organization-store.js';
import type { UserFilter } from '../../storage/user-store.js';
import { nodeNumber } from './node-number.js';
import { mayReadEmails } from './viewer.js';

type Fields = Readonly<Record<string, Resolver>>;
type QueryArguments = PageArguments & { readonly query?: string | null };

const LIMITS = { max: 5000, default: 100 } as const;
const NOTHING = { alwaysNil: null };

export function organizationResolvers(
  identity: Identity,
  limits: Limits,
): {
  readonly types: Readonly<Record<'Org' | 'OrgConnection' | 'OrganizationInvitation' | 'OrganizationInvitationConnection', Fields>>;
  readonly queries: Fields;
  readonly mutations: Fields;
} {
  const { organizations, invitations, invitationAnswers, users, audit } = identity;
  const sees = async (organization: Organization, op: Operation): Promise<boolean> =>
    op.actor.siteAdmin || (await isMember(organization, op));
  const administers = async ({ id }: Organization, { actor }: Operation): Promise<boolean> =>
    actor.siteAdmin || (actor.userId !== undefined && (await organizations.administers(id, actor.userId)));
  const user = (id: number | undefined, op: Operation): Promise<User | null> | null =>
    id === undefined ? null : op.loader<number, User | null>('users').load(id);
  const remove: Resolver = async (_parent, args: { orgID?: string; organization?: string; userID?: string; user?: string }, op) => {
    const id = nodeNumber('Org', args.orgID ?? args.organization);
    const userId = nodeNumber('User', args.userID ?? args.user);
    // Who leaves needs no rights but membership.
    const leaves = userId === op.actor.userId && (await organizations.isMember(id, userId));
    if (!leaves) await organizations.owned(op.actor, id);
    await organizations.removeMember(id, userId, !op.actor.siteAdmin, (tx) =>
      audit.record('organizations.member', 'removed', { actor: op.actor }, { orgID: id, subjectUID: String(userId) }, { tx }),
    );
    return NOTHING;
  };
  return {
    queries: {
      organization: async (_parent, { name }: { name: string }, op) => {
        const organization = await organizations.byName(name);
        return organization && (await sees(organization, op)) ? organization : null;
      },
      organizations: async (_parent, args: QueryArguments, { actor }) => {
        const { limit, after } = pageRequest('organizations', args, LIMITS);
        const filter: OrganizationFilter = {
          query: args.query?.trim() || undefined,
          memberUserId: actor.siteAdmin ? undefined : (actor.userId ?? 0),
        };
        const rows = await organizations.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
        // Who sees those of others, too.
        if (actor.siteAdmin) audit.observe('organizations', 'viewed', { actor }, { query: filter.query });
        return { ...pageOf('organizations', rows, limit, ({ id }) => String(id)), filter };
      },
      invitationByToken: async (_parent, { token }: { token: string }, { actor }) => {
        const invitation = await invitations.bySecret(token);
        return invitation && (await invitations.isFor(actor, invitation)) ? invitation : null;
      },
    },
    mutations: {
      createOrganization: async (_parent, args: { name: string; displayName?: string | null }, { actor }) => {
        return organizations.create(actor, args.name, args.displayName ?? undefined, (tx, { id, name }) =>
          audit.record('organizations', 'created', { actor }, { orgID: id, name }, { tx }),
        );
      },
      updateOrganization: async (_parent, args: { id: string; displayName?: string | null }, { actor }) => {
        const { id } = await organizations.administered(actor, nodeNumber('Org', args.id));
        return organizations.update(id, args.displayName ?? undefined, (tx) =>
          audit.record('organizations', 'modified', { actor }, { orgID: id }, { tx }),
        );
      },
      deleteOrganization: async (_parent, args: { organization: string }, { actor }) => {
        const { id, name } = await organizations.owned(actor, nodeNumber('Org', args.organization));
        await organizations.delete(id, (tx) => audit.record('organizations', 'deleted', { actor }, { orgID: id, name }, { tx }));
        return NOTHING;
      },
      addUserToOrganization: async (_parent, args: { organization: string; username: string }, { actor }) => {
        const { id } = await organizations.administered(actor, nodeNumber('Org', args.organization));
        const added = await users.byUsername(args.username);
        if (!added) throw userNotFound();
        await organizations.addMember(id, added, (tx) =>
          audit.record('organizations.member', 'added', { actor }, { orgID: id, subjectUID: String(added.id) }, { tx }),
        );
        return NOTHING;
      },
      removeUserFromOrg: remove,
      removeUserFromOrganization: remove,
      setOrganizationOwner: async (_parent, args: { organization: string; user: string; owner: boolean }, { actor }) => {
        const { id } = await organizations.owned(actor, nodeNumber('Org', args.organization));
        const userId = nodeNumber('User', args.user);
        await organizations.setOwner(id, userId, args.owner, !actor.siteAdmin, (tx) =>
          audit.record('organizations.member', 'modified', { actor }, { orgID: id, subjectUID: String(userId), owner: args.owner }, { tx }),
        );
        return NOTHING;
      },
      inviteUserToOrganization: async (
        _parent,
        args: { organization: string; username?: string | null; email?: string | null },
        { actor },
      ) => {
        const organization = await organizations.administered(actor, nodeNumber('Org', args.organization));
        const invited = args.email == null ? await users.byUsername(args.username ?? '') : undefined;
        if (args.email == null && !invited) throw userNotFound();
        const to = invited ? { user: invited } : { email: parseEmail(args.email ?? '') };
        await takeInvitation(limits, actor, to);
        const sent = await invitations.invite(organization, actor.userId, to, (tx, { id }) =>
          audit.record('organizations.invitation', 'created', { actor }, { orgID: organization.id, invitationID: id }, { tx }),
        );
        return { sentInvitationEmail: sent.mailed, invitationURL: sent.url };
      },
      respondToOrganizationInvitation: async (_parent, args: { organizationInvitation: string; responseType: string }, { actor }) => {
        const accepted = args.responseType === 'ACCEPT';
        const number = nodeNumber('OrganizationInvitation', args.organizationInvitation);
        await invitationAnswers.respond(actor, number, accepted);
        return NOTHING;
      },
      revokeOrganizationInvitation: async (_parent, args: { organizationInvitation: string }, { actor }) => {
        const invitation = await invitations.store.pendingById(nodeNumber('OrganizationInvitation', args.organizationInvitation));
        if (!invitation) throw invitationNotFound();
        await organizations.administered(actor, invitation.organizationId).catch((error: { code?: string }) => {
          throw error.code === organizationNotFound().code ? invitationNotFound() : error;
        });
        const fields = { orgID: invitation.organizationId, invitationID: invitation.id };
        await invitations.revoke(invitation.id, (tx) => audit.record('organizations.invitation', 'revoked', { actor }, fields, { tx }));
        return NOTHING;
      },
    },
    types: {
      Org: {
        id: (organization: Organization) => encodeNodeId('Org', organization.id),
        displayName: (organization: Organization) => organization.displayName ?? null,
        url: (organization: Organization) => organizationPath(organization),
        settingsURL: async (organization: Organization, _args, op) =>
          (await administers(organization, op)) ? `${organizationPath(organization)}/settings` : null,
        members: async (organization: Organization, args: QueryArguments, op) => {
          if (!(await sees(organization, op))) return null;
          const { limit, after } = pageRequest('users', args, LIMITS);
          const filter: UserFilter = {
            query: args.query?.trim() || undefined,
            namesOnly: !op.actor.siteAdmin || !mayReadEmails(op.actor),
            organizationId: organization.id,
          };
          const rows = await users.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
          return { ...pageOf('users', rows, limit, ({ id }) => String(id)), filter };
        },
        invitations: async (organization: Organization, args: PageArguments, op) => {
          if (!(await administers(organization, op))) return null;
          const { limit, after } = pageRequest('invitations', args, LIMITS);
          const rows = await invitations.store.list(organization.id, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
          return { ...pageOf('invitations', rows, limit, ({ id }) => String(id)), organizationId: organization.id };
        },
        owners: async (organization: Organization, _args, op) =>
          (await sees(organization, op)) ? Promise.all((await organizations.owners(organization.id)).map((id) => user(id, op))) : null,
        viewerIsOwner: async (organization: Organization, _args, { actor }) =>
          actor.userId !== undefined && (await organizations.owners(organization.id)).includes(actor.userId),
        viewerCanAdminister: (organization: Organization, _args, op) => administers(organization, op),
        viewerIsMember: (organization: Organization, _args, op) => isMember(organization, op),
        viewerPendingInvitation: async (organization: Organization, _args, { actor }) =>
          actor.userId === undefined ? null : ((await invitations.store.pendingFor(organization.id, actor.userId)) ?? null),
      },
      OrgConnection: {
        // Those of one person are given whole.
        totalCount: (page: { filter?: OrganizationFilter; totalCount?: number }) =>
          page.filter ? organizations.count(page.filter) : page.totalCount,
      },
      OrganizationInvitation: {
        id: (invitation: Invitation) => encodeNodeId('OrganizationInvitation', invitation.id),
        organization: (invitation: Invitation) => organizations.byId(invitation.organizationId),
        sender: (invitation: Invitation, _args, op) => user(invitation.senderUserId, op),
        recipient: (invitation: Invitation, _args, op) => user(invitation.recipientUserId, op),
        recipientEmail: (invitation: Invitation, _args, { actor }) => (mayReadEmails(actor) ? (invitation.recipientEmail ?? null) : null),
        notifiedAt: (invitation: Invitation) => invitation.notifiedAt ?? null,
      },
      OrganizationInvitationConnection: {
        totalCount: (page: { organizationId: number }) => invitations.store.count({ organizationId: page.organizationId, pending: true }),
      },
    },
  };
}

/** Whether the viewer is a member of it. */
export async function isMember({ id }: Organization, op: Operation): Promise<boolean> {
  if (op.actor.userId === undefined) return false;
  return (await op.loader<number, readonly Organization[]>('organizations').load(op.actor.userId)).some((one) => one.id === id);
}

const organizationPath = (organization: Organization): string => `/organizations/${organization.name}`;
