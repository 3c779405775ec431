import type { DocumentNode } from 'graphql';
import { type GraphQLSchema, isIntrospectionType, isObjectType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { PluginRows, Row } from './row.js';

/** Where the surfaces of a running Sextant are read. */
export interface SurfaceSources {
  readonly schema: GraphQLSchema;
  readonly nodeKinds: readonly string[];
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Kinds of events that are sent to other servers. */
  readonly events: readonly string[];
  /** Of the program `sextant`. */
  readonly commands: readonly string[];
}

/**
 * Every way in which Sextant says something: `Type.field`, `Type.field(argument)`, `node Kind`, `HTTP METHOD /path`, `event key` and `command name`.
 * Arguments are ways of their own: a filter can tell by what it leaves out.
 */
export function enumerateSurfaces({ schema, nodeKinds, routes, events, commands }: SurfaceSources): readonly string[] {
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !isIntrospectionType(type))
    .flatMap((type) =>
      Object.values(isObjectType(type) ? type.getFields() : {}).flatMap((field) => [
        `${type.name}.${field.name}`,
        ...field.args.map((arg) => `${type.name}.${field.name}(${arg.name})`),
      ]),
    );
  return [
    ...fields,
    ...nodeKinds.map((kind) => `node ${kind}`),
    ...routes.map(({ method, path }) => `HTTP ${method} ${path}`),
    ...events.map((key) => `event ${key}`),
    ...commands.map((name) => `command ${name}`),
  ];
}

/** The fields that a document selects, and the arguments that it gives a value. */
export function surfacesOf(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(node) {
        const type = info.getParentType();
        if (!type) return;
        // What is selected of an interface is selected of all that implement it.
        for (const { name } of isObjectType(type) ? [type] : schema.getPossibleTypes(type as never)) {
          found.add(`${name}.${node.name.value}`);
          for (const arg of node.arguments ?? [])
            if (arg.value.kind !== 'NullValue') found.add(`${name}.${node.name.value}(${arg.name.value})`);
        }
      },
    }),
  );
  return found;
}

/** The surfaces that a row asks. */
export const coveredBy = (row: Row, schema: GraphQLSchema): readonly string[] => [
  ...(row.covers ?? []),
  ...(row.document ? surfacesOf(schema, row.document) : []),
];

export interface Coverage {
  /** Surfaces that no row asks and no reason speaks of. */
  readonly missing: readonly string[];
  /** What rows and reasons name and is not there, and reasons for what rows ask anyway. */
  readonly idle: readonly string[];
}

/** What of the surfaces is accounted for. */
export function coverageOf(surfaces: readonly string[], schema: GraphQLSchema, plugins: readonly PluginRows[]): Coverage {
  const all = new Set(surfaces);
  const asked = new Set<string>();
  const idle: string[] = [];
  for (const { plugin, rows } of plugins) {
    for (const row of rows) {
      const covered = coveredBy(row, schema);
      const known = covered.filter((surface) => all.has(surface));
      if (known.length === 0) idle.push(`${plugin}: the row "${row.name}" asks nothing that is there`);
      for (const surface of row.covers ?? [])
        if (!all.has(surface)) idle.push(`${plugin}: the row "${row.name}" names ${surface}, which is not there`);
      for (const surface of known) asked.add(surface);
    }
  }
  const excused = new Set<string>();
  for (const { plugin, reasons } of plugins) {
    for (const { surfaces: patterns, because } of reasons) {
      for (const pattern of patterns) {
        const named = surfaces.filter((surface) => matches(pattern, surface));
        const needed = named.filter((surface) => !asked.has(surface));
        if (needed.length === 0)
          idle.push(`${plugin}: the reason "${because}" names ${pattern}, ${named.length === 0 ? 'which is not there' : 'which rows ask'}`);
        for (const surface of needed) excused.add(surface);
      }
    }
  }
  return { missing: surfaces.filter((surface) => !asked.has(surface) && !excused.has(surface)), idle };
}

function matches(pattern: string, surface: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(surface);
}
