// Writes `schema.generated.ts` beside each `schema.graphql` of a plugin or an example: the schema as text, and the types of its resolvers.
// `--check` writes nothing, and fails where a file is not what it would write. Why it is checked in: docs/adr/0024.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { Kind, parse, visit } from 'graphql';

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);
const BUILT_IN = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);
/** The kernel's own, in the form in which resolvers give and take them. */
const SCALARS = {
  ID: { input: 'string', output: 'string | number' },
  DateTime: { input: 'Date', output: 'Date | string' },
  JSONCString: 'string',
  JSONValue: 'unknown',
  BigInt: { input: 'bigint', output: 'bigint | number | string' },
};
const CONFIG = {
  contextType: '@sextant/sdk#Operation',
  customResolveInfo: '@sextant/sdk#ResolveInfo',
  scalars: SCALARS,
  defaultScalarType: 'unknown',
  enumsAsTypes: true,
  immutableTypes: true,
  skipTypename: true,
  useTypeImports: true,
  inputMaybeValue: 'T | null | undefined',
  maybeValue: 'T | null | undefined',
};

/** The generated file for one schema. */
export async function typesOf(file) {
  const sdl = readFileSync(file, 'utf8');
  const document = parse(sdl);
  const parents = parentsIn(join(dirname(file), 'parents.ts'));
  const own = document.definitions.flatMap((one) => (/Extension$/.test(one.kind) || !one.name ? [] : [one.name.value]));
  const extended = document.definitions.flatMap((one) => (/^ObjectTypeExtension$/.test(one.kind) ? [one.name.value] : []));
  const schema = { kind: Kind.DOCUMENT, definitions: [...document.definitions.map(asDefinition), ...foreign(document, own, parents)] };
  const mappers = Object.fromEntries([...parents].map((name) => [name, `./parents.js#${name} as ${name}Parent`]));
  if (!own.includes('PageInfo') && /\bPageInfo\b/.test(sdl)) mappers.PageInfo = '@sextant/sdk#PageInfo as Page_Info';
  const config = { ...CONFIG, mappers };
  const text = await codegen({
    filename: 'schema.generated.ts',
    schema,
    documents: [],
    config,
    plugins: [{ typescript: config }, { typescriptResolvers: config }],
    pluginMap: { typescript, typescriptResolvers },
  });
  return `// Generated from schema.graphql by \`npm run graphql\`: change that file instead.\n${withoutGraphQL(text)}
export const schema = {
  typeDefs: /* GraphQL */ \`
${sdl.trim().replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}
\`,
  extends: ${JSON.stringify(extended.filter((name) => !ROOTS.has(name)))},
};
`;
}

/** `extend type X` becomes a type with just these fields: the rest of it is another plugin's, and nothing here resolves it. */
const asDefinition = (one) =>
  one.kind === Kind.OBJECT_TYPE_EXTENSION ? { ...one, kind: Kind.OBJECT_TYPE_DEFINITION, interfaces: [], directives: [] } : one;

/** Types, interfaces and directives of others, as far as they are named. */
function foreign(document, own, parents) {
  const defined = new Set([
    ...own,
    ...document.definitions.flatMap((one) => (one.kind === Kind.OBJECT_TYPE_EXTENSION ? [one.name.value] : [])),
    ...BUILT_IN,
  ]);
  const named = new Set();
  const interfaces = new Set();
  visit(document, {
    NamedType: (node) => void named.add(node.name.value),
    ObjectTypeDefinition: (node) => node.interfaces.forEach((one) => void interfaces.add(one.name.value)),
  });
  const definitions = [...named]
    .filter((name) => !defined.has(name))
    .map((name) =>
      interfaces.has(name)
        ? `interface ${name} { id: ID! }`
        : parents.has(name) || name === 'PageInfo'
          ? `type ${name} { _foreign: Boolean }`
          : `scalar ${name}`,
    );
  const directives =
    'directive @requires(role: _Role, permission: String) on FIELD_DEFINITION | OBJECT\ndirective @pageSize(most: Int!) on FIELD_DEFINITION\nenum _Role { PUBLIC USER SITE_ADMIN }';
  return parse([directives, ...definitions].join('\n')).definitions;
}

/** Names of the types that `parents.ts` exports: what resolvers of the GraphQL type of the same name are handed. */
function parentsIn(file) {
  if (!existsSync(file)) return new Set();
  return new Set(
    [...readFileSync(file, 'utf8').matchAll(/^export (?:type|interface|class) (\w+)|\bas (\w+)\b/gm)].map(([, a, b]) => a ?? b),
  );
}

/** Scalars are defined by the SDK's type; a plugin does not depend on graphql-js. */
const withoutGraphQL = (text) =>
  text
    .replace(
      /^import type \{ GraphQLScalarType, GraphQLScalarTypeConfig \} from 'graphql';\n/m,
      "import type { ScalarDefinition } from '@sextant/sdk';\n",
    )
    .replace(/^export interface \w+ScalarConfig extends GraphQLScalarTypeConfig<[\s\S]*?^\}\n/gm, '')
    .replaceAll(': GraphQLScalarType;', ': ScalarDefinition;');

/** Every `schema.graphql` of the checkout. */
export function schemaFiles(root) {
  return ['plugins', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((one) => one.isDirectory() && existsSync(join(root, folder, one.name, 'src')))
      .flatMap(({ name }) =>
        readdirSync(join(root, folder, name, 'src'), { recursive: true })
          .filter((path) => /(?:^|[\\/])schema\.graphql$/.test(path))
          .map((path) => join(root, folder, name, 'src', path)),
      ),
  );
}

export const generatedFile = (file) => join(dirname(file), 'schema.generated.ts');

/** Files that are not what would be written. */
export async function staleTypes(root) {
  const stale = [];
  for (const file of schemaFiles(root)) {
    const target = generatedFile(file);
    if (!existsSync(target) || readFileSync(target, 'utf8') !== (await typesOf(file))) stale.push(target);
  }
  return stale;
}

if (import.meta.filename === process.argv[1]) {
  const root = dirname(import.meta.dirname);
  const stale = await staleTypes(root);
  if (process.argv.includes('--check')) {
    for (const file of stale) process.stderr.write(`${file} is not what schema.graphql says: npm run graphql\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const file of schemaFiles(root)) writeFileSync(generatedFile(file), await typesOf(file));
    process.stdout.write(`GraphQL types: ${schemaFiles(root).length} schemas, ${stale.length} changed\n`);
  }
}
