import type { AttributePath } from './attribute-path.js';
import type { Comparison, Filter } from './filter.js';
import { isList, isObject, isUnassigned, type Json, type JsonObject, valueIn } from './json.js';
import { isCaseExact, isCoreSchema } from './schemas.js';

/** Whether the resource, or an element of a list of it, is what the filter describes. `ne` is the opposite of `eq`, also where nothing is. */
export function matches(resource: JsonObject, filter: Filter): boolean {
  switch (filter.op) {
    case 'and':
      return filter.of.every((part) => matches(resource, part));
    case 'or':
      return filter.of.some((part) => matches(resource, part));
    case 'not':
      return !matches(resource, filter.of);
    case 'pr':
      return valuesAt(resource, filter.path).some(isPresent);
    case 'element':
      return elementsAt(resource, filter.path).some((element) => isObject(element) && matches(element, filter.of));
    default:
      return compares(resource, filter.path, filter.op, filter.value);
  }
}

/** All values at the path: of a list those of its elements. A complex value without a named sub-attribute stands for its `value`. */
export function valuesAt(resource: JsonObject, path: AttributePath): readonly Json[] {
  return elementsAt(resource, path).flatMap((element) => {
    if (!isObject(element)) return path.sub === undefined ? [element] : [];
    const value = valueIn(element, path.sub ?? 'value');
    if (value !== undefined) return isList(value) ? value : [value];
    return path.sub === undefined ? [element] : [];
  });
}

function elementsAt(resource: JsonObject, { schema, name }: AttributePath): readonly Json[] {
  const holder = schema === undefined || isCoreSchema(schema) ? resource : valueIn(resource, schema);
  const value = isObject(holder) ? valueIn(holder, name) : undefined;
  if (isUnassigned(value)) return [];
  return isList(value) ? value : [value];
}

function isPresent(value: Json): boolean {
  if (isObject(value)) return Object.values(value).some(isPresent);
  return !isUnassigned(value) && value !== '';
}

function compares(resource: JsonObject, path: AttributePath, op: Comparison, wanted: Json): boolean {
  const values = valuesAt(resource, path);
  const exact = isCaseExact(path);
  if (op === 'ne') return !compares(resource, path, 'eq', wanted);
  if (op === 'eq' && wanted === null) return values.length === 0;
  return values.some((value) => holds(value, op, wanted, exact));
}

function holds(value: Json, op: Comparison, wanted: Json, exact: boolean): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') {
    const fold = (text: string): string => (exact ? text : text.toLowerCase());
    return holdsOfText(fold(value), op, fold(wanted));
  }
  if (typeof value === 'number' && typeof wanted === 'number') return ordered(value, op, wanted);
  if (op !== 'eq') return false;
  // Entra ID writes truth as text.
  return value === wanted || (typeof value === 'boolean' && typeof wanted === 'string' && wanted.toLowerCase() === String(value));
}

function holdsOfText(value: string, op: Comparison, wanted: string): boolean {
  if (op === 'co') return value.includes(wanted);
  if (op === 'sw') return value.startsWith(wanted);
  if (op === 'ew') return value.endsWith(wanted);
  // Times that are written with another precision or zone are the same times.
  const times = [value, wanted].map((text) => (DATE_TIME.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN)) as [number, number];
  return times.some(Number.isNaN) ? ordered(value, op, wanted) : ordered(times[0], op, times[1]);
}

const DATE_TIME = /^\d{4}-\d\d-\d\dt\d\d:\d\d/i;

function ordered<V extends string | number>(value: V, op: Comparison, wanted: V): boolean {
  if (op === 'eq') return value === wanted;
  if (op === 'gt') return value > wanted;
  if (op === 'ge') return value >= wanted;
  if (op === 'lt') return value < wanted;
  return op === 'le' && value <= wanted;
}
