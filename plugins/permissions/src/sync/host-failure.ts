import { SextantError } from '@sextant/sdk';

/**
 * What a host's failure means. `refused`: it does not take the account's credential any more. `unanswered`: the host does not tell this at all, or not
 * without a credential that there is none of; another way may. Anything else is a failure, of which nothing follows.
 */
export function meaningOf(error: unknown, credentialUsed: boolean): 'refused' | 'unanswered' | 'failed' {
  if (!SextantError.is(error)) return 'failed';
  const { status } = error.details;
  if (error.code === 'SEXTANT_CODE_HOST_REFUSED' && status === 401 && credentialUsed) return 'refused';
  if (/_(?:CREDENTIAL|READERS)$/.test(error.code) || (error.code === 'SEXTANT_CODE_HOST_REFUSED' && status === undefined))
    return 'unanswered';
  return 'failed';
}

/** For people: without stack or cause, which may hold an address. */
export const wordsOf = (error: unknown): string =>
  SextantError.is(error) ? [error.what, error.why].filter((text) => text).join(' ') : 'An unexpected error; see the log.';
