import { AsyncLocalStorage } from 'node:async_hooks';
import { actingActor } from '../services/actors.js';

/** How the cause of a call reaches another Sextant process. */
const HEADER = 'x-sextant-cause';

const causes = new AsyncLocalStorage<string>();

/**
 * The person by whose request this code runs, in this process or in the one that called it. Undefined for what no request began, and for site admins,
 * whose errors count in full. All anonymous people are one.
 */
export function currentCause(): string | undefined {
  const told = causes.getStore();
  if (told !== undefined) return told;
  const actor = actingActor();
  return actor === undefined || actor.kind === 'internal' || actor.siteAdmin ? undefined : actor.id;
}

/** What tells another process on whose account it is called. */
export function causeHeaders(): Readonly<Record<string, string>> {
  const cause = currentCause();
  return cause === undefined ? {} : { [HEADER]: encodeURIComponent(cause) };
}

/** Runs what another process asked for on the account that its headers name. */
export function onAccountOf<R>(headers: Readonly<Record<string, string | string[] | undefined>>, work: () => R): R {
  const cause = headers[HEADER];
  return typeof cause === 'string' ? causes.run(decodeURIComponent(cause), work) : work();
}
