import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADirectory } from './testing/a-directory.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const encoded = (filter: string): string => encodeURIComponent(filter);
let directory: ADirectory;
beforeAll(async () => {
  directory = await ADirectory.start({
    identityProvider: 'Azure AD',
    groups: [{ group: 'Entra Engineers', source: 'scim', roles: ['Entra'] }],
  });
  await directory.graphql('mutation{createRole(name:"Entra",permissions:[]){id}}');
});

/** The shapes that Entra ID's provisioning service sends, in its order. */
describe('Entra ID', () => {
  it('tests the connection by asking for somebody who is not there', async () => {
    const { status, body } = await directory.ask('GET', `Users?filter=${encoded('userName eq "non-existent-user"')}`);
    expect([status, body]).toEqual([
      200,
      { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
    ]);
    expect((await directory.ask('GET', 'Users/5171a35d82074e068ce2')).status).toBe(404);
  });

  it('provisions, finds, changes, disables, enables and deletes a user', async () => {
    const { id } = await directory.made('Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
      externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
      userName: 'Test_User_ab6490ee',
      active: true,
      displayName: 'Test User',
      emails: [{ primary: true, type: 'work', value: 'test.user@example.com' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
      roles: [],
    });
    expect(await directory.matching('userName eq "test_user_AB6490EE"')).toEqual(['Test_User_ab6490ee']);
    expect(await directory.matching('externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')).toEqual(['Test_User_ab6490ee']);
    expect(await directory.matching('emails[type eq "work"].value eq "TEST.user@example.com"')).toEqual(['Test_User_ab6490ee']);

    const changed = await directory.ask('PATCH', `Users/${id}`, {
      schemas: [PATCH],
      Operations: [
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@example.com' },
        { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Sales' },
        { op: 'Add', path: `${ENTERPRISE}:manager`, value: '2819c223-7f76-453a-919d-413861904646' },
      ],
    });
    expect(changed.body).toMatchObject({
      emails: [{ primary: true, type: 'work', value: 'updated@example.com' }],
      name: { familyName: 'updatedFamilyName', givenName: 'givenName' },
      phoneNumbers: [{ type: 'mobile', value: '+1 555 0100' }],
      [ENTERPRISE]: { department: 'Sales', manager: { value: '2819c223-7f76-453a-919d-413861904646' } },
    });
    expect(await directory.account('Test_User_ab6490ee')).toMatchObject({
      emails: [{ email: 'updated@example.com', verified: true, isPrimary: true }],
    });

    const renamed = await directory.patch(`Users/${id}`, { op: 'Replace', path: 'userName', value: '5b50642d@example.com' });
    expect(at(renamed.body, 'userName')).toBe('5b50642d@example.com');
    expect(await directory.account('5b50642d')).toMatchObject({ username: '5b50642d' });

    expect(at((await directory.patch(`Users/${id}`, { op: 'Replace', path: 'active', value: 'False' })).body, 'active')).toBe(false);
    expect(await directory.account('5b50642d')).toBeNull();
    expect(at((await directory.patch(`Users/${id}`, { op: 'Replace', value: { active: 'True' } })).body, 'active')).toBe(true);
    expect(await directory.account('5b50642d')).toMatchObject({ username: '5b50642d' });
    expect((await directory.ask('DELETE', `Users/${id}`)).status).toBe(204);
  });

  it('adds an address that it replaces, and writes paths as names of attributes', async () => {
    const { id } = await directory.made('Users', { userName: 'bare', active: 'True' });
    const { status, body } = await directory.patch(`Users/${id}`, {
      op: 'Add',
      value: {
        'emails[type eq "work"].value': 'bare@example.com',
        'name.givenName': 'Bare',
        [`${ENTERPRISE}:employeeNumber`]: '17',
        [ENTERPRISE]: { division: 'West' },
      },
    });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        emails: [{ type: 'work', value: 'bare@example.com' }],
        name: { givenName: 'Bare' },
        [ENTERPRISE]: { employeeNumber: '17', division: 'West' },
      }),
    ]);
    const replaced = await directory.patch(`Users/${id}`, { op: 'Replace', path: 'addresses[type eq "work"].locality', value: 'Berlin' });
    expect(at(replaced.body, 'addresses')).toEqual([{ type: 'work', locality: 'Berlin' }]);
    const roles = await directory.patch(`Users/${id}`, { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Lead' });
    expect(at(roles.body, 'roles')).toEqual([{ primary: true, value: 'Lead' }]);
  });

  it('provisions a group, its members and what they are given', async () => {
    const { id: member } = await directory.made('Users', { userName: 'entra-member' });
    const roles = async (): Promise<unknown> =>
      at(await directory.graphql('{user(username:"entra-member"){roles{nodes{name}}}}'), 'user.roles.nodes.*.name');
    const group = await directory.made('Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group', 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
      displayName: 'Entra Engineers',
      meta: { resourceType: 'Group' },
    });
    const found = await directory.ask('GET', `Groups?excludedAttributes=members&filter=${encoded('displayName eq "Entra Engineers"')}`);
    expect(at(found.body, 'Resources.*.id')).toEqual([group.id]);
    expect(
      (await directory.patch(`Groups/${group.id}`, { op: 'Add', path: 'members', value: [{ $ref: null, value: member }] })).status,
    ).toBe(204);
    expect(await roles()).toContain('Entra');
    const still = await directory.ask('GET', `Groups?filter=${encoded(`id eq "${group.id}" and members eq "${member}"`)}`);
    expect(at(still.body, 'totalResults')).toBe(1);
    expect(
      (await directory.patch(`Groups/${group.id}`, { op: 'Remove', path: 'members', value: [{ $ref: null, value: member }] })).status,
    ).toBe(204);
    expect(await roles()).not.toContain('Entra');
    const renamed = await directory.patch(`Groups/${group.id}`, { op: 'Replace', path: 'displayName', value: 'Entra People' });
    expect(renamed.status).toBe(204);
    expect(at((await directory.ask('GET', `Groups/${group.id}?excludedAttributes=members`)).body, 'displayName')).toBe('Entra People');
    expect((await directory.ask('DELETE', `Groups/${group.id}`)).status).toBe(204);
  });
});
