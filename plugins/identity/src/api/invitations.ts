import { type Actor, serviceToken } from '@sextant/sdk';
import type { User } from './users.js';

/** An invitation to an organisation that waits for an answer. */
export interface OpenInvitation {
  readonly id: number;
  readonly organization: { readonly name: string; readonly displayName: string | undefined };
  /** Undefined when whoever invited is gone. */
  readonly sender: User | undefined;
}

/** For whoever shows invitations to those who are invited. */
export interface Invitations {
  /** The one whose link ends in this text; undefined when it is answered, revoked, expired or somebody else's. */
  bySecret(actor: Actor, secret: string): Promise<OpenInvitation | undefined>;
  /** Written down in the audit log with the change. @throws SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND as {@link bySecret}. */
  respond(actor: Actor, id: number, accepted: boolean): Promise<void>;
}

export const invitations = serviceToken<Invitations>('identity.invitations@1');
