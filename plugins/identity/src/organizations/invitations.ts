import { createHash, randomBytes } from 'node:crypto';
import { type Actor, type Clock, type Contribution, SextantError, type Storage, type Tx } from '@sextant/sdk';
import type { Alongside } from '../accounts/accounts.js';
import { parseEmail } from '../accounts/emails.js';
import type { AccountMail, Organization, User } from '../api.js';
import { type Invitation, InvitationStore } from '../storage/invitation-store.js';
import { UserStore } from '../storage/user-store.js';
import { addMember, organizationNotFound } from './organizations.js';

const DAYS = 7;
/** Unanswered ones that an organisation may have. */
const MAX_PENDING = 500;

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** An invitation that was made just now: the one moment at which its secret is known. */
export interface Sent {
  readonly invitation: Invitation;
  /** Whether a mail is on its way. */
  readonly mailed: boolean;
  readonly url: string;
}

/**
 * Invites people to organisations: users by name, others by an address, which they prove to own before they join. Nobody becomes a member without saying so.
 */
export class Invitations {
  readonly #store: InvitationStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly mail: readonly Contribution<AccountMail>[],
    /** Known once Sextant listens. */
    private readonly externalUrl: () => string,
  ) {
    this.#store = new InvitationStore(db, clock);
  }

  get store(): InvitationStore {
    return this.#store;
  }

  /**
   * An unanswered invitation of the same person is replaced.
   * @throws SEXTANT_USER_EMAIL_INVALID, SEXTANT_ORGANIZATION_MEMBER_ALREADY, SEXTANT_ORGANIZATION_INVITATIONS_LIMIT.
   */
  async invite(
    organization: Organization,
    senderUserId: number | undefined,
    to: { readonly user: User } | { readonly email: string },
    alongside: Alongside<Invitation>,
  ): Promise<Sent> {
    const email = 'email' in to ? parseEmail(to.email) : undefined;
    const user = 'user' in to ? to.user : undefined;
    const secret = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const invitation = await this.db.transaction(async (tx) => {
      const held = await tx.query('select 1 from organizations where id = $1 for update', [organization.id]);
      if (held.length === 0) throw organizationNotFound();
      const store = new InvitationStore(tx, this.clock);
      if (user) {
        const member = await tx.query('select 1 from organization_members where organization_id = $1 and user_id = $2', [
          organization.id,
          user.id,
        ]);
        if (member.length > 0)
          throw new SextantError('SEXTANT_ORGANIZATION_MEMBER_ALREADY', {
            what: `"${user.username}" is a member already.`,
            fix: 'Nothing is to be done.',
          });
      }
      await store.revokePending(organization.id, { userId: user?.id, email });
      if ((await store.count({ organizationId: organization.id, pending: true })) >= MAX_PENDING) {
        throw new SextantError('SEXTANT_ORGANIZATION_INVITATIONS_LIMIT', {
          what: `The organisation has ${MAX_PENDING} unanswered invitations.`,
          fix: 'Revoke some, or wait until they expire.',
        });
      }
      const made = await store.insert({
        organizationId: organization.id,
        senderUserId,
        recipientUserId: user?.id,
        recipientEmail: email,
        secretHash: hash(secret),
        createdAt: now,
        expiresAt: new Date(now.getTime() + DAYS * 86_400_000),
      });
      await alongside(tx, made);
      return made;
    });
    const url = `${this.externalUrl()}/organizations/invitation/${secret}`;
    return { invitation, url, mailed: await this.#send(organization, invitation, url) };
  }

  async bySecret(secret: string): Promise<Invitation | undefined> {
    return this.#store.pendingByHash(hash(secret.slice(0, 200)));
  }

  /** Whether the invitation is the actor's to answer: by account, or by an address that the account has proved. */
  async isFor(actor: Actor, invitation: Invitation): Promise<boolean> {
    if (actor.kind !== 'user' || actor.userId === undefined) return false;
    if (invitation.recipientEmail === undefined) return invitation.recipientUserId === actor.userId;
    return (await new UserStore(this.db).byVerifiedEmail(invitation.recipientEmail))?.id === actor.userId;
  }

  /** @throws SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND for one that is not the actor's, or is answered, revoked or expired. */
  async respond(actor: Actor, id: number, accepted: boolean, alongside: Alongside<Invitation>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const store = new InvitationStore(tx, this.clock);
      await tx.query('select 1 from organization_invitations where id = $1 for update', [id]);
      const invitation = await store.pendingById(id);
      if (!invitation || !(await this.isFor(actor, invitation)) || actor.userId === undefined) throw invitationNotFound();
      if (accepted) await addMember(tx, invitation.organizationId, actor.userId, this.clock.now());
      await store.answer(id, accepted);
      await alongside(tx, invitation);
    });
  }

  /** @throws SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND. */
  async revoke(id: number, alongside: (tx: Tx) => Promise<void>): Promise<void> {
    await this.db.transaction(async (tx) => {
      if (!(await new InvitationStore(tx, this.clock).revoke(id))) throw invitationNotFound();
      await alongside(tx);
    });
  }

  async #send(organization: Organization, invitation: Invitation, url: string): Promise<boolean> {
    const mail = this.mail[0]?.value;
    if (!mail || !(await mail.configured())) return false;
    const to = invitation.recipientEmail ?? (await this.#addressOf(invitation.recipientUserId));
    if (to === undefined) return false;
    // Not what it calls itself: that may be any sentence, and the mail is from us. A subject is of a bounded length.
    const name = organization.name.slice(0, 100);
    await mail.send({
      to,
      subject: `You are invited to ${name}`,
      text: `You are invited to the organisation ${name} on Sextant (${this.externalUrl()}).\n\nAnswer the invitation within ${DAYS} days:\n${url}\n\nIf you do not know why, ignore this mail.\n`,
    });
    await this.#store.notified(invitation.id);
    return true;
  }

  async #addressOf(userId: number | undefined): Promise<string | undefined> {
    const addresses = userId === undefined ? [] : await new UserStore(this.db).emails([userId]);
    return addresses.find(({ verified }) => verified)?.address;
  }
}

export const invitationNotFound = (): SextantError =>
  new SextantError('SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND', {
    what: 'The invitation was not found.',
    fix: 'Check the link; it may be answered, revoked or expired.',
  });
