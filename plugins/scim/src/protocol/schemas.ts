import type { AttributePath } from './attribute-path.js';
import type { JsonObject } from './json.js';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** One attribute, as RFC 7643, section 7, describes attributes. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex' | 'reference' | 'dateTime' | 'binary';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly';
  readonly returned: 'default' | 'always' | 'never' | 'request';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes?: readonly Attribute[];
}

export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

type Traits = Partial<Omit<Attribute, 'name' | 'description'>>;

const attribute = (name: string, description: string, traits: Traits = {}): Attribute => ({
  name,
  type: traits.subAttributes ? 'complex' : 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...traits,
});

const list = (name: string, description: string, more: readonly Attribute[] = []): Attribute =>
  attribute(name, description, {
    multiValued: true,
    subAttributes: [
      attribute('value', 'The value itself'),
      attribute('display', 'The value, as people read it'),
      attribute('type', 'What it is for, such as "work"'),
      attribute('primary', 'Whether it is the one of its kind that counts most', { type: 'boolean' }),
      ...more,
    ],
  });

const READ_ONLY = { mutability: 'readOnly' } as const;
const REFERENCE = { type: 'reference', caseExact: true } as const;

const COMMON: readonly Attribute[] = [
  attribute('id', 'The id that Sextant gave it', { caseExact: true, mutability: 'readOnly', returned: 'always', uniqueness: 'server' }),
  attribute('externalId', 'The id that the directory gave it', { caseExact: true }),
];

const userSchema: Schema = {
  id: USER,
  name: 'User',
  description: 'A person with an account',
  attributes: [
    attribute('userName', 'The name that the directory has for the person; the user name here is made of it', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('name', 'The parts of the name', {
      subAttributes: [
        attribute('formatted', 'The whole name'),
        ...['familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'].map((name) =>
          attribute(name, 'A part of the name'),
        ),
      ],
    }),
    attribute('displayName', 'The name that is shown'),
    attribute('nickName', 'How the person is called'),
    attribute('profileUrl', 'A page about the person', { type: 'reference' }),
    attribute('title', 'Such as "Vice President"'),
    attribute('userType', 'Such as "Employee"'),
    attribute('preferredLanguage', 'As in Accept-Language'),
    attribute('locale', 'Such as "en-GB"'),
    attribute('timezone', 'Such as "Europe/Berlin"'),
    attribute('active', 'Whether the person may come in. Without it the account is deleted; with it, it is brought back', {
      type: 'boolean',
    }),
    attribute('password', 'Taken from nobody, and never kept', { mutability: 'writeOnly', returned: 'never' }),
    list('emails', 'Addresses. They count as proved'),
    list('phoneNumbers', 'Telephone numbers'),
    list('ims', 'Addresses of messengers'),
    list('photos', 'Pictures; the first one is shown'),
    list(
      'addresses',
      'Postal addresses',
      ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'].map((name) => attribute(name, 'A part of the address')),
    ),
    attribute('groups', 'The groups of the person; changed at the groups', {
      multiValued: true,
      ...READ_ONLY,
      subAttributes: [
        attribute('value', 'The id of the group', { ...READ_ONLY, caseExact: true }),
        attribute('$ref', 'Where the group is', { ...REFERENCE, ...READ_ONLY }),
        attribute('display', 'The name of the group', READ_ONLY),
        attribute('type', '"direct"', READ_ONLY),
      ],
    }),
    list('entitlements', 'What the person is entitled to'),
    list('roles', 'Roles elsewhere. Those here are given by groups'),
    list('x509Certificates', 'Certificates'),
  ],
};

const enterpriseSchema: Schema = {
  id: ENTERPRISE,
  name: 'EnterpriseUser',
  description: 'What companies say of people. Kept and given back',
  attributes: [
    ...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((name) => attribute(name, 'As the directory says')),
    attribute('manager', "The person's manager", {
      subAttributes: [
        attribute('value', 'The id of the manager', { caseExact: true }),
        attribute('$ref', 'Where the manager is', REFERENCE),
        attribute('displayName', 'The name of the manager'),
      ],
    }),
  ],
};

const groupSchema: Schema = {
  id: GROUP,
  name: 'Group',
  description: 'People, who have what the rules of the site give to the group',
  attributes: [
    attribute('displayName', 'The name, by which rules know the group', { required: true, uniqueness: 'server' }),
    attribute('members', 'The people in it', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'The id of the person', { caseExact: true, mutability: 'immutable' }),
        attribute('$ref', 'Where the person is', { ...REFERENCE, mutability: 'immutable' }),
        attribute('display', 'The name of the person', READ_ONLY),
        attribute('type', '"User"', { mutability: 'immutable' }),
      ],
    }),
  ],
};

export const schemas: readonly Schema[] = [userSchema, groupSchema, enterpriseSchema];

const CORE: ReadonlySet<string> = new Set([USER, GROUP].map((id) => id.toLowerCase()));
const ALL: readonly Attribute[] = [...COMMON, ...schemas.flatMap(({ attributes }) => attributes)];
const BY_NAME: ReadonlyMap<string, Attribute> = new Map(ALL.map((one) => [one.name.toLowerCase(), one]));
/** Not of the schemas: see RFC 7643, 3.1. */
const EXACT_META: ReadonlySet<string> = new Set(['resourcetype', 'location', 'version']);

/** Attributes of these stand in the resource itself. */
export const isCoreSchema = (urn: string): boolean => CORE.has(urn.toLowerCase());

/** By name in any case; of all schemas, which share none but `displayName`. */
export const attributeNamed = (name: string): Attribute | undefined => BY_NAME.get(name.toLowerCase());

export function isCaseExact({ name, sub }: AttributePath): boolean {
  if (name.toLowerCase() === 'meta') return sub !== undefined && EXACT_META.has(sub.toLowerCase());
  const known = attributeNamed(name);
  const target = known?.subAttributes?.find((one) => one.name.toLowerCase() === (sub ?? 'value').toLowerCase()) ?? known;
  return target?.caseExact ?? false;
}

/** The attributes of a resource under the names that the schemas write. What no schema knows stays as it is. */
export function canonical(resource: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(resource).map(([key, value]) => {
      const urn = schemas.find(({ id }) => id.toLowerCase() === key.toLowerCase())?.id;
      return [urn ?? attributeNamed(key)?.name ?? key, value];
    }),
  );
}
