import { textAt } from '@sextant/sdk/testing';
import { beforeAll, expect, it } from 'vitest';
import { ASite } from './testing/a-site.js';

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: TypeRef | null;
}
interface Argument {
  readonly name: string;
  readonly type: TypeRef;
}
interface NamedType {
  readonly name: string;
  readonly inputFields: readonly Argument[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
  readonly fields: readonly { readonly name: string; readonly args: readonly Argument[]; readonly type: TypeRef }[] | null;
}

const REF = 'kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
const SCHEMA = `{ __schema { types { name enumValues { name } inputFields { name type { ${REF} } }
  fields { name type { ${REF} } args { name type { ${REF} } } } } } }`;
let site: ASite;
let types: ReadonlyMap<string, NamedType>;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] });
  const { data } = await site.ask(SCHEMA);
  types = new Map((data as { __schema: { types: NamedType[] } }).__schema.types.map((type) => [type.name, type]));
});

/** Some value of the type. */
function literal(type: TypeRef): string {
  if (type.kind === 'NON_NULL') return literal(type.ofType as TypeRef);
  if (type.kind === 'LIST') return '[]';
  const named = types.get(type.name ?? '');
  if (type.kind === 'ENUM') return named?.enumValues?.[0]?.name ?? '';
  if (type.kind === 'INPUT_OBJECT') return `{ ${given(named?.inputFields ?? [])} }`;
  return type.name === 'Int' ? '1' : type.name === 'Boolean' ? 'true' : '"x"';
}

const given = (all: readonly Argument[]): string =>
  all
    .filter(({ type }) => type.kind === 'NON_NULL')
    .map(({ name, type }) => `${name}: ${literal(type)}`)
    .join(', ');

const isLeaf = (type: TypeRef): boolean => (type.ofType ? isLeaf(type.ofType) : type.kind === 'SCALAR' || type.kind === 'ENUM');

it('A token that only reads changes nothing: every mutation names the scope that it lacks', async () => {
  const person = await site.people.createUser('reader');
  const { token } = await site.people.createToken(person, { scopes: ['externalapi:read'] });
  expect(textAt((await site.ask('{ currentUser { username } }', {}, token)).data, 'currentUser.username')).toBe('reader');
  const mutations = types.get('Mutation')?.fields ?? [];
  expect(mutations.length).toBeGreaterThan(30);
  for (const { name, args, type } of mutations) {
    const wanted = given(args);
    const query = `mutation { ${name}${wanted === '' ? '' : `(${wanted})`} ${isLeaf(type) ? '' : '{ __typename }'} }`;
    const { codes, messages } = await site.ask(query, {}, token);
    expect(codes, query).toEqual(['SEXTANT_AUTH_SCOPE_REQUIRED']);
    expect(messages[0]).toContain('externalapi:write');
  }
});

it('A token that writes neither administers nor decides who can sign in', async () => {
  const person = await site.people.createUser('writer');
  const { token } = await site.people.createToken(person, { scopes: ['externalapi:write'] });
  const asked = async (query: string) => (await site.ask(query, {}, token)).codes;
  expect(await asked('mutation { createOrganization(name: "of-writer") { id } }')).toEqual([]);
  expect(await asked('mutation { createPassword(newPassword: "a long enough password") { alwaysNil } }')).toEqual([
    'SEXTANT_AUTH_SESSION_REQUIRED',
  ]);
  expect(await asked('mutation { createUser(username: "x") { user { id } } }')).toEqual(['SEXTANT_AUTH_SCOPE_REQUIRED']);
});
