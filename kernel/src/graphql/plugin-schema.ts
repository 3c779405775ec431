import {
  type BatchLoad,
  type GraphQLPart,
  type PluginContext,
  type ResolverMap,
  type ScalarDefinition,
  SextantError,
  type SubscriptionResolver,
} from '@sextant/sdk';
import { Kind } from 'graphql';
import type { Boundary } from '../boundary/boundary.js';
import { isObject, isThenable, shown } from '../lifecycle/value-problems.js';
import { type Claims, ROOTS, readClaims } from './claims.js';

/** A GraphQL part of an active plugin with what its resolvers close over. A plugin may have several: one per part. */
export interface GraphQLContribution {
  readonly plugin: string;
  // biome-ignore lint/suspicious/noExplicitAny: parts of any dependencies; the deps beside it are what it asked for
  readonly part: GraphQLPart<any, any>;
  readonly deps: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: see part
  readonly ctx: PluginContext<any>;
}

/** One plugin's share of the schema: read, checked by itself, its resolvers made. */
export interface PluginSchema {
  readonly plugin: string;
  readonly claims: Claims;
  readonly resolvers: ResolverMap;
  readonly loaders: Readonly<Record<string, BatchLoad>>;
}

/** @throws SextantError that names the plugin and the type or field at fault. */
export function readPluginSchema(plugin: string, contributions: readonly GraphQLContribution[], boundary: Boundary): PluginSchema {
  const claims = readClaims(
    plugin,
    contributions.map(({ part }) => part.typeDefs),
    contributions.flatMap(({ part }) => part.extends ?? []),
  );
  const resolvers: Record<string, Record<string, unknown> | ScalarDefinition> = {};
  const loaders: Record<string, BatchLoad> = {};
  for (const { part, deps, ctx } of contributions) {
    merge(
      plugin,
      resolvers,
      made(plugin, boundary, 'resolvers', () => part.resolvers(deps as never, ctx) as ResolverMap),
    );
    const more = made(plugin, boundary, 'loaders', () => part.loaders?.(deps as never, ctx) ?? {});
    for (const [name, load] of Object.entries(more)) {
      if (Object.hasOwn(loaders, name)) throw wrong(plugin, `defines the loader "${name}" twice.`);
      loaders[name] = load;
    }
  }
  const schema: PluginSchema = { plugin, claims, resolvers: resolvers as ResolverMap, loaders };
  checkResolvers(schema);
  return schema;
}

/** What a plugin in plain JavaScript may give in place of its map of resolvers or loaders. */
function refuseUnfit(plugin: string, name: string, value: unknown): void {
  if (isThenable(value)) {
    value.then(undefined, () => undefined);
    throw wrong(
      plugin,
      `gives its GraphQL ${name} by a promise.`,
      `Make the function "${name}" synchronous; do the waiting inside what it gives.`,
    );
  }
  const fix = `Return an object from the function "${name}".`;
  if (!isObject(value)) throw wrong(plugin, `gives its GraphQL ${name} as ${shown(value)}, not as an object.`, fix);
  for (const [key, entry] of Object.entries(value)) {
    if (name === 'resolvers' && !isObject(entry))
      throw wrong(plugin, `gives its resolvers of ${key} as ${shown(entry)}, not as an object.`, fix);
    if (name === 'loaders' && typeof entry !== 'function')
      throw wrong(plugin, `gives the loader "${key}" as ${shown(entry)}, not as a function.`, fix);
  }
}

function made<V extends object>(plugin: string, boundary: Boundary, name: string, make: () => V): V {
  try {
    const value: unknown = boundary.enter({ plugin, kind: 'factory', name: `graphql ${name}` }, make);
    refuseUnfit(plugin, name, value);
    return value as V;
  } catch (cause) {
    if (SextantError.is(cause)) throw cause;
    throw new SextantError('SEXTANT_GRAPHQL_RESOLVERS', {
      what: `Plugin "${plugin}" threw while making its GraphQL ${name}.`,
      why: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function merge(plugin: string, into: Record<string, Record<string, unknown> | ScalarDefinition>, more: ResolverMap): void {
  for (const [type, entries] of Object.entries(more)) {
    const known = into[type];
    if (known === undefined) {
      into[type] = isScalar(entries) ? entries : { ...entries };
      continue;
    }
    if (isScalar(known) || isScalar(entries)) throw wrong(plugin, `defines the scalar ${type} twice.`);
    for (const [field, resolver] of Object.entries(entries)) {
      if (Object.hasOwn(known, field)) throw wrong(plugin, `resolves ${type}.${field} twice.`);
      known[field] = resolver;
    }
  }
}

export const isScalar = (entry: unknown): entry is ScalarDefinition => (entry as { scalar?: unknown }).scalar === true;
export const isSubscription = (entry: unknown): entry is SubscriptionResolver =>
  typeof entry === 'object' && entry !== null && typeof (entry as SubscriptionResolver).subscribe === 'function';

function checkResolvers({ plugin, claims, resolvers }: PluginSchema): void {
  const fields = new Set(claims.fields.map(({ type, field }) => `${type}.${field}`));
  for (const [type, entries] of Object.entries(resolvers)) {
    const definition = claims.types.get(type);
    if (isScalar(entries)) {
      if (definition?.kind !== Kind.SCALAR_TYPE_DEFINITION)
        throw wrong(plugin, `resolves the scalar ${type}, which its schema does not define.`);
      continue;
    }
    for (const [field, resolver] of Object.entries(entries)) checkEntry(plugin, claims, fields, type, field, resolver);
  }
  for (const { type, field } of claims.fields) {
    if (ROOTS.has(type) && !(resolvers[type] as Record<string, unknown> | undefined)?.[field])
      throw wrong(plugin, `has no resolver for ${type}.${field}.`);
  }
}

function checkEntry(plugin: string, claims: Claims, fields: ReadonlySet<string>, type: string, field: string, resolver: unknown): void {
  const place = `${type}.${field}`;
  const definition = claims.types.get(type);
  if (definition?.kind === Kind.ENUM_TYPE_DEFINITION) {
    if (!definition.values?.some((value) => value.name.value === field))
      throw wrong(plugin, `gives a value to ${place}, which its schema does not define.`);
    if (typeof resolver !== 'string' && typeof resolver !== 'number')
      throw wrong(plugin, `gives ${place} a value that is neither text nor a number.`);
    return;
  }
  if (field === '__resolveType') {
    if (definition?.kind !== Kind.INTERFACE_TYPE_DEFINITION && definition?.kind !== Kind.UNION_TYPE_DEFINITION)
      throw wrong(plugin, `resolves the type of ${type}, which is no interface or union of its schema.`);
  } else if (!fields.has(place)) {
    throw wrong(plugin, `resolves ${place}, which its schema does not define.`);
  }
  if (type === 'Subscription') {
    if (!isSubscription(resolver)) throw wrong(plugin, `resolves ${place} without "subscribe".`);
  } else if (typeof resolver !== 'function') {
    throw wrong(plugin, `resolves ${place} with something that is not a function.`);
  }
}

const wrong = (plugin: string, problem: string, fix = 'Make its resolvers and its SDL name the same types and fields.'): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_RESOLVERS', {
    what: `Plugin "${plugin}" ${problem}`,
    fix,
    details: { plugin },
  });
