import { type Credentials, serviceToken } from '@sextant/sdk';

/** A credential that opens nothing. */
export interface WrongCredential {
  /** As the audit log calls what it was for, such as `auth.accessToken`. */
  readonly entity: string;
  /** `invalid`: it is none of ours, or not any more. Default: `failed`. */
  readonly action?: 'failed' | 'invalid';
  /** Why it opens nothing, in a word for the auditor: `unknown`, `expired`. Never the credential. */
  readonly reason: string;
  /** The request that it came with. */
  readonly from: Pick<Credentials, 'headers' | 'remoteAddress'>;
  /** What is known of who sent it. */
  readonly who?: { readonly uid?: string; readonly fromAccessTokenId?: number };
}

/** Bounds how many credentials one address may try, of all kinds together. For every plugin that takes credentials. */
export interface WrongCredentials {
  /**
   * Counts one, and notes it in the audit log. The caller refuses the request then, with an error of its own.
   * @throws SEXTANT_AUTH_THROTTLED (429, `retryAfter` in milliseconds) when the address has tried too many; the audit log counts these
   */
  came(wrong: WrongCredential): Promise<void>;
}

export const wrongCredentials = serviceToken<WrongCredentials>('identity.wrong-credentials@1');
