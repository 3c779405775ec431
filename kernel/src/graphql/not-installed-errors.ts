import { SextantError } from '@sextant/sdk';
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  type NamedTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { OPTIONAL_SYSTEMS } from './not-installed-systems.js';
import { coded } from './present-error.js';

/** `Type.field` → its system. */
const SYSTEM_OF_FIELD: ReadonlyMap<string, string> = new Map(
  Object.entries(OPTIONAL_SYSTEMS).flatMap(([system, { fields }]) =>
    Object.entries(fields).flatMap(([type, names]) => names.map((name) => [`${type}.${name}`, system] as const)),
  ),
);

const PATTERNS = Object.entries(OPTIONAL_SYSTEMS).map(([system, { types }]) => ({
  system,
  pattern: new RegExp(`^(?:${types.map((type) => type.replaceAll('*', '\\w*')).join('|')})$`),
}));

/**
 * One error for each system that a document asks for and that no plugin of the schema provides. Whatever the schema has is never looked up, so a plugin that
 * contributes a field takes its place by itself.
 */
export function notInstalledErrors(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const found = new Map<string, { readonly names: Set<string>; readonly nodes: (FieldNode | NamedTypeNode)[] }>();
  const record = (system: string | undefined, name: string, node: FieldNode | NamedTypeNode): void => {
    if (system === undefined) return;
    const entry = found.get(system) ?? { names: new Set(), nodes: [] };
    entry.names.add(name);
    entry.nodes.push(node);
    found.set(system, entry);
  };
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType()?.name;
        if (parent === undefined || types.getFieldDef()) return;
        const name = `${parent}.${node.name.value}`;
        record(SYSTEM_OF_FIELD.get(name), name, node);
      },
      NamedType(node) {
        const name = node.name.value;
        if (schema.getType(name) === undefined) record(PATTERNS.find(({ pattern }) => pattern.test(name))?.system, name, node);
      },
    }),
  );
  return [...found].map(([system, { names, nodes }]) => notInstalled(system, [...names], nodes));
}

function notInstalled(system: string, names: readonly string[], nodes: readonly (FieldNode | NamedTypeNode)[]): GraphQLError {
  const error = new SextantError('SEXTANT_GRAPHQL_NOT_INSTALLED', {
    what: `${system} ${system.endsWith('s') ? 'are' : 'is'} not part of this installation.`,
    why: `No plugin provides ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
    fix: 'Leave it out, or install a plugin that provides it.',
    details: { system },
  });
  return coded(error, undefined, new GraphQLError(error.message, { nodes }));
}
