import { type RecentSignIn, type Resolver, recentSignInRefusal, SextantError } from '@sextant/sdk';
import { type GraphQLFieldResolver, type GraphQLSchema, type GraphQLTypeResolver, isAbstractType, isObjectType } from 'graphql';
import type { Boundary, Entry } from '../boundary/boundary.js';
import { type Requirement, refusal } from '../http/auth-errors.js';
import { type ContextValue, type OperationState, stateOf } from './operation-state.js';
import type { Ownership } from './ownership.js';
import { cutToPage, largestPage } from './page-size.js';
import { isScalar, isSubscription, type PluginSchema } from './plugin-schema.js';
import { blame } from './present-error.js';

type FieldResolver = GraphQLFieldResolver<unknown, ContextValue, Record<string, unknown>>;

/** A resolver of the kernel itself. It may look behind the operation. */
export type KernelResolver = (parent: unknown, args: never, state: OperationState) => unknown;
export type KernelResolvers = Readonly<
  Record<string, Readonly<Record<string, KernelResolver | { subscribe: KernelResolver; resolve: KernelResolver }>>>
>;

/**
 * Sets the resolvers on the composed schema. graphql-modules would wrap each one in a middleware that makes a promise
 * for every field and builds an injector per module and operation; nothing here needs either, so the kernel's own guard
 * is the only layer between graphql-js and a plugin.
 */
export function mountResolvers(schema: GraphQLSchema, ownership: Ownership, plugins: readonly PluginSchema[], boundary: Boundary): void {
  for (const { plugin, resolvers } of plugins) {
    for (const [typeName, entries] of Object.entries(resolvers)) {
      const type = schema.getType(typeName);
      if (isScalar(entries)) continue;
      if (isAbstractType(type)) {
        const resolveType = entries['__resolveType'];
        if (typeof resolveType === 'function')
          type.resolveType = typeResolver(
            boundary,
            { plugin, kind: 'resolver', name: `${typeName}.__resolveType` },
            resolveType as Resolver,
          );
      } else if (isObjectType(type)) {
        for (const [fieldName, resolver] of Object.entries(entries)) {
          const field = type.getFields()[fieldName]!;
          const guard = new FieldGuard(
            boundary,
            { plugin, kind: 'resolver', name: `${typeName}.${fieldName}` },
            ownership.requirement(typeName, fieldName),
            largestPage(field),
            ownership.recentSignIn(typeName, fieldName),
          );
          if (isSubscription(resolver)) {
            field.subscribe = guard.subscribe(resolver.subscribe as Resolver);
            if (resolver.resolve) field.resolve = guard.resolve(resolver.resolve);
          } else {
            field.resolve = guard.resolve(resolver as Resolver);
          }
        }
      }
    }
  }
  guardPlainFields(schema, ownership);
}

export function mountKernelResolvers(schema: GraphQLSchema, ownership: Ownership, resolvers: KernelResolvers): void {
  for (const [typeName, entries] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) continue;
    for (const [fieldName, entry] of Object.entries(entries)) {
      const field = type.getFields()[fieldName]!;
      const requirement = ownership.requirement(typeName, fieldName);
      const direct =
        (resolver: KernelResolver): FieldResolver =>
        (parent, args, context) => {
          const state = stateOf(context);
          authorise(state, requirement, `${typeName}.${fieldName}`, ownership.recentSignIn(typeName, fieldName));
          return resolver(parent, args as never, state);
        };
      if (typeof entry === 'function') field.resolve = direct(entry);
      else {
        field.subscribe = direct(entry.subscribe);
        field.resolve = direct(entry.resolve);
      }
    }
  }
}

/** Fields without a resolver that not everybody may read. */
function guardPlainFields(schema: GraphQLSchema, ownership: Ownership): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const requirement = ownership.requirement(type.name, field.name);
      if (field.resolve !== undefined || field.subscribe !== undefined || requirement === 'public') continue;
      field.resolve = (parent, args, context: ContextValue, info) => {
        authorise(stateOf(context), requirement, `${type.name}.${field.name}`);
        return readProperty(parent, args, context, info);
      };
    }
  }
}

/** What a field without a resolver answers: the property, or what the method of that name returns, entered as its owner's code. */
export const readProperty: FieldResolver = (parent, args, context, info) => {
  if (typeof parent !== 'object' || parent === null) return undefined;
  const value = (parent as Record<string, unknown>)[info.fieldName];
  if (typeof value !== 'function') return value;
  const state = stateOf(context);
  const plugin = state.generation.ownership.ownerOf(info.parentType.name, info.fieldName)!;
  const guard = new FieldGuard(
    state.input.boundary,
    { plugin, kind: 'resolver', name: `${info.parentType.name}.${info.fieldName}` },
    'public',
  );
  return guard.resolve((self, own, operation, details) => value.call(self, own, operation, details))(parent, args, context, info);
};

class FieldGuard {
  constructor(
    private readonly boundary: Boundary,
    private readonly entry: Entry,
    private readonly requirement: Requirement,
    private readonly mostPerPage?: number,
    private readonly recentSignIn?: RecentSignIn,
  ) {}

  resolve(resolver: Resolver): FieldResolver {
    const { boundary, entry, requirement, mostPerPage, recentSignIn } = this;
    const { plugin, name } = entry;
    return (parent, args, context, info) => {
      const state = stateOf(context);
      if (requirement !== 'public' || recentSignIn) authorise(state, requirement, name, recentSignIn);
      if (state.ended || state.subscription) checkAlive(state, plugin);
      try {
        const asked = mostPerPage === undefined ? args : cutToPage(args, mostPerPage);
        const result = boundary.enter(entry, () => resolver(parent, asked, state.of(plugin), info));
        return result instanceof Promise ? result.catch((error: unknown) => Promise.reject(blame(error, plugin, name))) : result;
      } catch (error) {
        throw blame(error, plugin, name);
      }
    };
  }

  subscribe(resolver: Resolver): FieldResolver {
    const open = this.resolve(resolver);
    return async (parent, args, context, info) => {
      const events = (await open(parent, args, context, info)) as AsyncIterable<unknown>;
      if (typeof events?.[Symbol.asyncIterator] !== 'function') {
        throw blame(
          new TypeError(`"subscribe" of ${this.entry.name} did not return an async iterable.`),
          this.entry.plugin,
          this.entry.name,
        );
      }
      return this.#guarded(events);
    };
  }

  /** The plugin's own iterator, entered for every event. */
  #guarded(events: AsyncIterable<unknown>): AsyncIterableIterator<unknown> {
    const { boundary, entry } = this;
    const iterator = boundary.enter(entry, () => events[Symbol.asyncIterator]());
    const step = async (work: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
      try {
        return await boundary.enter(entry, work);
      } catch (error) {
        throw blame(error, entry.plugin, entry.name);
      }
    };
    return {
      next: () => step(() => iterator.next()),
      return: (value) => step(async () => (await iterator.return?.(value)) ?? { done: true, value: undefined }),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

function typeResolver(boundary: Boundary, entry: Entry, resolver: Resolver): GraphQLTypeResolver<unknown, ContextValue> {
  return (value, context, info) => {
    try {
      return boundary.enter(entry, () =>
        resolver(value, {}, stateOf(context).of(entry.plugin), { fieldName: info.fieldName, path: info.path }),
      ) as string | undefined;
    } catch (error) {
      throw blame(error, entry.plugin, entry.name);
    }
  };
}

function authorise(state: OperationState, requirement: Requirement, field: string, recentSignIn?: RecentSignIn): void {
  const { actor } = state.input;
  const subject = `The field ${field}`;
  const refused = refusal(actor, requirement, subject) ?? (recentSignIn && recentSignInRefusal(actor, recentSignIn, subject));
  if (refused !== undefined) throw refused;
}

function checkAlive(state: OperationState, plugin: string): void {
  if (state.ended)
    throw new SextantError('SEXTANT_GRAPHQL_DEADLINE', {
      what: 'The operation has ended.',
      why: 'Its deadline passed, or its client went away.',
    });
  if (state.generation.gone.has(plugin)) throw pluginGone(plugin);
}

export const pluginGone = (plugin: string): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_PLUGIN_GONE', {
    what: `The plugin "${plugin}" was switched off.`,
    fix: 'Subscribe again when it is on.',
  });
