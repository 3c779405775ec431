import type { Actor } from '@sextant/sdk';
import type { AuditTrail, Invitations as InvitationsApi, OpenInvitation, Organizations, Users } from '../api.js';
import type { Invitations } from './invitations.js';

interface Parts {
  readonly invitations: Pick<Invitations, 'bySecret' | 'isFor' | 'respond'>;
  readonly organizations: Pick<Organizations, 'byId'>;
  readonly users: Pick<Users, 'byId'>;
  readonly audit: AuditTrail;
}

/** Invitations as those see them who are invited. */
export class InvitationAnswers implements InvitationsApi {
  constructor(private readonly parts: Parts) {}

  async bySecret(actor: Actor, secret: string): Promise<OpenInvitation | undefined> {
    const { invitations, organizations, users } = this.parts;
    const invitation = await invitations.bySecret(secret);
    if (!invitation || !(await invitations.isFor(actor, invitation))) return undefined;
    const { id, organizationId, senderUserId } = invitation;
    const organization = await organizations.byId(organizationId);
    return organization && { id, organization, sender: senderUserId === undefined ? undefined : await users.byId(senderUserId) };
  }

  respond(actor: Actor, id: number, accepted: boolean): Promise<void> {
    const { invitations, audit } = this.parts;
    return invitations.respond(actor, id, accepted, (tx, { organizationId }) => {
      const fields = { orgID: organizationId, invitationID: id };
      return audit.record('organizations.invitation', accepted ? 'accepted' : 'declined', { actor }, fields, { tx });
    });
  }
}
