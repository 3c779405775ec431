import { accounts as accountDirectory, users } from '@sextant/plugin-identity/api';
import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADirectory, aPerson } from './testing/a-directory.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
let directory: ADirectory;
beforeAll(async () => {
  directory = await ADirectory.start();
});

describe('a user', () => {
  it('is made with an account of a free name and proved addresses', async () => {
    const answer = await directory.ask('POST', 'Users', {
      ...aPerson({ userName: 'Ada.Lovelace@example.com', displayName: undefined, name: { givenName: 'Ada', familyName: 'Lovelace' } }),
      emails: [
        { value: 'ada@home.example.com', type: 'home' },
        { value: 'ada@example.com', type: 'work', primary: true },
      ],
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
    const id = at(answer.body, 'id');
    expect(answer.headers.get('location')).toMatch(new RegExp(`^http.*/.api/scim/v2/Users/${id}$`));
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(answer.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'Ada.Lovelace@example.com',
      active: true,
      meta: { resourceType: 'User', version: 'W/"1"', location: answer.headers.get('location') },
    });
    expect((await directory.ask('GET', `Users/${id}`)).body).toEqual(answer.body);
    expect(await directory.account('Ada.Lovelace')).toEqual({
      username: 'Ada.Lovelace',
      displayName: 'Ada Lovelace',
      siteAdmin: false,
      emails: [
        { email: 'ada@example.com', verified: true, isPrimary: true },
        { email: 'ada@home.example.com', verified: true, isPrimary: false },
      ],
    });
  });

  it('has one userName, in any case of letters, also when eight ask for it at once', async () => {
    const person = aPerson({ userName: 'raced@example.com' });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        directory.ask('POST', 'Users', { ...person, userName: at % 2 ? 'Raced@example.com' : 'raced@example.com' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { body, status } of answers.filter((answer) => answer.status !== 201)) {
      expect([status, at(body, 'scimType'), at(body, 'status')]).toEqual([409, 'uniqueness', '409']);
    }
    expect(at(await directory.graphql('{users(query:"raced"){totalCount}}'), 'users.totalCount')).toBe(1);
  });

  it('is another account where a name is taken, and the same one where the address was proved there', async () => {
    await directory.admin.createUser('grace');
    await directory.made('Users', aPerson({ userName: 'grace@example.com' }));
    expect(await directory.account('grace-2')).toMatchObject({ username: 'grace-2' });
    await directory.admin.createUser('present', { email: 'present@example.com' });
    const adopted = await directory.made('Users', aPerson({ userName: 'p.resent', emails: [{ value: 'Present@example.com' }] }));
    expect(await directory.account('p.resent')).toBeNull();
    expect(await directory.account('present')).toMatchObject({ username: 'present', displayName: adopted['displayName'] });
    const twice = await directory.ask('POST', 'Users', aPerson({ emails: [{ value: 'present@example.com' }] }));
    expect([twice.status, at(twice.body, 'scimType')]).toEqual([409, 'uniqueness']);
  });

  it('keeps what Sextant does not use, and gives it back', async () => {
    const extension = { employeeNumber: '701984', manager: { value: '26118915', displayName: 'John Smith' } };
    const custom = { badge: { color: 'red', levels: [1, 2] } };
    const person = aPerson({ nickName: 'N', [ENTERPRISE]: extension, 'urn:example:custom:2.0:User': custom, password: 'hunter2-canary' });
    const { id } = await directory.made('Users', person);
    const { body } = await directory.ask('GET', `Users/${id}`);
    expect(body).toMatchObject({ nickName: 'N', [ENTERPRISE]: extension, 'urn:example:custom:2.0:User': custom });
    expect(at(body, 'schemas')).toContain(ENTERPRISE);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('comes to an end at once when it is not active, is found all the same, and comes back as it was', async () => {
    const person = aPerson({ userName: 'leaver@example.com', emails: [{ value: 'leaver@example.com' }] });
    const { id } = await directory.made('Users', person);
    const node = at(await directory.graphql('{user(username:"leaver"){id}}'), 'user.id') as string;
    const { token } = await directory.admin.createToken(node);
    expect(at((await directory.kernel.graphql('{currentUser{username}}', {}, { token })).data, 'currentUser.username')).toBe('leaver');
    const ended = await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect([ended.status, at(ended.body, 'active')]).toEqual([200, false]);
    const refused = await directory.kernel.fetch('/.api/graphql', {
      method: 'POST',
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      body: '{"query":"{currentUser{username}}"}',
    });
    expect(refused.status).toBe(401);
    expect(await directory.matching('active eq false and userName eq "LEAVER@example.com"')).toEqual(['leaver@example.com']);
    expect(await directory.account('leaver')).toBeNull();
    const back = await directory.patch(`Users/${id}`, { op: 'replace', value: { active: true } });
    expect(at(back.body, 'active')).toBe(true);
    expect(await directory.account('leaver')).toMatchObject({ emails: [{ email: 'leaver@example.com', verified: true, isPrimary: true }] });
    expect(at(await directory.graphql('{user(username:"leaver"){id}}'), 'user.id')).toBe(node);
  });

  it('comes back under another name where somebody else has it by now, as the same account', async () => {
    const { id } = await directory.made('Users', aPerson({ userName: 'swapped', emails: [{ value: 'swapped@example.com' }] }));
    const before = await directory.kernel.service(users).byUsername('swapped');
    await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: false });
    await directory.admin.createUser('swapped');
    const back = await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: true });
    expect([back.status, at(back.body, 'userName')]).toEqual([200, 'swapped']);
    expect(await directory.kernel.service(users).byUsername('swapped-2')).toMatchObject({ id: before!.id });
  });

  it('is made without an account when it is not active yet', async () => {
    const { id } = await directory.made('Users', aPerson({ userName: 'starter', active: false }));
    expect(await directory.account('starter')).toBeNull();
    await directory.patch(`Users/${id}`, { op: 'add', path: 'active', value: true });
    expect(await directory.account('starter')).toMatchObject({ username: 'starter' });
  });

  it('is gone when it is deleted, and can be made again', async () => {
    const person = aPerson();
    const { id } = await directory.made('Users', person);
    expect((await directory.ask('DELETE', `Users/${id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await directory.ask(method, `Users/${id}`)).status).toBe(404);
    expect(await directory.matching(`userName eq "${person.userName}"`)).toEqual([]);
    expect((await directory.made('Users', person)).id).not.toBe(id);
  });

  it('is replaced as a whole; what the person added stays', async () => {
    const person = aPerson({ userName: 'replaced', title: 'Engineer', emails: [{ value: 'old@example.com' }] });
    const { id } = await directory.made('Users', person);
    const accounts = directory.kernel.service(accountDirectory);
    const own = (await accounts.byVerifiedEmails(['old@example.com'])).get('old@example.com')!;
    await accounts.addEmail(own.id, { address: 'own@example.com', verified: false });
    const answer = await directory.ask('PUT', `Users/${id}`, {
      ...person,
      id,
      userName: 'renamed',
      title: undefined,
      emails: [{ value: 'new@example.com' }],
    });
    expect(answer.body).toMatchObject({ id, userName: 'renamed', emails: [{ value: 'new@example.com' }], meta: { version: 'W/"2"' } });
    expect(at(answer.body, 'title')).toBeUndefined();
    expect(await directory.account('renamed')).toMatchObject({
      emails: [
        { email: 'new@example.com', verified: true, isPrimary: true },
        { email: 'own@example.com', verified: false, isPrimary: false },
      ],
    });
  });

  it('is changed for the version that the change was made for, and for no other', async () => {
    const { id } = await directory.made('Users', aPerson());
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'title', value: 'One' }],
    };
    expect((await directory.ask('PATCH', `Users/${id}`, body, { 'if-match': 'W/"1"' })).headers.get('etag')).toBe('W/"2"');
    expect((await directory.ask('PATCH', `Users/${id}`, body, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await directory.ask('GET', `Users/${id}`, undefined, { 'if-none-match': 'W/"2"' })).status).toBe(304);
    expect((await directory.ask('DELETE', `Users/${id}`, undefined, { 'if-match': '"1"' })).status).toBe(412);
  });

  it('has all that several changes at once said of it', async () => {
    const { id } = await directory.made('Users', aPerson());
    const attributes = ['title', 'nickName', 'locale', 'timezone', 'userType'];
    const answers = await Promise.all(attributes.map((path) => directory.patch(`Users/${id}`, { op: 'add', path, value: path })));
    expect(answers.map(({ status }) => status)).toEqual(attributes.map(() => 200));
    expect((await directory.ask('GET', `Users/${id}`)).body).toMatchObject(Object.fromEntries(attributes.map((name) => [name, name])));
  });

  it('that administers the site last, or by the machine itself, cannot be ended', async () => {
    const local = (await directory.kernel.service(users).byUsername('local-admin'))!;
    await directory.kernel.service(accountDirectory).addEmail(local.id, { address: 'root@example.com', verified: true });
    const { id } = await directory.made('Users', aPerson({ emails: [{ value: 'root@example.com' }] }));
    for (const answer of [
      await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: false }),
      await directory.ask('DELETE', `Users/${id}`),
    ]) {
      expect([answer.status, at(answer.body, 'detail')]).toEqual([409, expect.stringContaining('local site admin')]);
    }
    expect(at((await directory.ask('GET', `Users/${id}`)).body, 'active')).toBe(true);
  });
});

describe('a list of users', () => {
  it('is paged with true totals, sorted, and has the attributes that are asked for', async () => {
    for (const name of ['charlie', 'Alpha', 'bravo']) await directory.made('Users', aPerson({ userName: `paged.${name}`, title: 'Paged' }));
    const list = async (query: string): Promise<unknown> => (await directory.ask('GET', `Users?${query}`)).body;
    const filter = encodeURIComponent('title eq "paged"');
    expect(await list(`filter=${filter}&sortBy=userName&count=2&startIndex=2&attributes=userName`)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 3,
      startIndex: 2,
      itemsPerPage: 2,
      Resources: [
        { schemas: expect.any(Array), id: expect.any(String), userName: 'paged.bravo' },
        { schemas: expect.any(Array), id: expect.any(String), userName: 'paged.charlie' },
      ],
    });
    expect(at(await list(`filter=${filter}&sortBy=userName&sortOrder=descending`), 'Resources.*.userName')).toEqual([
      'paged.charlie',
      'paged.bravo',
      'paged.Alpha',
    ]);
    const total = at(await list('count=0'), 'totalResults') as number;
    expect(at(await list('count=0'), 'Resources')).toEqual([]);
    expect(at(await list(`startIndex=${total}&count=5`), 'Resources')).toHaveLength(1);
    expect(at(await list('startIndex=-3&count=1'), 'startIndex')).toBe(1);
    const without = at(await list('excludedAttributes=emails,name.givenName,id&count=1'), 'Resources.0');
    expect(without).not.toHaveProperty('emails');
    expect(without).toHaveProperty('id');
  });

  it('is asked for by POST too', async () => {
    await directory.made('Users', aPerson({ userName: 'searched' }));
    const { body, status } = await directory.ask('POST', 'Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName sw "SEARCH"',
      attributes: ['userName', 'meta.version'],
    });
    expect(status).toBe(200);
    expect(at(body, 'Resources')).toEqual([
      { schemas: expect.any(Array), id: expect.any(String), userName: 'searched', meta: { version: 'W/"1"' } },
    ]);
  });
});
