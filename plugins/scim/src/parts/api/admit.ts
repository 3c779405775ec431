import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuditActor, AuditTrail } from '@sextant/plugin-identity/api';
import { type Limits, type RouteRequest, SextantError } from '@sextant/sdk';

/** Failures an address may have before it is answered 429: a burst, refilled in a minute. */
const FAILURES = { capacity: 30, per: 60_000 } as const;

/** Who the audit log says it was: the directory, which is no account. */
export const directoryAt = ({ remoteAddress, headers }: RouteRequest): AuditActor => ({
  uid: 'scim',
  ip: remoteAddress,
  ...(headers['user-agent'] === undefined ? {} : { userAgent: headers['user-agent'] }),
  ...(headers['x-forwarded-for'] === undefined ? {} : { forwardedFor: headers['x-forwarded-for'] }),
});

/** Nobody comes in but with the token of the site. @throws SEXTANT_SCIM_UNAUTHORIZED, SEXTANT_SCIM_THROTTLED. */
export async function admit(
  request: RouteRequest,
  token: string,
  { limits, audit }: { readonly limits: Limits; readonly audit: AuditTrail },
): Promise<void> {
  const presented = /^bearer +(\S+) *$/i.exec(request.headers['authorization'] ?? '')?.[1];
  // As digests, which are of one length whatever is presented.
  if (presented !== undefined && timingSafeEqual(digest(presented), digest(token))) return;
  const limit = await limits.take(`auth-failures:${request.remoteAddress}`, FAILURES);
  if (!limit.allowed) {
    // No log line: whoever sends thousands of wrong tokens must not fill the log.
    throw new SextantError('SEXTANT_SCIM_THROTTLED', {
      what: 'Too many requests with a wrong token came from this address.',
      details: { retryAfter: limit.retryAfter },
    });
  }
  const reason = presented === undefined ? 'missing' : 'token';
  audit.observe('scim', 'failed', { ...directoryAt(request), uid: 'anonymous' }, { reason });
  throw new SextantError('SEXTANT_SCIM_UNAUTHORIZED', { what: 'The token is missing or wrong.' });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
