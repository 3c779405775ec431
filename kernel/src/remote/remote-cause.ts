import { currentCause, runFor } from '../services/actors.js';

/** How the cause of a call reaches another Sextant process. */
const HEADER = 'x-sextant-cause';

/** What tells another process on whose account it is called. */
export function causeHeaders(): Readonly<Record<string, string>> {
  const cause = currentCause();
  return cause === undefined ? {} : { [HEADER]: Buffer.from(cause).toString('base64url') };
}

/** Runs what another process asked for on the account that its headers name. */
export function onAccountOf<R>(headers: Readonly<Record<string, string | string[] | undefined>>, work: () => R): R {
  const cause = headers[HEADER];
  return typeof cause === 'string' ? runFor(Buffer.from(cause, 'base64url').toString(), work) : work();
}
