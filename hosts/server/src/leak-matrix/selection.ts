import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';

/** Types that rows of their own select whole: elsewhere it is enough to see which one it is. */
const ENTITIES: Readonly<Record<string, string>> = {
  Repository: '{ name }',
  GitCommit: '{ oid }',
  GitBlob: '{ path }',
  GitTree: '{ path }',
  GitRef: '{ displayName }',
  RepositoryComparison: '{ range { expr } }',
  ExternalService: '{ displayName }',
  User: '{ username }',
  Site: '{ siteID }',
  Org: '{ name }',
};

/** Arguments by `Type.field`, as they are written in a document: `path: $path`. */
export type Arguments = Readonly<Record<string, string>>;

/**
 * Selects all that a type has, down to its leaves, as the schema is now: what a plugin adds to a type is asked without a new row.
 * @throws for a field that needs an argument and is given none.
 */
export function everythingOf(schema: GraphQLSchema, typeName: string, args: Arguments = {}): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is no object type`);
  return `{ __typename ${Object.values(type.getFields())
    .map((field) => select(schema, typeName, field, args, [typeName]))
    .join(' ')} }`;
}

function select(
  schema: GraphQLSchema,
  parent: string,
  field: GraphQLField<unknown, unknown>,
  args: Arguments,
  within: readonly string[],
): string {
  const given = args[`${parent}.${field.name}`];
  if (given === undefined && field.args.some(isRequiredArgument))
    throw new Error(`Give ${parent}.${field.name} its arguments: ${field.args.map(String).join(', ')}`);
  const head = `${field.name}${given ? `(${given})` : ''}`;
  const type = getNamedType(field.type);
  if (isLeafType(type)) return head;
  if (isUnionType(type) || isInterfaceType(type)) {
    const fragments = schema.getPossibleTypes(type).map(({ name }) => `... on ${name} ${of(schema, name, args, within)}`);
    return `${head} { __typename ${fragments.join(' ')} }`;
  }
  return `${head} ${of(schema, type.name, args, within)}`;
}

function of(schema: GraphQLSchema, name: string, args: Arguments, within: readonly string[]): string {
  const entity = ENTITIES[name];
  if (entity) return entity;
  const type = schema.getType(name);
  if (!isObjectType(type) || within.includes(name)) return '{ __typename }';
  return `{ __typename ${Object.values(type.getFields())
    .map((field) => select(schema, name, field, args, [...within, name]))
    .join(' ')} }`;
}
