import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADirectory } from './testing/a-directory.js';

const encoded = (filter: string): string => encodeURIComponent(filter);
let directory: ADirectory;
beforeAll(async () => {
  directory = await ADirectory.start({ groups: [{ group: 'Okta Engineers', source: 'scim', roles: ['Okta'] }] });
  await directory.graphql('mutation{createRole(name:"Okta",permissions:[]){id}}');
});

/** The shapes that Okta's provisioning sends, in its order. */
describe('Okta', () => {
  it('looks whether the server keeps to the protocol', async () => {
    const list = await directory.ask('GET', 'Users?count=1&startIndex=1');
    expect(list.body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], startIndex: 1 });
    expect(at((await directory.ask('GET', `Users?filter=${encoded('userName eq "nobody@example.com"')}`)).body, 'totalResults')).toBe(0);
    const missing = await directory.ask('GET', 'Users/00919288221112222');
    expect(missing.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '404',
      detail: expect.any(String),
    });
    for (const path of [
      'ServiceProviderConfig',
      'ResourceTypes',
      'Schemas',
      'ResourceTypes/Group',
      'Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
    ]) {
      expect([path, (await directory.ask('GET', path)).status]).toEqual([path, 200]);
    }
  });

  it('provisions a user, replaces it, deactivates it, and finds it again', async () => {
    const user = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'okta.user@example.com',
      name: { givenName: 'Okta', familyName: 'User' },
      emails: [{ primary: true, value: 'okta.user@example.com', type: 'work' }],
      displayName: 'Okta User',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      groups: [],
      password: '1mz050nq-canary',
      active: true,
    };
    const { id, password } = await directory.made('Users', user);
    expect(password).toBeUndefined();
    const again = await directory.ask('POST', 'Users', user);
    expect([again.status, at(again.body, 'scimType')]).toEqual([409, 'uniqueness']);
    const read = (await directory.ask('GET', `Users/${id}`)).body as object;
    const put = await directory.ask('PUT', `Users/${id}`, {
      ...read,
      name: { givenName: 'Another', familyName: 'User' },
      displayName: null,
    });
    expect(put.body).toMatchObject({ id, name: { givenName: 'Another' }, active: true });
    expect(await directory.account('okta.user')).toMatchObject({ displayName: 'Another User' });
    const off = await directory.patch(`Users/${id}`, { op: 'replace', value: { active: false } });
    expect([off.status, at(off.body, 'active')]).toEqual([200, false]);
    expect(await directory.account('okta.user')).toBeNull();
    expect(
      at(
        (await directory.ask('GET', `Users?filter=${encoded('userName eq "okta.user@example.com"')}&startIndex=1&count=100`)).body,
        'Resources.*.id',
      ),
    ).toEqual([id]);
    const on = await directory.ask('PUT', `Users/${id}`, { ...read, active: true });
    expect(at(on.body, 'active')).toBe(true);
    expect(await directory.account('okta.user')).toMatchObject({ username: 'okta.user' });
  });

  it('pushes a group with its members, changes them and renames it', async () => {
    const members = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => ({
        value: (await directory.made('Users', { userName: `okta-${name}` })).id,
        display: `okta-${name}`,
      })),
    );
    const [one, two, three] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]];
    const holders = async (): Promise<unknown> => {
      const data = await directory.graphql('{users(query:"okta-"){nodes{username roles{nodes{name}}}}}');
      const nodes = at(data, 'users.nodes') as readonly { readonly username: string; readonly roles: unknown }[];
      return nodes
        .filter((node) => (at(node, 'roles.nodes.*.name') as string[]).includes('Okta'))
        .map(({ username }) => username)
        .sort();
    };
    const group = await directory.made('Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Okta Engineers',
      members: [one],
    });
    expect(await holders()).toEqual(['okta-one']);
    await directory.patch(
      `Groups/${group.id}`,
      { op: 'remove', path: `members[value eq "${one.value}"]` },
      { op: 'add', path: 'members', value: [two] },
    );
    expect(await holders()).toEqual(['okta-two']);
    await directory.patch(`Groups/${group.id}`, { op: 'replace', path: 'members', value: [three, one] });
    expect(await holders()).toEqual(['okta-one', 'okta-three']);
    await directory.patch(`Groups/${group.id}`, { op: 'replace', value: { id: group.id, displayName: 'Okta People' } });
    expect(await holders()).toEqual([]);
    const put = await directory.ask('PUT', `Groups/${group.id}`, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id: group.id,
      displayName: 'Okta Engineers',
      members: [two],
    });
    expect(at(put.body, 'members')).toEqual([expect.objectContaining({ value: two.value, display: 'okta-two' })]);
    expect(await holders()).toEqual(['okta-two']);
    expect((await directory.ask('DELETE', `Groups/${group.id}`)).status).toBe(204);
    expect(await holders()).toEqual([]);
  });
});
