import { addressBlock, type Limits, SextantError } from '@sextant/sdk';
import type { AuditTrail, WrongCredential, WrongCredentials as WrongCredentialsService } from './api.js';

/** Failures an address may have before it is answered 429: a burst, refilled in a minute. */
const FAILURES = { capacity: 30, per: 60_000 } as const;

export class WrongCredentials implements WrongCredentialsService {
  constructor(
    private readonly limits: Limits,
    private readonly audit: Pick<AuditTrail, 'observe'>,
  ) {}

  async came({ entity, action = 'failed', reason, from: { headers, remoteAddress }, who }: WrongCredential): Promise<void> {
    const requester = { ip: remoteAddress, userAgent: headers['user-agent'], forwardedFor: headers['x-forwarded-for'] };
    // Also where the address is throttled: the audit log counts what it does not write one by one.
    this.audit.observe(entity, action, { ...requester, ...who }, { reason });
    const limit = await this.limits.take(`auth-failures:${addressBlock(remoteAddress)}`, FAILURES);
    if (!limit.allowed) {
      throw new SextantError('SEXTANT_AUTH_THROTTLED', {
        what: 'Too many invalid credentials came from this address.',
        fix: 'Correct the credential, and wait before the next try.',
        details: { retryAfter: limit.retryAfter },
      });
    }
  }
}
