import { invalidPath, invalidSyntax, invalidValue, noTarget, quoted, readOnly } from '../scim-errors.js';
import type { Filter, PatchPath } from './filter.js';
import { equal, isList, isObject, isUnassigned, type Json, type JsonObject, storable, valueIn, withValue } from './json.js';
import { matches } from './matches.js';
import { parsePath } from './parse-filter.js';
import { attributeNamed, ENTERPRISE, isCoreSchema } from './schemas.js';

/** One change, with its path taken apart. RFC 7644, 3.5.2. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** As it was written; empty for the resource itself. */
  readonly text: string;
  readonly path: PatchPath;
  readonly value: Json | undefined;
}

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MAX_OPERATIONS = 1000;
/** Elements of a list. More would say that it is no list about one person. */
const MAX_ELEMENTS = 1000;
const OPS = ['add', 'remove', 'replace'] as const;
/** What a client reads and sends back as it was. */
const NOT_CHANGED: ReadonlySet<string> = new Set(['schemas', 'meta', 'groups']);
const READ_ONLY: ReadonlySet<string> = new Set(['id', 'meta', 'groups', 'schemas']);

/**
 * The changes of a request, in their order. One without a path is taken apart into its attributes, whose names may be paths: Entra ID and Okta write both.
 * @throws SEXTANT_SCIM_SYNTAX, _PATH, _VALUE, _TARGET, _MUTABILITY.
 */
export function parsePatch(body: unknown, id: string): readonly PatchOperation[] {
  const request = isObject(body) ? body : {};
  const schemas = valueIn(request, 'schemas');
  const operations = valueIn(request, 'Operations');
  if (!isList(schemas) || !schemas.includes(PATCH)) throw invalidSyntax(`A patch has "schemas": ["${PATCH}"].`);
  if (!isList(operations) || operations.length === 0) throw invalidSyntax('A patch has a list "Operations".');
  if (operations.length > MAX_OPERATIONS) throw invalidSyntax(`A patch has at most ${MAX_OPERATIONS} operations.`);
  return operations.flatMap((operation) => parseOperation(operation, id));
}

function parseOperation(operation: Json, id: string): readonly PatchOperation[] {
  if (!isObject(operation)) throw invalidSyntax('An operation of a patch is an object.');
  const written = valueIn(operation, 'op');
  const op = OPS.find((one) => typeof written === 'string' && written.toLowerCase() === one);
  if (op === undefined) throw invalidSyntax('The "op" of an operation is add, remove or replace.');
  const path = valueIn(operation, 'path') ?? undefined;
  if (path !== undefined && typeof path !== 'string') throw invalidPath('', 'A path is a text.');
  const given = valueIn(operation, 'value');
  const value = given === undefined ? undefined : storable(given);
  if (op !== 'remove' && value === undefined) throw invalidValue('An operation that adds or replaces has a value.');
  if (path !== undefined && path.trim() !== '') return [checked({ op, text: path, path: parsePath(path), value })];
  if (op === 'remove') throw noTarget('', 'Give the path of what is to be removed.');
  if (!isObject(value)) throw invalidValue('The value of an operation without a path is an object.');
  return Object.entries(value).flatMap(([key, one]) => withoutPath(op, key, one, id));
}

function withoutPath(op: PatchOperation['op'], key: string, value: Json, id: string): readonly PatchOperation[] {
  if (NOT_CHANGED.has(key.toLowerCase()) || (key.toLowerCase() === 'id' && value === id)) return [];
  if (/^urn:/i.test(key) && isObject(value)) {
    const inner = isCoreSchema(key) ? '' : key;
    return Object.entries(value).map(([name, one]) => {
      const path = { schema: inner === '' ? undefined : inner, name, sub: undefined, elements: undefined };
      return checked({ op, text: `${key}:${name}`, path, value: one });
    });
  }
  return [checked({ op, text: key, path: parsePath(key), value })];
}

function checked(operation: PatchOperation): PatchOperation {
  const { path } = operation;
  if ((path.schema === undefined || isCoreSchema(path.schema)) && READ_ONLY.has(path.name.toLowerCase())) throw readOnly(path.name);
  return operation;
}

/** Whether Entra ID's deviations are taken: what a replacement does not find is added. */
export interface PatchOptions {
  readonly azure: boolean;
}

/** The resource with the change. @throws SEXTANT_SCIM_TARGET, _VALUE. */
export function applyOperation(resource: JsonObject, operation: PatchOperation, options: PatchOptions): JsonObject {
  const { schema, name } = operation.path;
  if (schema === undefined || isCoreSchema(schema)) return changed(resource, operation, options);
  // `urn:…:2.0:User` reads as the attribute "User" of a schema "urn:…:2.0".
  const whole = `${schema}:${name}`;
  if (whole.toLowerCase() === ENTERPRISE.toLowerCase() || isObject(valueIn(resource, whole)))
    return changed(resource, { ...operation, path: { ...operation.path, schema: undefined, name: whole } }, options);
  const holder = valueIn(resource, schema);
  const extension = changed(isObject(holder) ? holder : {}, operation, options);
  return withValue(resource, schema, Object.keys(extension).length === 0 ? undefined : extension);
}

function changed(holder: JsonObject, operation: PatchOperation, options: PatchOptions): JsonObject {
  const { path } = operation;
  const present = valueIn(holder, path.name);
  if (path.elements !== undefined) return withValue(holder, path.name, elementsChanged(present, path.elements, operation, options));
  if (path.sub !== undefined) return withValue(holder, path.name, subChanged(present, path.sub, operation));
  return withValue(holder, path.name, attributeChanged(present, operation));
}

function attributeChanged(present: Json | undefined, { op, path, value, text }: PatchOperation): Json | undefined {
  const multiple = isList(present) || attributeNamed(path.name)?.multiValued === true;
  if (op === 'remove') {
    // Entra ID names by value what is to go. Whoever reads it as "all" takes everybody out of a group.
    if (!multiple || isUnassigned(value)) return undefined;
    const gone = isList(value) ? value : [value];
    return listOf(present).filter((element) => !gone.some((one) => agrees(element, one)));
  }
  if (isUnassigned(value)) return op === 'replace' ? undefined : present;
  if (multiple) return joined(op === 'add' ? listOf(present) : [], isList(value) ? value : [value]);
  if (isObject(value)) return isObject(present) ? merged(present, value) : withoutNulls(value);
  if (isList(value) && present !== undefined) throw invalidValue(`The attribute ${quoted(text)} has one value.`);
  // Entra ID writes the manager as an id alone.
  return attributeNamed(path.name)?.type === 'complex' && typeof value === 'string' ? { value } : value;
}

function subChanged(present: Json | undefined, sub: string, { op, path, value }: PatchOperation): Json | undefined {
  const next = op === 'remove' ? undefined : value;
  const multiple = isList(present) || attributeNamed(path.name)?.multiValued === true;
  if (multiple) {
    const elements = listOf(present);
    if (elements.length === 0) return isUnassigned(next) ? undefined : [{ [sub]: next }];
    return elements.map((element) => (isObject(element) ? withValue(element, sub, next) : element)).filter((element) => !isEmpty(element));
  }
  const object = withValue(isObject(present) ? present : {}, sub, next);
  return isEmpty(object) ? undefined : object;
}

function elementsChanged(
  present: Json | undefined,
  filter: Filter,
  { op, path, value, text }: PatchOperation,
  { azure }: PatchOptions,
): Json | undefined {
  const elements = listOf(present);
  const found = (element: Json): boolean => isObject(element) && matches(element, filter);
  const some = elements.some(found);
  if (op === 'remove') {
    if (path.sub === undefined) return elements.filter((element) => !found(element));
    const sub = path.sub;
    return elements
      .map((element) => (found(element) ? withValue(element as JsonObject, sub, undefined) : element))
      .filter((element) => !isEmpty(element));
  }
  const change = (element: JsonObject): Json => {
    if (path.sub !== undefined) return withValue(element, path.sub, value);
    if (isObject(value)) return merged(element, value);
    throw invalidValue(`The value at the path ${quoted(text)} is an object.`);
  };
  if (some) {
    const next = elements.map((element) => (found(element) ? change(element as JsonObject) : element));
    return onePrimary(next, (at) => found(elements[at] as Json));
  }
  const described = describedBy(filter);
  if (described === undefined || !(azure || op === 'add'))
    throw noTarget(text, azure ? undefined : 'Add it first. For Entra ID, set scim.identityProvider to "Azure AD".');
  return joined(elements, [change(described)]);
}

/** The element that such a filter finds: `type eq "work"` finds `{ type: "work" }`. */
function describedBy(filter: Filter): JsonObject | undefined {
  if (filter.op === 'eq' && filter.value !== null && filter.path.sub === undefined) {
    const { value, path } = filter;
    const known = path.name.toLowerCase() === 'primary' && typeof value === 'string' ? value.toLowerCase() === 'true' : value;
    return { [path.name]: known };
  }
  if (filter.op !== 'and') return undefined;
  const parts = filter.of.map(describedBy);
  return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
}

/** The list with what is new in it. At most one is primary: the last one that was said to be. */
function joined(present: readonly Json[], added: readonly Json[]): readonly Json[] {
  if (present.length + added.length > MAX_ELEMENTS) throw invalidValue(`A list has at most ${MAX_ELEMENTS} elements.`);
  const fresh = added.filter((one, at) => ![...present, ...added.slice(0, at)].some((other) => equal(one, other)));
  return onePrimary([...present, ...fresh], (at) => at >= present.length);
}

function onePrimary(elements: readonly Json[], isChanged: (at: number) => boolean): readonly Json[] {
  const winner = elements.findLastIndex((element, at) => isPrimary(element) && isChanged(at));
  if (winner < 0) return elements;
  return elements.map((element, at) =>
    at !== winner && isPrimary(element) ? withValue(element as JsonObject, 'primary', false) : element,
  );
}

const isPrimary = (element: Json): boolean => isObject(element) && valueIn(element, 'primary') === true;
const listOf = (value: Json | undefined): readonly Json[] => (isUnassigned(value) ? [] : isList(value) ? value : [value]);
const isEmpty = (value: Json): boolean => isObject(value) && Object.keys(value).length === 0;
const withoutNulls = (value: JsonObject): JsonObject => merged({}, value);
const merged = (present: JsonObject, value: JsonObject): JsonObject =>
  Object.entries(value).reduce((object, [key, one]) => withValue(object, key, one), present);

/** Whether the element has all that is said of it. A text says its `value`. */
function agrees(element: Json, said: Json): boolean {
  if (!isObject(said)) return equal(element, said) || (isObject(element) && equal(valueIn(element, 'value'), said));
  if (!isObject(element)) return false;
  const value = valueIn(said, 'value');
  if (value !== undefined) return equal(valueIn(element, 'value'), value);
  return Object.entries(said).every(([key, one]) => one === null || equal(valueIn(element, key), one));
}
