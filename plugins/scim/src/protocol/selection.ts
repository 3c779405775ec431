import { isList, isObject, type Json, type JsonObject, keyOf, valueIn } from './json.js';
import { isCoreSchema } from './schemas.js';

/** Which attributes an answer has: RFC 7644, 3.9. Names are in lower case, `emails.value` among them. */
export interface Selection {
  readonly only: readonly string[] | undefined;
  readonly without: readonly string[];
}

const ALWAYS: ReadonlySet<string> = new Set(['schemas', 'id']);

export function selectionOf(attributes: string | undefined, excluded: string | undefined): Selection {
  const names = (text: string | undefined): readonly string[] =>
    (text ?? '')
      .split(',')
      .map((name) => withoutCoreSchema(name.trim()).toLowerCase())
      .filter((name) => name !== '');
  const only = names(attributes);
  return { only: only.length > 0 ? only : undefined, without: names(excluded) };
}

/** Whether anything of the attribute is in the answer; what is not need not be read. */
export const selects = ({ only, without }: Selection, name: string): boolean =>
  only === undefined ? !without.includes(name) : only.some((one) => one === name || one.startsWith(`${name}.`));

export function select(resource: JsonObject, { only, without }: Selection): JsonObject {
  if (only === undefined) return without.reduce((rest, name) => removed(rest, name), resource);
  return only.reduce<JsonObject>(
    (picked, name) => copied(picked, resource, name),
    Object.fromEntries(Object.entries(resource).filter(([key]) => ALWAYS.has(key))),
  );
}

function withoutCoreSchema(name: string): string {
  const colon = name.lastIndexOf(':');
  return colon > 0 && isCoreSchema(name.slice(0, colon)) ? name.slice(colon + 1) : name;
}

/** The steps to the attribute: an extension's name has dots itself. */
function stepsTo(resource: JsonObject, name: string): readonly string[] {
  if (keyOf(resource, name) !== undefined) return [name];
  const colon = name.lastIndexOf(':');
  return colon < 0 ? name.split('.') : [name.slice(0, colon), ...name.slice(colon + 1).split('.')];
}

function removed(resource: JsonObject, name: string): JsonObject {
  const steps = stepsTo(resource, name);
  return steps.length === 1 && ALWAYS.has(name) ? resource : (without(resource, steps) as JsonObject);
}

function without(value: Json, [step, ...rest]: readonly string[]): Json {
  if (isList(value)) return value.map((element) => without(element, [step as string, ...rest]));
  const key = isObject(value) && step !== undefined ? keyOf(value, step) : undefined;
  if (!isObject(value) || key === undefined) return value;
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([other]) => other !== key));
  return Object.fromEntries(entries.map(([other, one]) => [other, other === key ? without(one, rest) : one]));
}

function copied(picked: JsonObject, resource: JsonObject, name: string): JsonObject {
  return merged(picked, only(resource, stepsTo(resource, name)) as JsonObject) as JsonObject;
}

function only(value: Json, [step, ...rest]: readonly string[]): Json {
  if (step === undefined) return value;
  if (isList(value)) return value.map((element) => only(element, [step, ...rest]));
  const key = isObject(value) ? keyOf(value, step) : undefined;
  return isObject(value) && key !== undefined ? { [key]: only(valueIn(value, key) as Json, rest) } : {};
}

function merged(a: Json | undefined, b: Json): Json {
  if (isList(a) && isList(b)) return b.map((element, at) => merged(a[at], element));
  if (!isObject(a) || !isObject(b)) return b;
  return { ...a, ...Object.fromEntries(Object.entries(b).map(([key, one]) => [key, merged(a[key], one)])) };
}
