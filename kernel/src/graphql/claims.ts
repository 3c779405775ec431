import { type RecentSignIn, SextantError } from '@sextant/sdk';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLError,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  specifiedScalarTypes,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql';
import type { Requirement } from '../http/auth-errors.js';
import { checkPageSize } from './page-size.js';

export const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);
const BUILT_IN: ReadonlySet<string> = new Set(specifiedScalarTypes.map((type) => type.name));
const PERMISSION = /^[A-Z][A-Z0-9_]*#[A-Z][A-Z0-9_]*$/;
const ROLES: Readonly<Record<string, Requirement>> = { PUBLIC: 'public', USER: 'user', SITE_ADMIN: 'site-admin' };

export interface FieldClaim {
  readonly type: string;
  readonly field: string;
  readonly node: FieldDefinitionNode | InputValueDefinitionNode;
  /** Of `@requires`; undefined when there is none. */
  readonly requires: Requirement | undefined;
  /** Of `@requiresRecentSignIn`; undefined when there is none. */
  readonly recentSignIn: RecentSignIn | undefined;
  /** The field is added to a type that this plugin does not define. */
  readonly added: boolean;
}

/** What one plugin's SDL says it owns, and what it needs of others. */
export interface Claims {
  readonly plugin: string;
  readonly document: DocumentNode;
  readonly types: ReadonlyMap<string, TypeDefinitionNode>;
  readonly directives: ReadonlySet<string>;
  readonly extensions: readonly TypeExtensionNode[];
  readonly fields: readonly FieldClaim[];
  /** Of `@requires` on a whole type. */
  readonly typeRequires: ReadonlyMap<string, Requirement>;
  /** Types named in the SDL that it does not define → a place that names them. */
  readonly references: ReadonlyMap<string, string>;
}

/** Reads one plugin's SDL. @throws SEXTANT_GRAPHQL_SDL or _EXTENSION for what is wrong with it whoever else is there. */
export function readClaims(plugin: string, sources: readonly string[], extendsTypes: readonly string[]): Claims {
  const definitions = sources.flatMap((source) => parseSdl(plugin, source).definitions);
  const types = new Map<string, TypeDefinitionNode>();
  const directives = new Set<string>();
  for (const node of definitions) {
    if (node.kind === Kind.DIRECTIVE_DEFINITION) directives.add(node.name.value);
    else if (isTypeDefinitionNode(node)) define(plugin, types, node);
    else if (!isTypeExtensionNode(node)) throw sdl(plugin, `holds a ${node.kind}, which is not a definition of types.`);
  }
  const extensions = definitions.filter(isTypeExtensionNode);
  for (const node of extensions) checkExtension(plugin, node, types, extendsTypes);

  const typeRequires = new Map<string, Requirement>();
  const fields: FieldClaim[] = [];
  const references = new Map<string, string>();
  const seen = new Set<string>();
  const refer = (name: string, place: string): void => {
    if (!types.has(name) && !BUILT_IN.has(name) && !references.has(name)) references.set(name, place);
  };
  for (const node of [...types.values(), ...extensions]) {
    const type = node.name.value;
    if (isTypeExtensionNode(node) && !ROOTS.has(type)) refer(type, `extend ${type}`);
    const ofType = requirement(plugin, type, node.directives);
    if (ofType !== undefined) typeRequires.set(type, ofType);
    if ('interfaces' in node) for (const named of node.interfaces ?? []) refer(named.name.value, `${type} implements`);
    if ('types' in node) for (const named of node.types ?? []) refer(named.name.value, `union ${type}`);
    for (const field of 'fields' in node ? (node.fields ?? []) : []) {
      const place = `${type}.${field.name.value}`;
      if (seen.has(place)) throw sdl(plugin, `defines the field ${place} twice.`);
      seen.add(place);
      checkPageSize(plugin, place, field);
      refer(namedType(field.type), place);
      if (field.kind === Kind.FIELD_DEFINITION)
        for (const argument of field.arguments ?? []) refer(namedType(argument.type), `${place}(${argument.name.value}:)`);
      fields.push({
        type,
        field: field.name.value,
        node: field,
        requires: requirement(plugin, place, field.directives),
        recentSignIn: recentSignIn(plugin, place, field.directives),
        added: !types.has(type),
      });
    }
  }
  return {
    plugin,
    document: { kind: Kind.DOCUMENT, definitions: [...definitions] },
    types,
    directives,
    extensions,
    fields,
    typeRequires,
    references,
  };
}

function parseSdl(plugin: string, source: string): { readonly definitions: readonly DefinitionNode[] } {
  try {
    return source.trim() === '' ? { definitions: [] } : parse(source, { noLocation: true });
  } catch (cause) {
    const place =
      cause instanceof GraphQLError && cause.locations?.[0]
        ? ` (line ${cause.locations[0].line}, column ${cause.locations[0].column})`
        : '';
    throw sdl(plugin, `cannot be parsed${place}: ${(cause as Error).message}`, cause);
  }
}

function define(plugin: string, types: Map<string, TypeDefinitionNode>, node: TypeDefinitionNode): void {
  const name = node.name.value;
  if (ROOTS.has(name)) {
    throw new SextantError('SEXTANT_GRAPHQL_OWNERSHIP', {
      what: `Plugin "${plugin}" defines the type ${name}, which the kernel owns.`,
      fix: `Write "extend type ${name}".`,
    });
  }
  if (BUILT_IN.has(name) || name.startsWith('__')) throw sdl(plugin, `defines ${name}, a name that GraphQL keeps for itself.`);
  if (types.has(name)) throw sdl(plugin, `defines the type ${name} twice.`);
  types.set(name, node);
}

function checkExtension(
  plugin: string,
  node: TypeExtensionNode,
  types: ReadonlyMap<string, TypeDefinitionNode>,
  extendsTypes: readonly string[],
): void {
  const name = node.name.value;
  if (types.has(name)) return;
  if (node.kind !== Kind.OBJECT_TYPE_EXTENSION && node.kind !== Kind.UNION_TYPE_EXTENSION) {
    const what = node.kind === Kind.ENUM_TYPE_EXTENSION ? 'widens the enum' : 'extends the interface, input or scalar';
    throw new SextantError('SEXTANT_GRAPHQL_EXTENSION', {
      what: `Plugin "${plugin}" ${what} ${name}, which it does not own.`,
      why: 'Clients and the owner would meet values they do not know.',
      fix: `Ask the owner of ${name} for it.`,
    });
  }
  if (!ROOTS.has(name) && !extendsTypes.includes(name)) {
    throw new SextantError('SEXTANT_GRAPHQL_EXTENSION', {
      what: `Plugin "${plugin}" extends ${name} and does not say so.`,
      fix: `Add "${name}" to "extends" of its GraphQL part.`,
    });
  }
}

function requirement(plugin: string, place: string, directives: readonly ConstDirectiveNode[] | undefined): Requirement | undefined {
  const directive = directives?.find((candidate) => candidate.name.value === 'requires');
  if (directive === undefined) return undefined;
  const [argument, another] = directive.arguments ?? [];
  const value = argument?.value;
  const required =
    argument?.name.value === 'role' && value?.kind === Kind.ENUM
      ? ROLES[value.value]
      : argument?.name.value === 'permission' && value?.kind === Kind.STRING && PERMISSION.test(value.value)
        ? (`permission:${value.value}` as const)
        : undefined;
  if (required === undefined || another !== undefined)
    throw sdl(
      plugin,
      `has a malformed @requires on ${place}. Write @requires(role: PUBLIC), USER or SITE_ADMIN, or @requires(permission: "NAMESPACE#ACTION").`,
    );
  return required;
}

function recentSignIn(plugin: string, place: string, directives: readonly ConstDirectiveNode[] | undefined): RecentSignIn | undefined {
  const directive = directives?.find((candidate) => candidate.name.value === 'requiresRecentSignIn');
  if (directive === undefined) return undefined;
  if (!place.startsWith('Mutation.')) throw sdl(plugin, `has @requiresRecentSignIn on ${place}. Only mutations can have it.`);
  const [argument] = directive.arguments ?? [];
  return argument?.value.kind === Kind.BOOLEAN && argument.value.value ? 'session-or-token' : 'session';
}

function namedType(node: TypeNode): string {
  return node.kind === Kind.NAMED_TYPE ? node.name.value : namedType(node.type);
}

const sdl = (plugin: string, problem: string, cause?: unknown): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_SDL', {
    what: `The GraphQL schema of plugin "${plugin}" ${problem}`,
    fix: 'Correct it, or disable the plugin.',
    cause,
  });
