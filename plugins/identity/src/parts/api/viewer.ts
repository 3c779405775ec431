import { type Actor, allows, decodeNodeId, SextantError } from '@sextant/sdk';
import { userNotFound } from '../../accounts/accounts.js';
import type { User, Users } from '../../api.js';

/** True for the user and for site admins: who see and change everything about the account. */
export const mayAdminister = (actor: Actor, userId: number): boolean =>
  actor.siteAdmin || (actor.kind === 'user' && actor.userId === userId);

/** False for a token of narrow scopes without `email`: whoever allowed it did not agree to addresses. */
export const mayReadEmails = (actor: Actor): boolean => allows(actor, 'email');

/** @throws SEXTANT_USER_NOT_FOUND for an id of another kind, of nobody, or of a user that the actor may not administer. */
export async function administeredUser(users: Users, actor: Actor, nodeId: string): Promise<User> {
  const id = Number(decodeNodeId('User', nodeId));
  const user = mayAdminister(actor, id) ? await users.byId(id) : undefined;
  if (!user) throw userNotFound();
  return user;
}

export const forbidden = (why: string): SextantError =>
  new SextantError('SEXTANT_USER_FORBIDDEN', { what: 'You may not do this.', why, fix: 'Ask a site admin.' });
