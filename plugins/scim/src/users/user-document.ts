import { isList, isObject, isUnassigned, type Json, type JsonObject, storable, valueIn } from '../protocol/json.js';
import { attributeNamed, canonical } from '../protocol/schemas.js';
import { invalidSyntax, invalidValue, quoted } from '../scim-errors.js';

/** What a directory says of a person. */
export interface UserDocument {
  readonly userName: string;
  readonly externalId: string | undefined;
  readonly active: boolean;
  /** Everything else, whether Sextant uses it or not. */
  readonly attributes: JsonObject;
}

const MAX_NAME = 500;
const MAX_SIZE = 64 * 1024;
const MAX_ADDRESSES = 50;
/** Set by Sextant, kept elsewhere, or taken from nobody. */
const NOT_KEPT: ReadonlySet<string> = new Set(['schemas', 'id', 'meta', 'groups', 'password', 'userName', 'externalId', 'active']);
const ADDRESS = /^[^\s@<>"\\]{1,64}@[^\s@<>"\\]{1,190}$/;

/** @param options.active what holds where nothing is said of it. @throws SEXTANT_SCIM_SYNTAX, SEXTANT_SCIM_VALUE. */
export function readUser(body: unknown, { azure, active }: { readonly azure: boolean; readonly active: boolean }): UserDocument {
  if (!isObject(body)) throw invalidSyntax('A user is an object.');
  const given = canonical(storable(body) as JsonObject);
  const attributes = Object.fromEntries(
    Object.entries(given)
      .filter(([name, value]) => !NOT_KEPT.has(name) && !isUnassigned(value))
      .map(([name, value]) => [name, fitting(name, value)]),
  );
  if (JSON.stringify(attributes).length > MAX_SIZE) throw invalidValue(`The attributes of a user may take ${MAX_SIZE / 1024} KiB.`);
  return {
    userName: shortText('userName', given['userName']) ?? missing('userName'),
    externalId: shortText('externalId', given['externalId']),
    active: truth('active', given['active'], azure) ?? active,
    attributes,
  };
}

/** The document as the resource that patches change. */
export const resourceOf = ({ userName, externalId, active, attributes }: UserDocument): JsonObject => ({
  userName,
  ...(externalId === undefined ? {} : { externalId }),
  active,
  ...attributes,
});

/** The addresses, the primary one first: the one that is said to be, else the first at work, else the first. @throws SEXTANT_SCIM_VALUE. */
export function addressesOf({ attributes }: UserDocument): readonly string[] {
  const emails = (attributes['emails'] ?? []) as readonly Json[];
  const rank = (email: Json): number =>
    isObject(email) && valueIn(email, 'primary') === true ? 0 : isObject(email) && valueIn(email, 'type') === 'work' ? 1 : 2;
  const found = emails
    .map((email) => ({ rank: rank(email), address: isObject(email) ? valueIn(email, 'value') : email }))
    .filter(({ address }) => !isUnassigned(address) && address !== '')
    .sort((a, b) => a.rank - b.rank);
  if (found.length > MAX_ADDRESSES) throw invalidValue(`A user has at most ${MAX_ADDRESSES} addresses.`);
  const addresses = found.map(({ address }) => {
    if (typeof address !== 'string' || !ADDRESS.test(address))
      throw invalidValue('An address is malformed.', 'Give one such as ada@example.com.');
    return address;
  });
  return addresses.filter((address, at) => addresses.findIndex((other) => other.toLowerCase() === address.toLowerCase()) === at);
}

export function displayNameOf({ attributes }: UserDocument): string | undefined {
  const name = isObject(attributes['name']) ? attributes['name'] : {};
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value.trim() : '');
  const parts = [text(valueIn(name, 'givenName')), text(valueIn(name, 'familyName'))].filter((part) => part !== '').join(' ');
  return text(attributes['displayName']) || text(valueIn(name, 'formatted')) || parts || undefined;
}

export function pictureOf({ attributes }: UserDocument): string | undefined {
  const [first] = isList(attributes['photos']) ? attributes['photos'] : [];
  const url = isObject(first) ? valueIn(first, 'value') : first;
  return typeof url === 'string' ? url : undefined;
}

/** The value in the form that the schema gives to it. What no schema knows may be anything. */
function fitting(name: string, value: Json): Json {
  const known = attributeNamed(name);
  if (!known) return value;
  if (known.multiValued) return isList(value) ? value : [value];
  if (known.type === 'complex' ? !isObject(value) : typeof value !== 'string')
    throw invalidValue(`The attribute ${quoted(name)} is ${known.type === 'complex' ? 'an object' : 'a text'}.`);
  return value;
}

export function shortText(name: string, value: Json | undefined): string | undefined {
  if (isUnassigned(value) || value === '') return undefined;
  if (typeof value !== 'string' || value.length > MAX_NAME)
    throw invalidValue(`The attribute "${name}" is a text of at most ${MAX_NAME} characters.`);
  return value;
}

export function missing(name: string): never {
  throw invalidValue(`The attribute "${name}" is missing.`);
}

function truth(name: string, value: Json | undefined, azure: boolean): boolean | undefined {
  if (isUnassigned(value)) return undefined;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (azure && (text === 'true' || text === 'false')) return text === 'true';
  throw invalidValue(
    `The attribute "${name}" is true or false.`,
    text === 'true' || text === 'false' ? 'For Entra ID, set scim.identityProvider to "Azure AD".' : undefined,
  );
}
