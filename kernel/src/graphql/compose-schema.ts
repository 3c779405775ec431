import { makeExecutableSchema } from '@graphql-tools/schema';
import { SextantError } from '@sextant/sdk';
import { type GraphQLScalarType, type GraphQLSchema, isAbstractType, validateSchema } from 'graphql';
import { createApplication, createModule, type Module } from 'graphql-modules';
import { type Claims, readClaims } from './claims.js';
import { kindOfNode } from './kernel-resolvers.js';
import { KERNEL, kernelTypeDefs } from './kernel-type-defs.js';
import { type Ownership, settle } from './ownership.js';
import { isScalar, type PluginSchema } from './plugin-schema.js';
import { kernelScalars, scalarType } from './scalars.js';
import { undeclaredPermission } from './undeclared-permission.js';

export interface ComposedSchema {
  readonly schema: GraphQLSchema;
  readonly ownership: Ownership;
  readonly accepted: readonly PluginSchema[];
  readonly rejected: ReadonlyMap<string, SextantError>;
}

export const kernelClaims: Claims = readClaimsOfKernel();
function readClaimsOfKernel(): Claims {
  // The roots are what nobody else may define, so the kernel's are read as extensions of themselves and then owned.
  const claims = readClaims(KERNEL, [kernelTypeDefs.replace(/^type (Query|Mutation|Subscription)/gm, 'extend type $1')], []);
  const types = new Map(claims.types);
  for (const node of claims.extensions)
    if (node.kind === 'ObjectTypeExtension') types.set(node.name.value, { ...node, kind: 'ObjectTypeDefinition' } as never);
  return {
    ...claims,
    document: {
      ...claims.document,
      definitions: claims.document.definitions.map((node) => (node.kind === 'ObjectTypeExtension' ? types.get(node.name.value)! : node)),
    },
    types,
    extensions: [],
    fields: claims.fields.map((field) => ({ ...field, added: false })),
  };
}

/**
 * One schema of all plugins whose shares fit together. The others are rejected, each with what is wrong with it.
 * @param permissions which ones are declared; undefined where nobody gives roles
 */
export function composeSchema(candidates: readonly PluginSchema[], permissions?: ReadonlySet<string>): ComposedSchema {
  const failed = new Map<string, SextantError>();
  for (const { plugin, claims } of permissions ? candidates : []) {
    const error = undeclaredPermission(claims, permissions!);
    if (error) failed.set(plugin, error);
  }
  for (;;) {
    const settled = settle(
      kernelClaims,
      candidates.filter(({ plugin }) => !failed.has(plugin)).map(({ claims }) => claims),
    );
    const accepted = settled.accepted.map(({ plugin }) => candidates.find((candidate) => candidate.plugin === plugin)!);
    const rejected = new Map([...failed, ...settled.rejected]);
    try {
      return { schema: build(accepted), ownership: settled.ownership, accepted, rejected };
    } catch (cause) {
      const culprits = findCulprits(accepted);
      if (culprits.size === 0) throw cause;
      for (const [plugin, error] of culprits) failed.set(plugin, error);
    }
  }
}

/** Builds each plugin with nothing but what it refers to; those that fail while what they refer to builds are the culprits. */
function findCulprits(accepted: readonly PluginSchema[]): ReadonlyMap<string, SextantError> {
  const failures = new Map<string, { readonly closure: readonly PluginSchema[]; readonly cause: unknown }>();
  for (const plugin of accepted) {
    const closure = closureOf(plugin, accepted);
    try {
      build(closure);
    } catch (cause) {
      failures.set(plugin.plugin, { closure, cause });
    }
  }
  const culprits = [...failures].filter(([, { closure }]) =>
    closure.every((other) => !failures.has(other.plugin) || failures.get(other.plugin)!.closure.length === closure.length),
  );
  // Nobody fails alone: it takes several at once. The one that sorts last gives way.
  const blamed =
    culprits.length > 0
      ? culprits
      : accepted.length > 0
        ? [[accepted.at(-1)!.plugin, { cause: thrownBy(() => build(accepted)) }] as const]
        : [];
  return new Map(
    blamed.map(([plugin, { cause }]) => [
      plugin,
      new SextantError('SEXTANT_GRAPHQL_SDL', {
        what: `The GraphQL schema of plugin "${plugin}" does not build.`,
        why: cause instanceof Error ? cause.message : String(cause),
        fix: 'Correct it, or disable the plugin.',
        cause,
        details: { plugin },
      }),
    ]),
  );
}

function closureOf(start: PluginSchema, all: readonly PluginSchema[]): readonly PluginSchema[] {
  const closure = new Set([start]);
  for (const { claims } of closure) {
    for (const type of claims.references.keys()) {
      const owner = all.find((other) => other.claims.types.has(type));
      if (owner !== undefined) closure.add(owner);
    }
  }
  return all.filter((plugin) => closure.has(plugin));
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function build(plugins: readonly PluginSchema[]): GraphQLSchema {
  const { schema } = createApplication({
    // The schema is ours alone: copying it type by type, as is the default, would take as long as building it.
    schemaBuilder: (input) => makeExecutableSchema({ ...input, updateResolversInPlace: true }),
    modules: [kernelModule(), ...plugins.filter(({ claims }) => claims.document.definitions.length > 0).map(moduleOf)],
  });
  const problems = validateSchema(schema);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join(' '));
  const node = schema.getType('Node');
  if (isAbstractType(node)) node.resolveType = kindOfNode;
  return schema;
}

const kernelModule = (): Module =>
  createModule({
    id: KERNEL,
    typeDefs: kernelClaims.document,
    resolvers: Object.fromEntries(Object.entries(kernelScalars).map(([name, definition]) => [name, scalarType(name, definition)])),
  });

/** Scalars and enum values are what a schema is built from; resolvers are mounted on the built one. */
function moduleOf({ plugin, claims, resolvers }: PluginSchema): Module {
  const values: Record<string, GraphQLScalarType | Readonly<Record<string, unknown>>> = {};
  for (const [type, entries] of Object.entries(resolvers)) {
    if (isScalar(entries)) values[type] = scalarType(type, entries);
    else if (claims.types.get(type)?.kind === 'EnumTypeDefinition') values[type] = entries;
  }
  return createModule({ id: plugin, typeDefs: claims.document, resolvers: values });
}
