import type { ConfigSchema } from '../config/config.js';
import type { Actor } from '../core/actor.js';
import type { Logger } from '../core/log.js';
import type { PluginContext } from '../plugin/context.js';
import type { Deps, Resolved } from '../tokens/deps.js';

/** One GraphQL operation. */
export interface Operation {
  readonly actor: Actor;
  /** Aborted when the client goes away or the operation's deadline passes. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The loader of this plugin by name; it lives as long as the operation and batches its keys. */
  loader<K, V>(name: string): Loader<K, V>;
  /** A value of this operation and plugin, made at the first call: for what must be worked out once per request. */
  once<V>(name: string, make: () => V): V;
}

export interface Loader<K, V> {
  load(key: K): Promise<V>;
  loadMany(keys: readonly K[]): Promise<(V | Error)[]>;
}

/** One answer per key, in the keys' order; an Error for a key that failed. */
export type BatchLoad = (keys: readonly never[], operation: Operation) => Promise<readonly unknown[]>;

// biome-ignore lint/suspicious/noExplicitAny: parents and arguments are typed by the plugin's own resolvers
type Untyped = any;
export type Resolver = (
  parent: Untyped,
  args: Untyped,
  operation: Operation,
  info: { readonly fieldName: string; readonly path: unknown },
) => unknown;
export type SubscriptionResolver = {
  subscribe: (parent: Untyped, args: Untyped, operation: Operation) => AsyncIterable<unknown>;
  resolve?: Resolver;
};

/** Type name → field name → resolver; `__resolveType` for interfaces and unions; a scalar's or enum's entry is its definition. */
export type ResolverMap = Readonly<
  Record<string, Readonly<Record<string, Resolver | SubscriptionResolver | string | number>> | ScalarDefinition>
>;

export interface ScalarDefinition {
  readonly scalar: true;
  serialize(value: unknown): unknown;
  parse(value: unknown): unknown;
}

/**
 * What a plugin adds to the one schema. A type has one owner: the plugin that defines it. `extends` lists the types of
 * others that it adds fields to; those fields are nullable, so that a failed plugin empties its branch and no more.
 *
 * Every field may carry `@requires(role: PUBLIC | USER | SITE_ADMIN)`; a root field without it needs a user.
 */
export interface GraphQLPart<D extends Deps, S extends ConfigSchema = ConfigSchema> {
  readonly typeDefs: string;
  readonly extends?: readonly string[];
  readonly loaders?: (deps: Resolved<D>, ctx: PluginContext<S>) => Readonly<Record<string, BatchLoad>>;
  readonly resolvers: (deps: Resolved<D>, ctx: PluginContext<S>) => ResolverMap;
}

/** `defineGraphQL<typeof deps>()({ … })` types the resolvers' dependencies. */
export const defineGraphQL =
  <D extends Deps, S extends ConfigSchema = ConfigSchema>() =>
  (part: GraphQLPart<D, S>): GraphQLPart<D, S> =>
    part;

/** The GraphQL id of an object: base64 of `Kind:id`. */
export const encodeNodeId = (kind: string, id: string | number): string => Buffer.from(`${kind}:${id}`).toString('base64');

/** The id behind a GraphQL id of the kind; undefined when it is of another kind or none at all. */
export function decodeNodeId(kind: string, nodeId: string): string | undefined {
  const text = Buffer.from(nodeId, 'base64').toString();
  return text.startsWith(`${kind}:`) && Buffer.from(text).toString('base64').replace(/=+$/, '') === nodeId.replace(/=+$/, '')
    ? text.slice(kind.length + 1)
    : undefined;
}
