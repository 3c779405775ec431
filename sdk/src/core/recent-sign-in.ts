import { SextantError } from '../errors/sextant-error.js';
import type { Actor } from './actor.js';

/**
 * What an act asks of its credential besides the rights of its user. `session`: a session whose user proved recently who they are; every access token is
 * refused. `session-or-token`: the same of a session, but an access token may, as far as its scopes reach.
 */
export type RecentSignIn = 'session' | 'session-or-token';

/**
 * The refusal of an actor who has not proved recently who they are, or undefined. The local site admin owns the process, and the program itself is no person:
 * both may. The kernel asks it for routes (`confirmed`) and mutations (`@requiresRecentSignIn`); ask it where only some uses of a mutation need it.
 * @param subject what was asked for, such as `POST /-/x` or `The field Mutation.x`
 */
export function recentSignInRefusal(actor: Actor, required: RecentSignIn, subject: string): SextantError | undefined {
  const { kind, via, confirmation } = actor;
  if (kind === 'internal' || via === 'local') return undefined;
  if (via === 'token' && required === 'session-or-token') return undefined;
  if (kind !== 'user' || via !== 'session' || confirmation === undefined)
    return new SextantError('SEXTANT_AUTH_SESSION_REQUIRED', {
      what: `${subject} needs a session.`,
      why: 'An access token can leak, and must not be enough to take over an account.',
      fix: 'Sign in with a browser and do it there; the operator uses the command sextant.',
    });
  if (confirmation.recent) return undefined;
  return new SextantError('SEXTANT_AUTH_STEP_UP', {
    what: `${subject} needs a recent sign-in.`,
    why: 'This session proved too long ago who you are.',
    fix: `Confirm who you are at ${confirmation.url}, and try again.`,
    details: { confirmUrl: confirmation.url },
  });
}
