import type { ScalarDefinition } from '@sextant/sdk';
import { GraphQLError, GraphQLScalarType, type ValueNode, valueFromASTUntyped } from 'graphql';

/**
 * A scalar for the schema. Whatever `parse` throws becomes a sentence about the caller's value: graphql-js would
 * otherwise put the text of any error into the answer.
 */
export function scalarType(
  name: string,
  definition: ScalarDefinition,
  options: { readonly specifiedByURL?: string } = {},
): GraphQLScalarType {
  const parse = (value: unknown): unknown => {
    try {
      return definition.parse(value);
    } catch (cause) {
      throw new GraphQLError(`The value is not a valid ${name}.`, { originalError: cause instanceof Error ? cause : undefined });
    }
  };
  return new GraphQLScalarType({
    name,
    ...options,
    serialize: (value) => definition.serialize(value),
    parseValue: parse,
    parseLiteral: (node: ValueNode, variables) => parse(valueFromASTUntyped(node, variables)),
  });
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function invalid(type: string): never {
  throw new TypeError(`not a ${type}`);
}

const dateTime: ScalarDefinition = {
  scalar: true,
  serialize(value) {
    const date = value instanceof Date ? value : new Date(value as string | number);
    // Seconds are what the field's clients expect; a fraction is kept where there is one.
    return date.toISOString().replace('.000Z', 'Z');
  },
  parse(value) {
    if (typeof value !== 'string' || !RFC3339.test(value)) return invalid('DateTime');
    const date = new Date(value);
    return Number.isNaN(date.getTime()) ? invalid('DateTime') : date;
  },
};

const text: ScalarDefinition = {
  scalar: true,
  serialize: (value) => (typeof value === 'string' ? value : invalid('text')),
  parse: (value) => (typeof value === 'string' ? value : invalid('text')),
};

const json: ScalarDefinition = { scalar: true, serialize: (value) => value, parse: (value) => value };

const bigInt: ScalarDefinition = {
  scalar: true,
  serialize(value) {
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
    return typeof value === 'string' && /^-?\d+$/.test(value) ? value : invalid('BigInt');
  },
  parse(value) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
    return typeof value === 'string' && /^-?\d{1,40}$/.test(value) ? BigInt(value) : invalid('BigInt');
  },
};

export const kernelScalars: Readonly<Record<string, ScalarDefinition>> = {
  DateTime: dateTime,
  JSONCString: text,
  JSONValue: json,
  BigInt: bigInt,
};
