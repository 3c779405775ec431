import type { z } from 'zod';
import { checkedKey, type Key } from '../tokens/token.js';
import type { Tx } from './storage.js';

export interface EventType<P> {
  readonly key: Key;
  readonly payload: z.ZodType<P>;
}
/** @throws SEXTANT_TOKEN_KEY for a key that is none. */
export const defineEvent = <S extends z.ZodType>(key: Key, payload: S): EventType<z.output<S>> => ({
  key: checkedKey(key),
  payload: payload as unknown as z.ZodType<z.output<S>>,
});

export interface Notice {
  /** The same in every process that hears it: who acts on a notice once over all processes goes by it. */
  readonly id: string;
}

/** Notices to every process. At most once: who must not miss one uses a job. Payloads stay under 4 KB. */
export interface Events {
  /** With `tx`, sent when it commits. */
  publish<P>(event: EventType<P>, payload: P, options?: { readonly tx?: Tx }): Promise<void>;
  subscribe<P>(event: EventType<P>, listener: (payload: P, notice: Notice) => void | Promise<void>): Disposable;
}
