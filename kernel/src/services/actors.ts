import { AsyncLocalStorage } from 'node:async_hooks';
import { type Actor, type Actors, ANONYMOUS, type RequestOrigin } from '@sextant/sdk';

const actors = new AsyncLocalStorage<Actor>();
/** Set where another process called: its actor is not known here. */
const causes = new AsyncLocalStorage<string>();
const requests = new AsyncLocalStorage<RequestOrigin>();

/** Who acts, carried along with the request or job. */
export const runAs = <R>(actor: Actor, work: () => R): R => actors.run(actor, work);
export const currentActor = (): Actor => actors.getStore() ?? ANONYMOUS;

export const runFrom = <R>(request: RequestOrigin, work: () => R): R => requests.run(request, work);
export const currentRequest = (): RequestOrigin | undefined => requests.getStore();

export const runFor = <R>(cause: string, work: () => R): R => causes.run(cause, work);

/** The person by whose request this code runs; see {@link Actors.cause}. */
export function currentCause(): string | undefined {
  const told = causes.getStore();
  if (told !== undefined) return told;
  const actor = actors.getStore();
  return actor === undefined || actor.kind === 'internal' || actor.siteAdmin ? undefined : actor.id;
}

export const internalActor = (plugin: string): Actor => ({ kind: 'internal', id: `internal:${plugin}`, siteAdmin: true, via: 'internal' });

export const actorsOf = (plugin: string): Actors => {
  const internal = Object.freeze(internalActor(plugin));
  return { current: currentActor, internal: () => internal, run: runAs, request: currentRequest, cause: currentCause };
};
