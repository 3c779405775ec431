import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor, RouteRequest, SextantError, Tx } from '@sextant/sdk';

/** A request on its way through the provider. */
export interface Asking {
  readonly request: RouteRequest;
  /** Who may decide: somebody who is signed in here, and no program that acts for them. */
  readonly person: Person | undefined;
  /** What a link to the page of codes has filled in. */
  userCode?: string;
  /** What the provider keeps now belongs to a change that is more than that. */
  tx?: Tx;
  /** Why it is answered by an error of ours, in place of what the provider would make of it. */
  failure?: SextantError;
}

export interface Person {
  readonly userId: number;
  readonly username: string;
  readonly actor: Actor;
}

const asking = new AsyncLocalStorage<Asking>();

export const whileAsking = <R>(value: Asking, work: () => R): R => asking.run(value, work);
export const present = (): Asking | undefined => asking.getStore();

/** A token must not be able to get another one that reaches further, so whoever brings one is not asked for consent. */
export function personOf(actor: Actor): Person | undefined {
  if (actor.kind !== 'user' || actor.userId === undefined || actor.scopes !== undefined || actor.serviceAccount) return undefined;
  return { userId: actor.userId, username: actor.username ?? '', actor };
}
