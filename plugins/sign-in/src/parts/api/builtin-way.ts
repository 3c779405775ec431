import { SextantError } from '@sextant/sdk';
import { BUILTIN } from '../../builtin-provider.js';
import type { Way } from '../../configuration/provider-entries.js';
import type { SignIn } from '../../wiring.js';

/** @throws SEXTANT_SIGN_IN_UNAVAILABLE when people have no passwords here. */
export async function builtinWay({ settings }: SignIn): Promise<Way> {
  const way = (await settings.current()).ways.find(({ provider }) => provider.type === BUILTIN);
  if (!way || way.noSignIn) throw unavailable('Nobody signs in by a password here.');
  return way;
}

export const unavailable = (why: string): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
    what: 'There is no such way to sign in.',
    why,
    fix: 'Choose one of those on the sign-in page.',
  });
