import { type Actor, SextantError } from '@sextant/sdk';

/**
 * A stream may outlive the right to read it: the session ends, the token is revoked, the person leaves. Asks who the request is from as if it came now.
 * @throws when it is nobody, or not who it was
 */
export async function sameReader(before: Actor, admit: () => Promise<Actor>): Promise<void> {
  const now = await admit();
  if (now.id === before.id && now.credential === before.credential && now.siteAdmin === before.siteAdmin) return;
  throw new SextantError('SEXTANT_AUTH_REQUIRED', { what: 'Whoever reads this stream is signed out.', fix: 'Sign in again.' });
}
