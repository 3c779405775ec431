import type { AuditActor } from '@sextant/plugin-identity/api';
import { addressBlock, type Limits, type RouteRequest, SextantError } from '@sextant/sdk';

/** As the audit log tells who asks. */
export const requester = ({ actor, headers, remoteAddress }: RouteRequest): AuditActor => ({
  ...(actor.kind === 'anonymous' ? {} : { actor }),
  ip: remoteAddress,
  userAgent: headers['user-agent'],
  forwardedFor: headers['x-forwarded-for'],
});

/** @throws SEXTANT_SIGN_IN_THROTTLED when one address asks for this more than `most` times a minute. */
export async function throttle(limits: Limits, what: string, remoteAddress: string, most: number): Promise<void> {
  const { allowed, retryAfter } = await limits.take(`${what}:${addressBlock(remoteAddress)}`, { capacity: most, per: 60_000 });
  if (allowed) return;
  throw new SextantError('SEXTANT_SIGN_IN_THROTTLED', {
    what: 'Too many requests of this kind came from this address.',
    fix: 'Wait a minute, and try again.',
    details: { retryAfter },
  });
}
