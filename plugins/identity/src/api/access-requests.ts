import { serviceToken } from '@sextant/sdk';

/** People who have no account ask for one. Nothing about an answer tells whether somebody is known here. */
export interface AccessRequests {
  /** Whether the site takes them. */
  enabled(): Promise<boolean>;
  /**
   * Kept for site admins to decide; one that is waiting is brought up to date, one of an address that has an account is dropped without a word.
   * @param from the address that it came from, by which they are limited.
   * @throws SEXTANT_ACCESS_REQUEST_INVALID, SEXTANT_ACCESS_REQUEST_THROTTLED, SEXTANT_ACCESS_REQUEST_REFUSED where the site takes none.
   */
  request(person: { readonly name: string; readonly email: string; readonly additionalInfo?: string }, from: string): Promise<void>;
}
export const accessRequests = serviceToken<AccessRequests>('identity.access-requests@1');
