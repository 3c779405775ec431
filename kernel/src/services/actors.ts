import { AsyncLocalStorage } from 'node:async_hooks';
import { type Actor, type Actors, ANONYMOUS } from '@sextant/sdk';

const actors = new AsyncLocalStorage<Actor>();

/** Who acts, carried along with the request or job. */
export const runAs = <R>(actor: Actor, work: () => R): R => actors.run(actor, work);
/** Undefined outside of requests, jobs and calls. */
export const actingActor = (): Actor | undefined => actors.getStore();
export const currentActor = (): Actor => actors.getStore() ?? ANONYMOUS;

export const internalActor = (plugin: string): Actor => ({ kind: 'internal', id: `internal:${plugin}`, siteAdmin: true, via: 'internal' });

export const actorsOf = (plugin: string): Actors => {
  const internal = Object.freeze(internalActor(plugin));
  return { current: currentActor, internal: () => internal, run: runAs };
};
