import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.js';
import { applyOperation, parsePatch } from './patch.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const patched = (resource: JsonObject, operations: readonly object[], azure = false): JsonObject =>
  parsePatch({ schemas: [PATCH], Operations: operations }, 'me').reduce<JsonObject>(
    (left, operation) => applyOperation(left, operation, { azure }),
    resource,
  );
const emails: readonly [JsonObject, JsonObject] = [
  { type: 'work', value: 'w@example.com', primary: true },
  { type: 'home', value: 'h@example.com' },
];

describe('a patch', () => {
  it.each<readonly [string, JsonObject, object, JsonObject]>([
    ['adds an attribute', {}, { op: 'add', path: 'title', value: 'x' }, { title: 'x' }],
    [
      'adds to a list what is not in it',
      { emails },
      { op: 'add', path: 'emails', value: [emails[1], { value: 'n@example.com' }] },
      { emails: [...emails, { value: 'n@example.com' }] },
    ],
    [
      'adds parts of a value',
      { name: { givenName: 'A' } },
      { op: 'add', path: 'name', value: { familyName: 'B' } },
      { name: { givenName: 'A', familyName: 'B' } },
    ],
    ['makes a value for its part', {}, { op: 'add', path: 'name.familyName', value: 'B' }, { name: { familyName: 'B' } }],
    ['takes attributes without a path', { title: 'x' }, { op: 'add', value: { nickName: 'n', title: 'y' } }, { title: 'y', nickName: 'n' }],
    [
      'replaces parts of a value',
      { name: { givenName: 'A', familyName: 'B' } },
      { op: 'replace', path: 'name', value: { familyName: 'C' } },
      { name: { givenName: 'A', familyName: 'C' } },
    ],
    [
      'replaces a list',
      { emails },
      { op: 'replace', path: 'emails', value: [{ value: 'n@example.com' }] },
      { emails: [{ value: 'n@example.com' }] },
    ],
    [
      'replaces what is in an element',
      { emails },
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'n@example.com' },
      { emails: [emails[0], { type: 'home', value: 'n@example.com' }] },
    ],
    [
      'replaces in all elements',
      { emails },
      { op: 'replace', path: 'emails.type', value: 'other' },
      { emails: emails.map((email) => ({ ...email, type: 'other' })) },
    ],
    [
      'leaves one element primary',
      { emails },
      { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
      {
        emails: [
          { ...emails[0], primary: false },
          { ...emails[1], primary: true },
        ],
      },
    ],
    [
      'adds a primary element',
      { emails },
      { op: 'add', path: 'emails', value: { value: 'n', primary: true } },
      { emails: [{ ...emails[0], primary: false }, emails[1], { value: 'n', primary: true }] },
    ],
    ['removes an attribute', { title: 'x', locale: 'y' }, { op: 'remove', path: 'TITLE' }, { locale: 'y' }],
    ['removes elements', { emails }, { op: 'remove', path: 'emails[type eq "work"]' }, { emails: [emails[1]] }],
    [
      'removes elements by value',
      { emails },
      { op: 'remove', path: 'emails', value: [{ value: 'w@example.com' }] },
      { emails: [emails[1]] },
    ],
    ['removes the last element, and with it the list', { emails: [emails[0]] }, { op: 'remove', path: 'emails[value pr]' }, {}],
    [
      'removes what is in an element',
      { emails },
      { op: 'remove', path: 'emails[type eq "work"].primary' },
      { emails: [{ type: 'work', value: 'w@example.com' }, emails[1]] },
    ],
    ['removes nothing where nothing is', { emails }, { op: 'remove', path: 'emails[type eq "other"]' }, { emails }],
    ['unassigns by null', { title: 'x' }, { op: 'replace', path: 'title', value: null }, {}],
    [
      'reaches into an extension',
      {},
      { op: 'add', path: `${ENTERPRISE}:manager.value`, value: 'm' },
      { [ENTERPRISE]: { manager: { value: 'm' } } },
    ],
    [
      'merges an extension',
      { [ENTERPRISE]: { division: 'd' } },
      { op: 'replace', path: ENTERPRISE, value: { department: 'x' } },
      { [ENTERPRISE]: { division: 'd', department: 'x' } },
    ],
    [
      'removes the last of an extension, and with it the extension',
      { [ENTERPRISE]: { division: 'd' } },
      { op: 'remove', path: `${ENTERPRISE}:division` },
      {},
    ],
    [
      'knows the core schema before a name',
      {},
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:User:title', value: 'x' },
      { title: 'x' },
    ],
    [
      'takes its own id, which changes nothing',
      {},
      { op: 'replace', value: { id: 'me', schemas: [], meta: {}, title: 'x' } },
      { title: 'x' },
    ],
    [
      'makes the element that an addition describes',
      {},
      { op: 'add', path: 'emails[type eq "work" and primary eq true].value', value: 'v' },
      { emails: [{ type: 'work', primary: true, value: 'v' }] },
    ],
  ])('%s', (_case, before, operation, after) => {
    expect(patched(before, [operation])).toEqual(after);
  });

  it('has no use for what it has already', () => {
    fc.assert(
      fc.property(aResource, anOperation, (resource, operation) => {
        const once = patched(resource, [operation]);
        expect(patched(once, [operation])).toEqual(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('does what an independent model does, one operation after the other', () => {
    fc.assert(
      fc.property(aResource, fc.array(anOperation, { minLength: 1, maxLength: 6 }), (resource, operations) => {
        const before = structuredClone(resource);
        expect(patched(resource, operations)).toEqual(operations.reduce<Model>(modelled, structuredClone(resource) as Model));
        expect(resource).toEqual(before);
      }),
      { numRuns: 2000 },
    );
  });
});

interface Element {
  type: string;
  value?: string;
}
interface Model {
  title?: string;
  name?: { givenName?: string; familyName?: string };
  emails?: Element[];
  [other: string]: unknown;
}
type Operation =
  | { readonly op: 'add' | 'replace' | 'remove'; readonly path: string; readonly value?: never }
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown };

const word = fc.constantFrom('a', 'b', 'c');
const type = fc.constantFrom('work', 'home', 'other');
const element = fc.record({ type, value: word });
const aResource: fc.Arbitrary<JsonObject> = fc.record(
  {
    title: word,
    name: fc.record({ givenName: word }),
    emails: fc.uniqueArray(element, { minLength: 1, maxLength: 3, selector: ({ type: of, value }) => `${of} ${value}` }),
  },
  { requiredKeys: [] },
);
const sets = fc.constantFrom('add' as const, 'replace' as const);
const anOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: sets, path: fc.constantFrom('title', 'name.givenName', 'name.familyName'), value: word }),
  fc.record({ op: sets, path: fc.constant('emails'), value: fc.array(element, { minLength: 1, maxLength: 2 }) }),
  fc.record({ op: fc.constant('add' as const), path: type.map((of) => `emails[type eq "${of}"].value`), value: word }),
  fc.record({ op: fc.constant('remove' as const), path: fc.constantFrom('title', 'name', 'name.givenName', 'emails', 'emails.value') }),
  fc.record({ op: fc.constant('remove' as const), path: type.map((of) => `emails[type eq "${of}"]`) }),
);

/** Written for these few paths alone, by hand, on an object that changes. */
function modelled(resource: Model, { op, path, value }: Operation): Model {
  const [, of, sub] = /^emails\[type eq "(\w+)"\](\.value)?$/.exec(path) ?? [];
  if (path === 'title') {
    if (op === 'remove') delete resource.title;
    else resource.title = value as string;
  } else if (path === 'name') {
    delete resource.name;
  } else if (path.startsWith('name.')) {
    const part = path.slice(5) as 'givenName' | 'familyName';
    const name = (resource.name ??= {});
    if (op === 'remove') delete name[part];
    else name[part] = value as string;
    if (Object.keys(name).length === 0) delete resource.name;
  } else if (path === 'emails.value') {
    for (const email of resource.emails ?? []) delete email.value;
  } else if (of !== undefined && sub !== undefined) {
    const emails = (resource.emails ??= []);
    const found = emails.filter((email) => email.type === of);
    for (const email of found) email.value = value as string;
    if (found.length === 0) emails.push({ type: of, value: value as string });
  } else if (of !== undefined) {
    resource.emails = (resource.emails ?? []).filter((email) => email.type !== of);
  } else {
    const kept = op === 'add' ? (resource.emails ?? []) : [];
    for (const email of op === 'remove' ? [] : (value as Element[])) {
      if (!kept.some((other) => other.type === email.type && other.value === email.value)) kept.push({ ...email });
    }
    resource.emails = kept;
  }
  if (resource.emails?.length === 0) delete resource.emails;
  return resource;
}
