import { extensionPoint } from '@sextant/sdk';

/** Where a user sets a password, once and for some hours. Whoever has it can be the user. */
export interface PasswordLink {
  /** For whoever asked to hand over; undefined where it was mailed, and where nobody signs in by a password. */
  readonly url: string | undefined;
  readonly mailed: boolean;
}

/** Whoever keeps passwords. */
export interface PasswordLinks {
  /** For a user who has just been made: mails the link to the primary address, proved or not, where the site sends mail; gives it otherwise. */
  welcome(userId: number): Promise<PasswordLink>;
}
export const passwordLinks = extensionPoint<PasswordLinks>('identity.password-links@1', { arity: 'one' });
