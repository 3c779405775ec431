import { invalidValue } from '../scim-errors.js';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** What a resource is made of. Attribute names have no case; {@link keyOf} finds the one that is there. */
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The object's own key of this name, in whatever case it was written. */
export function keyOf(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const folded = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === folded);
}

export function valueIn(object: JsonObject, name: string): Json | undefined {
  const key = keyOf(object, name);
  return key === undefined ? undefined : object[key];
}

/** A copy with the value under the key of this name; without it for undefined, null and empty lists, which all mean "unassigned". */
export function withValue(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const key = keyOf(object, name) ?? name;
  const entries = Object.entries(object);
  if (isUnassigned(value)) return Object.fromEntries(entries.filter(([other]) => other !== key));
  return Object.hasOwn(object, key)
    ? Object.fromEntries(entries.map(([other, old]) => [other, other === key ? value : old]))
    : Object.fromEntries([...entries, [key, value]]);
}

export const isUnassigned = (value: Json | undefined): value is undefined | null =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** In any order of keys. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

const MAX_DEPTH = 10;

/**
 * A copy of what came, that can be stored: texts that a database cannot hold and depths that nobody needs are refused, and the one key that would not be data
 * is left out. @throws SEXTANT_SCIM_VALUE.
 */
export function storable(value: unknown, depth = 0): Json {
  if (depth > MAX_DEPTH) throw invalidValue(`Values may be nested ${MAX_DEPTH} deep.`);
  if (typeof value === 'string') return soundText(value);
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
    return Object.fromEntries(entries.map(([key, item]) => [soundText(key), storable(item, depth + 1)]));
  }
  return value as null | boolean | number;
}

function soundText(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) throw invalidValue('A text has characters that are none.');
  return text;
}
