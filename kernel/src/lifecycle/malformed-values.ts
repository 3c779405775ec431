import type { Token } from '@sextant/sdk';
import { malformed } from './malformed-declarations.js';
import { isObject, must, mustBeFunction } from './value-problems.js';
import type { GraphQLContribution } from './wiring.js';

/** What `r.graphql()` loaded. @throws SEXTANT_PLUGIN_DECLARATION */
export function graphQLPartOf(plugin: string, name: string, module: unknown): GraphQLContribution['part'] {
  const part = isObject(module) ? module['default'] : undefined;
  const problems = isObject(part)
    ? [
        ...must(typeof part['typeDefs'] === 'string', '"typeDefs"', part['typeDefs'], 'a text'),
        ...mustBeFunction('"resolvers"', part['resolvers'], 'a function: (instance, ctx) => ({ Query: { … } })'),
        ...(part['loaders'] === undefined ? [] : mustBeFunction('"loaders"', part['loaders'], 'a function: (instance, ctx) => ({ … })')),
        ...(part['extends'] === undefined ? [] : must(isTexts(part['extends']), '"extends"', part['extends'], 'a list of names of types')),
      ]
    : must(false, 'the default export', part, 'one made by defineGraphQL()');
  if (problems.length > 0)
    throw malformed(
      plugin,
      name,
      'loaded by graphql() what is no GraphQL part.',
      problems.join('; '),
      'Write export default defineGraphQL<typeof part>()({ schema, resolvers: (instance) => ({ … }) }) in the file that it loads.',
    );
  return part as unknown as GraphQLContribution['part'];
}

/** A service of nothing would look as if nobody provided it. @throws SEXTANT_PLUGIN_DECLARATION */
export function refuseUnfitService(plugin: string, part: string, token: Token<unknown>, value: unknown): void {
  refuseNothing(plugin, part, token.key, value);
  const missing = Object.keys(token.remote?.methods ?? {}).filter(
    (method) => typeof (value as Readonly<Record<string, unknown>>)[method] !== 'function',
  );
  if (missing.length > 0)
    throw malformed(
      plugin,
      part,
      `made a service for "${token.key}" that lacks what its token promises.`,
      `It has no ${missing.map((method) => `${method}()`).join(', ')}.`,
      'Add it, or remove it from the methods of the token.',
    );
}

/** @throws SEXTANT_PLUGIN_DECLARATION */
export function refuseNothing(plugin: string, part: string, key: string, value: unknown): void {
  if (value === undefined || value === null)
    throw malformed(plugin, part, `made nothing for "${key}".`, `Its factory returned ${String(value)}.`, 'Return what is to be used.');
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');
