import { encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DirectoryGroups, directoryGroups, type GroupRule, type UserGroups, userGroups } from '../api.js';
import manifest from '../manifest.js';
import { Administration, answers, codeOf } from '../testing/administration.js';

const CONFIGURED = [
  { group: 'gardeners', roles: ['Diggers'], organizations: ['garden'] },
  { group: 'gardeners', source: 'scim', teams: ['scim-gardeners'] },
  { group: 'chiefs', siteAdmin: true },
];

let kernel: TestKernel;
let groups: UserGroups;
let directory: DirectoryGroups;
const admin = new Administration(() => kernel);
const graphql = answers(() => kernel);
const numberOf = (nodeId: string): number => Number(Buffer.from(nodeId, 'base64').toString().split(':')[1]);

interface Standing {
  readonly roles: readonly string[];
  readonly teams: readonly string[];
  readonly organizations: readonly string[];
  readonly siteAdmin: boolean;
}
const standing = async (id: number): Promise<Standing> => {
  const user = at(
    await graphql(
      'query($i:ID!){node(id:$i){... on User{siteAdmin roles{nodes{name system}} teams{nodes{name}} organizations{nodes{name}}}}}',
      {
        i: encodeNodeId('User', id),
      },
    ),
    'node',
  ) as {
    siteAdmin: boolean;
    roles: { nodes: { name: string; system: boolean }[] };
    teams: { nodes: { name: string }[] };
    organizations: { nodes: { name: string }[] };
  };
  const names = (nodes: readonly { readonly name: string }[]): string[] => nodes.map(({ name }) => name).sort();
  return {
    roles: names(user.roles.nodes.filter(({ system }) => !system)),
    teams: names(user.teams.nodes),
    organizations: names(user.organizations.nodes),
    siteAdmin: user.siteAdmin,
  };
};
const NOTHING: Standing = { roles: [], teams: [], organizations: [], siteAdmin: false };

beforeAll(async () => {
  kernel = await startTestKernel({
    plugins: [manifest],
    config: { plugins: { identity: { localAdmin: 'Local Admin', groups: CONFIGURED } } },
  });
  groups = kernel.service(userGroups, 'identity');
  directory = kernel.service(directoryGroups, 'identity');
  for (const [field, names] of Object.entries({ createOrganization: ['garden', 'field'], createTeam: ['scim-gardeners', 'north'] }))
    for (const name of names) await graphql(`mutation($n:String!){${field}(name:$n){id}}`, { n: name });
  for (const name of ['Diggers', 'Waterers']) await graphql('mutation($n:String!){createRole(name:$n,permissions:[]){id}}', { n: name });
});

describe('groups', () => {
  it('give roles, teams and organisations, and take them again when they go', async () => {
    const ada = await admin.aPerson();
    const id = numberOf(ada.id);
    await groups.set(id, 'provider:okta', ['gardeners', 'unknown', 'Gardeners']);
    expect(await standing(id)).toEqual({ ...NOTHING, roles: ['Diggers'], organizations: ['garden'] });
    await groups.set(id, 'provider:other', ['gardeners']);
    await groups.set(id, 'provider:okta', []);
    expect(await standing(id)).toEqual({ ...NOTHING, roles: ['Diggers'], organizations: ['garden'] });
    await groups.set(id, 'provider:other', []);
    expect(await standing(id)).toEqual(NOTHING);
  });

  it('leave what a person gave, and a person leaves what they give', async () => {
    const ada = await admin.aPerson();
    const id = numberOf(ada.id);
    const organization = at(await graphql('{organization(name:"garden"){id}}'), 'organization.id');
    const add = 'mutation($o:ID!,$u:String!){addUserToOrganization(organization:$o,username:$u){alwaysNil}}';
    const remove = 'mutation($o:ID!,$u:ID!){removeUserFromOrg(orgID:$o,userID:$u){alwaysNil}}';
    await graphql(add, { o: organization, u: ada.username });
    await groups.set(id, 'provider:okta', ['gardeners']);
    expect(await codeOf(graphql(remove, { o: organization, u: ada.id }))).toBe('SEXTANT_MEMBERSHIP_BY_GROUP');
    await groups.set(id, 'provider:okta', []);
    expect(await standing(id)).toEqual({ ...NOTHING, organizations: ['garden'] });
    await graphql(remove, { o: organization, u: ada.id });
    expect(await standing(id)).toEqual(NOTHING);
  });

  it('make site admins, who keep the rights that a person gave, and never leave the site without one (row 24)', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const setAdmin = (user: string, siteAdmin: boolean): Promise<unknown> =>
      graphql('mutation($u:ID!,$s:Boolean!){setUserIsSiteAdmin(userID:$u,siteAdmin:$s){alwaysNil}}', { u: user, s: siteAdmin });
    await groups.set(numberOf(ada.id), 'provider:okta', ['chiefs']);
    expect(await standing(numberOf(ada.id))).toMatchObject({ siteAdmin: true });
    expect(await codeOf(setAdmin(ada.id, false))).toBe('SEXTANT_MEMBERSHIP_BY_GROUP');
    await groups.set(numberOf(ada.id), 'provider:okta', []);
    expect(await standing(numberOf(ada.id))).toMatchObject({ siteAdmin: false });
    await setAdmin(eve.id, true);
    await groups.set(numberOf(eve.id), 'provider:okta', ['chiefs']);
    await groups.set(numberOf(eve.id), 'provider:okta', []);
    expect(await standing(numberOf(eve.id))).toMatchObject({ siteAdmin: true });
    await setAdmin(eve.id, false);
  });

  it('give by the rules of their source, soon after those change, and nothing once it is forgotten', async () => {
    const ada = await admin.aPerson();
    const id = numberOf(ada.id);
    await groups.set(id, 'provider:git', ['all']);
    await groups.setRules('provider:git', [{ group: 'all', teams: ['north'], organizations: ['field', 'nobodys'] }]);
    await kernel.jobs.drain();
    expect(await standing(id)).toEqual({ ...NOTHING, teams: ['north'], organizations: ['field'] });
    await groups.setRules('provider:git', [{ group: 'all', organizations: ['field', 'nobodys'] }]);
    await kernel.jobs.drain();
    expect(await standing(id)).toEqual({ ...NOTHING, organizations: ['field'] });
    await graphql('mutation{createOrganization(name:"Nobodys"){id}}');
    await kernel.jobs.drain();
    expect(await standing(id)).toEqual({ ...NOTHING, organizations: ['Nobodys', 'field'] });
    await groups.forget('provider:git');
    await kernel.jobs.drain();
    expect(await standing(id)).toEqual(NOTHING);
  });

  it('give nothing to who is deleted', async () => {
    const ada = await admin.aPerson();
    const id = numberOf(ada.id);
    await groups.set(id, 'provider:okta', ['gardeners', 'chiefs']);
    await graphql('mutation($u:ID!){deleteUser(user:$u){alwaysNil}}', { u: ada.id });
    await groups.set(id, 'provider:okta', ['gardeners', 'chiefs']);
    await groups.set(987_654, 'provider:okta', ['chiefs']);
    expect(
      at(await graphql('{organization(name:"garden"){members{nodes{username}}}}'), 'organization.members.nodes.*.username'),
    ).not.toContain(ada.username);
  });

  it.each(['', 'scim', 'Provider:x', 'provider:a b', 'x\u0000'])('of the source %j are refused', async (source) => {
    expect(await codeOf(groups.set(1, source, []))).toBe('SEXTANT_GROUP_INVALID');
  });
});

describe('groups of a directory', () => {
  it('have members, whom what they give follows, through renaming and deletion', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const [adaId, eveId] = [numberOf(ada.id), numberOf(eve.id)];
    const group = await directory.create({ name: 'gardeners', externalId: 'x-1', memberIds: [adaId, 987_654] });
    const given = { ...NOTHING, roles: ['Diggers'], organizations: ['garden'], teams: ['scim-gardeners'] };
    expect(await standing(adaId)).toEqual(given);
    expect((await directory.members([group.id])).get(group.id)).toEqual([adaId]);
    await directory.setMembers(group.id, [eveId]);
    expect([await standing(adaId), await standing(eveId)]).toEqual([NOTHING, given]);
    await directory.changeMembers(group.id, { add: [adaId], remove: [eveId] });
    expect([await standing(adaId), await standing(eveId)]).toEqual([given, NOTHING]);
    expect(await directory.update(group.id, { name: 'weeders' })).toMatchObject({ id: group.id, name: 'weeders', externalId: 'x-1' });
    expect(await standing(adaId)).toEqual(NOTHING);
    await directory.update(group.id, { name: 'gardeners', externalId: null });
    expect(await standing(adaId)).toEqual(given);
    expect((await directory.ofUsers([adaId])).get(adaId)).toMatchObject([{ name: 'gardeners', externalId: undefined }]);
    await directory.delete(group.id);
    expect(await standing(adaId)).toEqual(NOTHING);
    expect(await codeOf(directory.delete(group.id))).toBe('SEXTANT_GROUP_NOT_FOUND');
  });

  it('have sound names of their own, and are found by them and by the directory’s ids', async () => {
    const group = await directory.create({ name: 'Unique', externalId: 'ext-9' });
    const other = await directory.create({ name: 'Other' });
    expect(await codeOf(directory.create({ name: 'unique' }))).toBe('SEXTANT_GROUP_NAME_TAKEN');
    expect(await codeOf(directory.update(other.id, { name: 'UNIQUE' }))).toBe('SEXTANT_GROUP_NAME_TAKEN');
    expect(await codeOf(directory.create({ name: '  ' }))).toBe('SEXTANT_GROUP_INVALID');
    expect(await directory.byName('UNIQUE')).toEqual(group);
    expect(await directory.byExternalId('ext-9')).toEqual(group);
    expect((await directory.list({ limit: 1, afterId: group.id })).map(({ name }) => name)).toEqual(['Other']);
    expect((await directory.list({ limit: 5, offset: (await directory.count()) - 1 })).map(({ name }) => name)).toEqual(['Other']);
  });

  it('have the members of the last word when two speak at once', async () => {
    const people = [await admin.aPerson(), await admin.aPerson(), await admin.aPerson()].map(({ id }) => numberOf(id));
    const group = await directory.create({ name: 'raced' });
    const wanted = people.map((id) => [id]);
    await Promise.all(wanted.map((ids) => directory.setMembers(group.id, ids)));
    expect(wanted).toContainEqual((await directory.members([group.id])).get(group.id));
  });
});

/** What stands after any sequence of changes, worked out anew from all that was said last. */
describe('any sequence of changes', () => {
  const NAMES = { organizations: ['garden', 'field'], teams: ['scim-gardeners', 'north'], roles: ['Diggers', 'Waterers'] } as const;
  const SOURCES = ['provider:p', 'provider:q'] as const;
  const GROUPS = ['gardeners', 'chiefs', 'g'] as const;
  type Step =
    | { readonly kind: 'told'; readonly source: string; readonly groups: readonly string[] }
    | { readonly kind: 'rules'; readonly source: string; readonly rules: readonly GroupRule[] }
    | { readonly kind: 'directory'; readonly member: boolean }
    | { readonly kind: 'hand'; readonly what: 'organizations' | 'roles'; readonly names: readonly string[] }
    | { readonly kind: 'forget'; readonly source: string };
  const rule = fc.record({
    group: fc.constantFrom(...GROUPS),
    organizations: fc.subarray([...NAMES.organizations]),
    teams: fc.subarray([...NAMES.teams]),
    roles: fc.subarray([...NAMES.roles]),
    siteAdmin: fc.boolean(),
  });
  const source = fc.constantFrom(...SOURCES);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant('told' as const), source, groups: fc.subarray([...GROUPS]) }),
    fc.record({ kind: fc.constant('rules' as const), source, rules: fc.array(rule, { maxLength: 2 }) }),
    fc.record({ kind: fc.constant('directory' as const), member: fc.boolean() }),
    fc.record({
      kind: fc.constant('hand' as const),
      what: fc.constant('organizations' as const),
      names: fc.subarray([...NAMES.organizations]),
    }),
    fc.record({ kind: fc.constant('hand' as const), what: fc.constant('roles' as const), names: fc.subarray([...NAMES.roles]) }),
    fc.record({ kind: fc.constant('forget' as const), source }),
  );

  /** Plain sets, no database: by hand ∪ whatever a rule gives for a group that is told. */
  const expected = (steps: readonly Step[]): Standing => {
    const told = new Map<string, readonly string[]>();
    const rules = new Map<string, readonly GroupRule[]>();
    const hand = { organizations: [] as readonly string[], roles: [] as readonly string[] };
    for (const one of steps) {
      if (one.kind === 'told') told.set(one.source, one.groups);
      else if (one.kind === 'rules') rules.set(one.source, one.rules);
      else if (one.kind === 'directory') told.set('scim', one.member ? ['gardeners'] : []);
      else if (one.kind === 'hand') hand[one.what] = one.names;
      else for (const map of [told, rules]) map.delete(one.source);
    }
    const matching = [...told].flatMap(([from, names]) =>
      [...CONFIGURED, ...(rules.get(from) ?? [])].filter(
        (one: GroupRule & { source?: string }) => names.includes(one.group) && (one.source ?? from) === from,
      ),
    ) as GroupRule[];
    const all = (key: 'organizations' | 'teams' | 'roles', own: readonly string[]): string[] =>
      [...new Set([...own, ...matching.flatMap((one) => one[key] ?? [])])].sort();
    return {
      roles: all('roles', hand.roles),
      teams: all('teams', []),
      organizations: all('organizations', hand.organizations),
      siteAdmin: matching.some((one) => one.siteAdmin === true),
    };
  };

  it('leaves what a person gave and what the groups of now give, and nothing else', async () => {
    const group = (await directory.byName('gardeners')) ?? (await directory.create({ name: 'gardeners' }));
    const organizationIds = new Map<string, unknown>();
    for (const name of NAMES.organizations)
      organizationIds.set(name, at(await graphql('query($n:String!){organization(name:$n){id}}', { n: name }), 'organization.id'));
    const roleIds = new Map(
      (at(await graphql('{roles{nodes{id name}}}'), 'roles.nodes') as { id: string; name: string }[]).map(({ id, name }) => [name, id]),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const one of SOURCES) await groups.forget(one);
        const person = await admin.aPerson();
        const id = numberOf(person.id);
        // What a person cannot take away while a group gives it is refused, and so was not said.
        const said: Step[] = [];
        for (const one of steps) {
          if (one.kind === 'told') await groups.set(id, one.source, one.groups);
          else if (one.kind === 'rules') await groups.setRules(one.source, one.rules);
          else if (one.kind === 'forget') await groups.forget(one.source);
          else if (one.kind === 'directory')
            await directory.changeMembers(group.id, one.member ? { add: [id], remove: [] } : { add: [], remove: [id] });
          else if (one.what === 'roles') await setRoles(person.id, one.names);
          else if (!(await setOrganizations(person, one.names, expected(said.filter(({ kind }) => kind !== 'hand')).organizations)))
            continue;
          if (one.kind === 'rules' || one.kind === 'forget') await kernel.jobs.drain();
          said.push(one);
          expect(await standing(id)).toEqual(expected(said));
        }
        await graphql('mutation($u:ID!){deleteUser(user:$u,hard:true){alwaysNil}}', { u: person.id });
      }),
      { numRuns: 15 },
    );
    async function setRoles(user: string, names: readonly string[]): Promise<void> {
      const administrator = (await standing(numberOf(user))).siteAdmin ? [roleIds.get('SITE_ADMINISTRATOR')] : [];
      await graphql('mutation($u:ID!,$r:[ID!]!){setRoles(user:$u,roles:$r){alwaysNil}}', {
        u: user,
        r: [...names.map((name) => roleIds.get(name)), ...administrator],
      });
    }
    async function setOrganizations(
      person: { readonly id: string; readonly username: string },
      names: readonly string[],
      given: readonly string[],
    ): Promise<boolean> {
      const { organizations } = await standing(numberOf(person.id));
      const superfluous = organizations.filter((present) => !names.includes(present));
      const remove = (name: string): Promise<unknown> =>
        graphql('mutation($o:ID!,$u:ID!){removeUserFromOrg(orgID:$o,userID:$u){alwaysNil}}', {
          o: organizationIds.get(name),
          u: person.id,
        });
      const kept = superfluous.find((name) => given.includes(name));
      if (kept !== undefined) {
        expect(await codeOf(remove(kept))).toBe('SEXTANT_MEMBERSHIP_BY_GROUP');
        return false;
      }
      for (const name of superfluous) await remove(name);
      for (const name of names)
        await graphql('mutation($o:ID!,$u:String!){addUserToOrganization(organization:$o,username:$u){alwaysNil}}', {
          o: organizationIds.get(name),
          u: person.username,
        });
      return true;
    }
  });
});
