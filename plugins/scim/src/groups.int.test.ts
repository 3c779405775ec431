import { directoryGroups } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyGroup } from './groups/jobs.js';
import { ADirectory, aPerson } from './testing/a-directory.js';

let directory: ADirectory;
beforeAll(async () => {
  directory = await ADirectory.start({
    groups: [
      { group: 'Engineering', source: 'scim', roles: ['Engineers'], organizations: ['acme'], teams: ['builders'] },
      { group: 'Platform', source: 'scim', roles: ['Engineers'] },
      { group: 'Admins', source: 'scim', siteAdmin: true },
    ],
  });
  await directory.graphql('mutation{createRole(name:"Engineers",permissions:[]){id}}');
  await directory.graphql('mutation{createOrganization(name:"acme"){id}}');
  await directory.graphql('mutation{createTeam(name:"builders"){id}}');
});

/** What somebody has by groups. */
async function given(username: string): Promise<unknown> {
  const data = await directory.graphql(
    'query($u:String!){user(username:$u){siteAdmin roles{nodes{name system}} organizations{nodes{name}} teams{nodes{name}}}}',
    { u: username },
  );
  const roles = at(data, 'user.roles.nodes') as readonly { readonly name: string; readonly system: boolean }[];
  return {
    siteAdmin: at(data, 'user.siteAdmin'),
    roles: roles.filter(({ system }) => !system).map(({ name }) => name),
    organizations: at(data, 'user.organizations.nodes.*.name'),
    teams: at(data, 'user.teams.nodes.*.name'),
  };
}
const NOTHING = { siteAdmin: false, roles: [], organizations: [], teams: [] };
const ENGINEER = { siteAdmin: false, roles: ['Engineers'], organizations: ['acme'], teams: ['builders'] };
const person = async (userName: string): Promise<string> => (await directory.made('Users', aPerson({ userName }))).id;
const membersOf = async (id: string): Promise<unknown> => {
  const { body } = await directory.ask('GET', `Groups/${id}?attributes=members`);
  return at(body, 'members') === undefined ? [] : at(body, 'members.*.value');
};

describe('a group', () => {
  it('gives what the rules say to whoever is in it, from the answer on, and takes it with the membership', async () => {
    const [ada, eve] = [await person('g-ada'), await person('g-eve')];
    const group = await directory.made('Groups', { displayName: 'Engineering', externalId: 'eng', members: [{ value: ada }] });
    expect(group).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Engineering',
      externalId: 'eng',
      members: [{ value: ada, type: 'User', display: expect.stringContaining('Person'), $ref: expect.stringMatching(/^http.*\/Users\//) }],
      meta: { resourceType: 'Group', version: 'W/"1"' },
    });
    expect([await given('g-ada'), await given('g-eve')]).toEqual([ENGINEER, NOTHING]);
    const { status } = await directory.patch(
      `Groups/${group.id}`,
      { op: 'add', path: 'members', value: [{ value: eve }] },
      { op: 'remove', path: `members[value eq "${ada}"]` },
    );
    expect(status).toBe(204);
    expect([await given('g-ada'), await given('g-eve')]).toEqual([NOTHING, ENGINEER]);
    expect(at((await directory.ask('GET', `Users/${eve}`)).body, 'groups')).toEqual([
      { value: group.id, display: 'Engineering', type: 'direct', $ref: expect.stringContaining(`/Groups/${group.id}`) },
    ]);
    await directory.patch(`Groups/${group.id}`, { op: 'replace', value: { id: group.id, displayName: 'Something else' } });
    expect(await given('g-eve')).toEqual(NOTHING);
    await directory.patch(`Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'Engineering' });
    expect(await given('g-eve')).toEqual(ENGINEER);
    expect((await directory.ask('DELETE', `Groups/${group.id}`)).status).toBe(204);
    expect(await given('g-eve')).toEqual(NOTHING);
    expect((await directory.ask('GET', `Groups/${group.id}`)).status).toBe(404);
  });

  it('makes and unmakes site admins', async () => {
    const id = await person('g-root');
    const group = await directory.made('Groups', { displayName: 'Admins', members: [{ value: id }] });
    expect(await given('g-root')).toEqual({ ...NOTHING, siteAdmin: true });
    await directory.ask('PUT', `Groups/${group.id}`, { displayName: 'Admins', members: [] });
    expect(await given('g-root')).toEqual(NOTHING);
  });

  it('keeps people whose accounts end, and gives again when they come back', async () => {
    const id = await person('g-leaver');
    const group = await directory.made('Groups', { displayName: 'Platform', members: [{ value: id }] });
    await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect(await membersOf(group.id)).toEqual([id]);
    await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: true });
    expect(await given('g-leaver')).toEqual({ ...NOTHING, roles: ['Engineers'] });
    await directory.ask('DELETE', `Users/${id}`);
    expect(await membersOf(group.id)).toEqual([]);
  });

  it('has one name, in any case of letters, also when several ask for it at once', async () => {
    const answers = await Promise.all(
      ['Raced', 'raced', 'RACED', 'raceD'].map((displayName) => directory.ask('POST', 'Groups', { displayName })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const other = await directory.made('Groups', { displayName: 'Other' });
    const taken = await directory.patch(`Groups/${other.id}`, { op: 'replace', path: 'displayName', value: 'RACED' });
    expect([taken.status, at(taken.body, 'scimType')]).toEqual([409, 'uniqueness']);
  });

  it('is made of users that there are', async () => {
    const { id } = await directory.made('Groups', { displayName: 'Whole' });
    const known = await person('g-known');
    for (const member of ['nobody', '00000000-0000-4000-8000-000000000000']) {
      const { status, body } = await directory.patch(`Groups/${id}`, {
        op: 'add',
        path: 'members',
        value: [{ value: known }, { value: member }],
      });
      expect([status, at(body, 'scimType'), at(body, 'detail')]).toEqual([400, 'invalidValue', expect.stringContaining(member)]);
    }
    const group = await directory.patch(`Groups/${id}`, { op: 'add', path: 'members', value: [{ value: known, type: 'Group' }] });
    expect(group.status).toBe(400);
    expect(await membersOf(id)).toEqual([]);
  });

  it('is found by its names and by who is in it', async () => {
    const member = await person('g-found');
    const { id } = await directory.made('Groups', { displayName: 'Found', externalId: 'Found-1', members: [{ value: member }] });
    const found = async (filter: string, more = ''): Promise<unknown> =>
      at((await directory.ask('GET', `Groups?filter=${encodeURIComponent(filter)}${more}`)).body, 'Resources.*.id');
    for (const filter of [
      'displayName eq "FOUND"',
      'externalId eq "Found-1"',
      `members.value eq "${member}"`,
      `members eq "${member}" and displayName sw "f"`,
      `members[value eq "${member}"]`,
      `id eq "${id}"`,
      'displayName co "oun" and not (externalId eq "x")',
    ]) {
      expect(await found(filter)).toEqual([id]);
    }
    expect(await found('externalId eq "found-1"')).toEqual([]);
    const { body } = await directory.ask('GET', `Groups?filter=${encodeURIComponent('displayName eq "found"')}&excludedAttributes=members`);
    expect(at(body, 'Resources.0')).not.toHaveProperty('members');
    expect(at((await directory.ask('GET', `Groups/${id}?attributes=members.value`)).body, 'members')).toEqual([{ value: member }]);
  });

  it('of thousands is changed one by one and read in pages', async () => {
    const db = directory.kernel.service(core.storage, 'scim');
    await db.query(
      `insert into users (id, user_name, folded_name, attributes, created_at, updated_at)
       select gen_random_uuid(), 'bulk-' || n, 'bulk-' || n, '{}', now(), now() from generate_series(1, 3000) as n`,
    );
    const ids = (await db.query<{ id: string }>(`select id from users where user_name like 'bulk-%' order by id`)).map(({ id }) => id);
    const { id } = await directory.made('Groups', { displayName: 'Everybody', members: ids.map((value) => ({ value })) });
    expect(await membersOf(id)).toEqual(ids);
    await directory.patch(`Groups/${id}`, { op: 'Remove', path: 'members', value: ids.slice(0, 1999).map((value) => ({ value })) });
    expect(await membersOf(id)).toEqual(ids.slice(1999));
    await directory.patch(`Groups/${id}`, { op: 'remove', path: 'members[display sw "bulk-"]' });
    expect(await membersOf(id)).toEqual([]);
    await db.query(`delete from users where user_name like 'bulk-%'`);
  });

  it('is mended when a request broke off between the two plugins', async () => {
    const member = await person('g-mended');
    const { id } = await directory.made('Groups', { displayName: 'Mended', members: [{ value: member }] });
    const groups = directory.kernel.service(directoryGroups);
    const made = (await groups.byName('Mended'))!;
    await groups.setMembers(made.id, []);
    await groups.update(made.id, { name: 'Astray' });
    await directory.kernel.jobs.enqueue(applyGroup, { id });
    await directory.kernel.jobs.waitFor(applyGroup, 'completed');
    expect(await groups.byName('Mended')).toMatchObject({ id: made.id });
    expect((await groups.members([made.id])).get(made.id)).toHaveLength(1);
    await groups.delete(made.id);
    await directory.patch(`Groups/${id}`, { op: 'replace', path: 'externalId', value: 'again' });
    expect(await groups.byName('Mended')).toMatchObject({ externalId: 'again' });
  });
});
