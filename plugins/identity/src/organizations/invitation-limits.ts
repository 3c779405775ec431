import { type Actor, type Limits, SextantError } from '@sextant/sdk';

/** Invitations of one person, whoever sends them: each may be a mail. */
const TO_ONE = { capacity: 5, per: 24 * 3_600_000 } as const;
/** Of one sender. */
const BY_ONE = { capacity: 50, per: 3_600_000 } as const;

/**
 * Anybody may make an organisation and invite to it, and its name stands in the mail: nobody is to fill somebody's mailbox, or many, by it.
 * @throws SEXTANT_ORGANIZATION_INVITATIONS_THROTTLED
 */
export async function takeInvitation(
  limits: Limits,
  actor: Actor,
  to: { readonly user: { readonly id: number } } | { readonly email: string },
): Promise<void> {
  // Site admins invite whole departments.
  if (!actor.siteAdmin) await take(limits, `invitations-by:${actor.userId}`, BY_ONE);
  await take(limits, 'user' in to ? `invitations-to-user:${to.user.id}` : `invitations-to:${to.email.trim().toLowerCase()}`, TO_ONE);
}

async function take(limits: Limits, key: string, bucket: { readonly capacity: number; readonly per: number }): Promise<void> {
  const { allowed, retryAfter } = await limits.take(key, bucket);
  if (allowed) return;
  throw new SextantError('SEXTANT_ORGANIZATION_INVITATIONS_THROTTLED', {
    what: 'Too many invitations were sent, by you or to this person.',
    fix: 'Hand over the link of one that was sent before, or try again later.',
    details: { retryAfter },
  });
}
