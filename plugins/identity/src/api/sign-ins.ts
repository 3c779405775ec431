import { type Actor, extensionPoint } from '@sextant/sdk';

/** Whoever signs people in, at `/sign-in?returnTo=…`; with `&anew=1` also somebody who is signed in. */
export interface SignIns {
  /** When the person of this actor proved who they are; undefined: they came in by what is sent with each request, and cannot be asked anew. */
  signedInAt(actor: Actor): Promise<Date | undefined>;
}
export const signIns = extensionPoint<SignIns>('identity.sign-ins@1', { arity: 'one' });
