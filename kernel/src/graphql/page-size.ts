import { SextantError } from '@sextant/sdk';
import { type FieldDefinitionNode, type GraphQLField, type InputValueDefinitionNode, Kind } from 'graphql';

/** Arguments that say how long a list is. */
export const SIZES: ReadonlySet<string> = new Set(['first', 'last', 'limit']);

/** What `@pageSize(most: …)` says of the field; undefined without it. */
export function largestPage({ astNode }: Pick<GraphQLField<unknown, unknown>, 'astNode'>): number | undefined {
  const most = astNode?.directives?.find(({ name }) => name.value === 'pageSize')?.arguments?.[0]?.value;
  return most?.kind === Kind.INT ? Number(most.value) : undefined;
}

/** The arguments as the resolver gets them: none asks for more than the largest page. */
export function cutToPage<A extends Readonly<Record<string, unknown>>>(args: A, most: number): A {
  const long = Object.keys(args).filter((name) => SIZES.has(name) && typeof args[name] === 'number' && args[name] > most);
  return long.length === 0 ? args : { ...args, ...Object.fromEntries(long.map((name) => [name, most])) };
}

/** @throws SEXTANT_GRAPHQL_SDL for a `@pageSize` that says nothing. */
export function checkPageSize(plugin: string, place: string, field: FieldDefinitionNode | InputValueDefinitionNode): void {
  const directive = field.directives?.find(({ name }) => name.value === 'pageSize');
  if (directive === undefined) return;
  const [most, another] = directive.arguments ?? [];
  const sound = most?.name.value === 'most' && most.value.kind === Kind.INT && Number(most.value.value) >= 1 && another === undefined;
  const sized = field.kind === Kind.FIELD_DEFINITION && field.arguments?.some(({ name }) => SIZES.has(name.value));
  if (sound && sized) return;
  throw new SextantError('SEXTANT_GRAPHQL_SDL', {
    what: `The GraphQL schema of plugin "${plugin}" has a malformed @pageSize on ${place}.`,
    fix: 'Write @pageSize(most: 1000), on a field with an argument first, last or limit.',
  });
}
