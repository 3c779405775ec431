import type { Actor } from '../core/actor.js';

/** A GraphQL operation that is about to run. */
export interface SeenOperation {
  readonly type: 'query' | 'mutation' | 'subscription';
  /** As the client named it. */
  readonly name: string | undefined;
  /** The fields of the root type that it selects by name, at most 20; what stands in fragments is not among them. */
  readonly fields: readonly string[];
  readonly actor: Actor;
}

/** Told of every GraphQL operation before it runs. Neither its document nor its variables: what people write into them is theirs. */
export interface OperationObserver {
  /** Returns at once; a throw is logged and stops nothing. */
  observe(operation: SeenOperation): void;
}
