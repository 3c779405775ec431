import type { ConfigSchema } from '../config/config.js';
import type { Actor } from '../core/actor.js';
import type { Logger } from '../core/log.js';
import type { PluginContext } from '../plugin/context.js';
import type { PartTypes } from '../plugin/part-types.js';
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
export interface ResolveInfo {
  readonly fieldName: string;
  readonly path: unknown;
}
export type Resolver = (parent: Untyped, args: Untyped, operation: Operation, info: ResolveInfo) => unknown;
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
export interface GraphQLPart<I, S extends ConfigSchema = ConfigSchema> {
  readonly typeDefs: string;
  readonly extends?: readonly string[];
  readonly loaders?: (instance: I, ctx: PluginContext<S>) => Readonly<Record<string, BatchLoad>>;
  readonly resolvers: (instance: I, ctx: PluginContext<S>) => ResolverMap | TypedResolvers;
}

/** What is generated from a `schema.graphql`: a resolver for each field that needs one, typed by the schema. */
export type TypedResolvers = Readonly<Record<string, object | undefined>>;

/** What a file that `r.graphql` loads exports. */
export type GraphQLModule<I, S extends ConfigSchema = ConfigSchema> = { readonly default: GraphQLPart<I, S> };

/** A plugin's part of the schema, as `schema.generated.ts` exports it. */
export interface GraphQLSchemaText {
  readonly typeDefs: string;
  readonly extends: readonly string[];
}

type IsPart = { readonly register: unknown };
type InstanceOf<X> = X extends IsPart & PartTypes<infer I, never> ? I : X extends Deps ? Resolved<X> : never;
type ConfigIn<X, S extends ConfigSchema> = X extends IsPart & PartTypes<never, infer C extends ConfigSchema> ? C : S;

/**
 * `defineGraphQL<typeof part>()({ schema, resolvers: (instance, ctx): Resolvers => ({ … }) })` types what the resolvers are handed. `schema` and
 * `Resolvers` come from `schema.generated.ts`; `typeDefs` is the schema as a text, for resolvers without types. `typeof deps` stands for a part
 * without `create`.
 */
export const defineGraphQL =
  <X extends object, S extends ConfigSchema = ConfigSchema>() =>
  (
    part:
      | GraphQLPart<InstanceOf<X>, ConfigIn<X, S>>
      | (Omit<GraphQLPart<InstanceOf<X>, ConfigIn<X, S>>, 'typeDefs' | 'extends'> & { readonly schema: GraphQLSchemaText }),
  ): GraphQLPart<InstanceOf<X>, ConfigIn<X, S>> => {
    if (!('schema' in part)) return part;
    const { schema, ...rest } = part;
    return { ...rest, ...schema };
  };

/** The GraphQL id of an object: base64 of `Kind:id`. */
export const encodeNodeId = (kind: string, id: string | number): string => Buffer.from(`${kind}:${id}`).toString('base64');

/** The id behind a GraphQL id of the kind; undefined when it is of another kind or none at all. */
export function decodeNodeId(kind: string, nodeId: string): string | undefined {
  const text = Buffer.from(nodeId, 'base64').toString();
  return text.startsWith(`${kind}:`) && Buffer.from(text).toString('base64').replace(/=+$/, '') === nodeId.replace(/=+$/, '')
    ? text.slice(kind.length + 1)
    : undefined;
}
