import { type Credentials, serviceToken } from '@sextant/sdk';
import type { AuditActor } from '../api.js';

/** A credential that opens nothing. */
export interface WrongCredential {
  /** As the audit log calls what it was for, such as `auth.accessToken`; the action is `failed`. */
  readonly entity: string;
  /** Why it opens nothing, in a word for the auditor: `unknown`, `expired`. Never the credential. */
  readonly reason: string;
  /** The request that it came with. */
  readonly from: Pick<Credentials, 'headers' | 'remoteAddress'>;
  /** What is known of who sent it. */
  readonly who?: Pick<AuditActor, 'uid' | 'fromAccessTokenId'>;
}

/** Bounds how many credentials one address may try, of all kinds together. For every plugin that takes credentials. */
export interface WrongCredentials {
  /**
   * Counts one, and notes it in the audit log. The caller refuses the request then, with an error of its own.
   * @throws SEXTANT_AUTH_THROTTLED (429, `retryAfter` in milliseconds) when the address has tried too many; nothing is noted any more
   */
  came(wrong: WrongCredential): Promise<void>;
}

export const wrongCredentials = serviceToken<WrongCredentials>('identity.wrong-credentials@1');
