import { extensionPoint } from '@sextant/sdk';

/** Whoever keeps passwords. */
export interface PasswordLinks {
  /** Where the user sets a password, once and for some hours; undefined where nobody signs in by one. Whoever has it can be the user. */
  linkFor(userId: number): Promise<string | undefined>;
}
export const passwordLinks = extensionPoint<PasswordLinks>('identity.password-links@1', { arity: 'one' });
