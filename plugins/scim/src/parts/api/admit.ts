import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuditActor, WrongCredentials } from '@sextant/plugin-identity/api';
import { type RouteRequest, SextantError } from '@sextant/sdk';

/** Who the audit log says it was: the directory, which is no account. */
export const directoryAt = ({ remoteAddress, headers }: RouteRequest): AuditActor => ({
  uid: 'scim',
  ip: remoteAddress,
  ...(headers['user-agent'] === undefined ? {} : { userAgent: headers['user-agent'] }),
  ...(headers['x-forwarded-for'] === undefined ? {} : { forwardedFor: headers['x-forwarded-for'] }),
});

/** Nobody comes in but with the token of the site. @throws SEXTANT_SCIM_UNAUTHORIZED, SEXTANT_AUTH_THROTTLED. */
export async function admit(from: RouteRequest, token: string, wrong: WrongCredentials): Promise<void> {
  const presented = /^bearer +(\S+) *$/i.exec(from.headers['authorization'] ?? '')?.[1];
  // As digests, which are of one length whatever is presented.
  if (presented !== undefined && timingSafeEqual(digest(presented), digest(token))) return;
  await wrong.came({ entity: 'scim', reason: presented === undefined ? 'missing' : 'token', from, who: { uid: 'anonymous' } });
  throw new SextantError('SEXTANT_SCIM_UNAUTHORIZED', { what: 'The token is missing or wrong.' });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
