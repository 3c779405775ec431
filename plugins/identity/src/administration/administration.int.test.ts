import { encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { users } from '../api.js';
import manifest from '../manifest.js';
import { Administration, answers, codeOf } from '../testing/administration.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);
const graphql = answers(() => kernel);
const numberOf = (nodeId: string): number => Number(Buffer.from(nodeId, 'base64').toString().split(':')[1]);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

describe('service accounts', () => {
  const create = async (username: string, bypass = false): Promise<string> =>
    at(
      await graphql('mutation($n:String!,$b:Boolean){createServiceAccount(username:$n,bypassRepositoryPermissions:$b){id}}', {
        n: username,
        b: bypass,
      }),
      'createServiceAccount.id',
    ) as string;

  it('work by tokens of site admins, and make none themselves', async () => {
    const id = await create('robot');
    const { token } = await admin.createToken(id);
    expect(await graphql('{currentUser{username serviceAccount siteAdmin roles{nodes{name}}}}', {}, token)).toEqual({
      currentUser: { username: 'robot', serviceAccount: true, siteAdmin: false, roles: { nodes: [{ name: 'SERVICE_ACCOUNT' }] } },
    });
    expect(await codeOf(admin.createToken(id, { as: token }))).toBe('SEXTANT_AUTH_SESSION_REQUIRED');
    expect(await codeOf(graphql('mutation{createOrganization(name:"robots"){id}}', {}, token))).toBe('SEXTANT_ORGANIZATION_REFUSED');
  });

  it('are listed apart from people', async () => {
    await create('lister');
    const data = await graphql('{users(query:"lister"){totalCount} serviceAccounts(query:"lister"){nodes{username} totalCount}}');
    expect(data).toEqual({ users: { totalCount: 0 }, serviceAccounts: { nodes: [{ username: 'lister' }], totalCount: 1 } });
  });

  it('are no site admins, whoever says so', async () => {
    const id = await create('climber');
    expect(await codeOf(graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:true){alwaysNil}}', { u: id }))).toBe(
      'SEXTANT_USER_PROTECTED',
    );
  });

  it('see every repository where a site admin says so, which is audited', async () => {
    const id = await create('auditor', true);
    const directory = kernel.service(users, 'identity');
    expect(await directory.byId(numberOf(id))).toMatchObject({ bypassesRepositoryPermissions: true });
    const set = (user: string): Promise<unknown> =>
      graphql('mutation($u:ID!){setServiceAccountBypass(user:$u,bypassRepositoryPermissions:false){bypassesRepositoryPermissions}}', {
        u: user,
      });
    expect(await set(id)).toEqual({ setServiceAccountBypass: { bypassesRepositoryPermissions: false } });
    expect((await directory.byId(numberOf(id)))?.bypassesRepositoryPermissions).toBeUndefined();
    expect(kernel.log.text).toContain('"bypassesRepositoryPermissions":true');
    expect(await codeOf(set((await admin.aPerson()).id))).toBe('SEXTANT_USER_NOT_FOUND');
  });
});

describe('people', () => {
  it('are tagged by site admins, found by tags, and do not see them', async () => {
    const ada = await admin.aPerson();
    const tag = (name: string, present: boolean): Promise<unknown> =>
      graphql('mutation($u:ID!,$t:String!,$p:Boolean!){setTag(node:$u,tag:$t,present:$p){alwaysNil}}', { u: ada.id, t: name, p: present });
    await tag('beta', true);
    await tag('beta', true);
    expect(await graphql('{users(tag:"beta"){nodes{username tags} totalCount}}')).toEqual({
      users: { nodes: [{ username: ada.username, tags: ['beta'] }], totalCount: 1 },
    });
    expect(await graphql('{currentUser{tags}}', {}, ada.token)).toEqual({ currentUser: { tags: null } });
    await tag('beta', false);
    expect(await graphql('{users(tag:"beta"){totalCount}}')).toEqual({ users: { totalCount: 0 } });
    for (const name of ['', ' x', 'a\nb', 'x'.repeat(101)]) expect(await codeOf(tag(name, true))).toBe('SEXTANT_USER_TAG_INVALID');
  });

  it('are told when they were last active, and told it of nobody else', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const query = 'query($n:String!){user(username:$n){lastActiveAt usageStatistics{lastActiveTime lastActiveCodeHostIntegrationTime}}}';
    const { user } = (await graphql(query, { n: ada.username }, ada.token)) as { user: { lastActiveAt: unknown } };
    expect(user).toMatchObject({ usageStatistics: { lastActiveTime: user.lastActiveAt, lastActiveCodeHostIntegrationTime: null } });
    expect(await graphql(query, { n: ada.username }, eve.token)).toEqual({ user: { lastActiveAt: null, usageStatistics: null } });
  });

  it('are deleted together or not at all, and recovered as ordinary users (row 24)', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const remove = (ids: readonly unknown[]): Promise<unknown> =>
      graphql('mutation($u:[ID!]!){deleteUsers(users:$u){alwaysNil}}', { u: ids });
    const recover = (ids: readonly unknown[]): Promise<unknown> =>
      graphql('mutation($u:[ID!]!){recoverUsers(userIDs:$u){alwaysNil}}', { u: ids });
    const statusFor = async (token: string): Promise<number> => {
      const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
      return (await kernel.fetch('/.api/graphql', { method: 'POST', headers, body: '{"query":"{currentUser{id}}"}' })).status;
    };
    await graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:true){alwaysNil}}', { u: eve.id });
    const me = at(await graphql('{currentUser{id}}'), 'currentUser.id');
    expect(await codeOf(remove([ada.id, me]))).toBe('SEXTANT_USER_FORBIDDEN');
    expect(await codeOf(remove([ada.id, encodeNodeId('User', 999_999)]))).toBe('SEXTANT_USER_NOT_FOUND');
    expect(await codeOf(remove([ada.id, encodeNodeId('Org', 1)]))).toBe('SEXTANT_USER_NOT_FOUND');
    expect(await graphql('{currentUser{username}}', {}, ada.token)).toEqual({ currentUser: { username: ada.username } });
    await remove([ada.id, eve.id]);
    expect(await statusFor(eve.token)).toBe(401);
    await recover([ada.id, eve.id]);
    expect(await codeOf(recover([ada.id]))).toBe('SEXTANT_USER_NOT_FOUND');
    expect(await statusFor(eve.token)).toBe(401);
    const { token } = await admin.createToken(eve.id);
    expect(await graphql('{currentUser{username siteAdmin}}', {}, token)).toEqual({
      currentUser: { username: eve.username, siteAdmin: false },
    });
  });

  it('are exported to site admins as CSV in which nobody’s name is a formula', async () => {
    const ada = await admin.aPerson();
    await graphql('mutation($u:ID!){updateUser(user:$u,displayName:"=HYPERLINK(1),\\"x\\""){id}}', { u: ada.id });
    const export_ = (token?: string): Promise<Response> =>
      kernel.fetch('/.api/users.csv', { headers: token === undefined ? {} : { authorization: `token ${token}` } });
    const answer = await export_();
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await answer.text()).split('\r\n');
    expect(lines[0]).toBe('id,username,displayName,email,siteAdmin,createdAt,lastActiveAt,deletedAt');
    expect(lines.find((line) => line.includes(`,${ada.username},`))).toContain(`,"'=HYPERLINK(1),""x""",`);
    expect((await export_(ada.token)).status).toBe(403);
  });
});

describe('requests for access', () => {
  const QUERY = 'mutation($n:String!,$e:String!,$i:String){createAccessRequest(name:$n,email:$e,additionalInfo:$i){alwaysNil}}';
  /** As a stranger, from an address of their own. */
  const aStranger = async (): Promise<TestKernel> =>
    startTestKernel({ plugins: [manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });

  it('are kept for site admins, who decide them', async () => {
    const site = await aStranger();
    const ask = answers(() => site);
    await ask(QUERY, { n: 'Ada', e: 'Ada@example.com', i: 'Please.' });
    await ask(QUERY, { n: 'Ada L.', e: 'ada@example.com' });
    const { token } = await new Administration(() => site).aPerson();
    const list = '{accessRequests(status:PENDING){nodes{id name email additionalInfo status decidedBy{username}} totalCount}}';
    const found = at(await ask(list), 'accessRequests') as { nodes: { id: string }[] };
    expect(found).toMatchObject({
      nodes: [{ name: 'Ada L.', email: 'Ada@example.com', additionalInfo: null, status: 'PENDING' }],
      totalCount: 1,
    });
    expect(await codeOf(ask(list, {}, token))).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
    const id = found.nodes[0]?.id;
    expect(await ask('query($i:ID!){node(id:$i){id}}', { i: id }, token)).toEqual({ node: null });
    const decide = 'mutation($i:ID!){setAccessRequestStatus(id:$i,status:REJECTED){status decidedBy{username}}}';
    expect(at(await ask(decide, { i: id }), 'setAccessRequestStatus')).toEqual({
      status: 'REJECTED',
      decidedBy: { username: 'Local-Admin' },
    });
    await ask(QUERY, { n: 'Ada again', e: 'ada@example.com' });
    expect(await ask(list)).toMatchObject({ accessRequests: { totalCount: 0 } });
    expect(await codeOf(ask(decide, { i: encodeNodeId('AccessRequest', 999) }))).toBe('SEXTANT_ACCESS_REQUEST_NOT_FOUND');
  });

  it('are answered alike whether the address is known or not, and few are taken from one place (row 18)', async () => {
    const site = await aStranger();
    const ask = answers(() => site);
    await ask('mutation{createUser(username:"known",email:"known@example.com"){user{id}}}');
    for (const e of ['known@example.com', 'unknown@example.com', 'unknown@example.com'])
      expect(await ask(QUERY, { n: 'X', e })).toEqual({ createAccessRequest: { alwaysNil: null } });
    expect(at(await ask('{accessRequests{nodes{email}}}'), 'accessRequests.nodes.*.email')).toEqual(['unknown@example.com']);
    const codes: unknown[] = [];
    for (let i = 0; i < 4; i++) codes.push(await codeOf(ask(QUERY, { n: 'X', e: `x${i}@example.com` })));
    expect(codes).toEqual([undefined, undefined, 'SEXTANT_ACCESS_REQUEST_THROTTLED', 'SEXTANT_ACCESS_REQUEST_THROTTLED']);
  });

  it.each([
    ['no name', { n: ' ', e: 'a@example.com' }],
    ['a name that turns text around', { n: '\u202eeve', e: 'a@example.com' }],
    ['no address', { n: 'A', e: 'nonsense' }],
    ['marks that a terminal obeys', { n: 'A', e: 'a@example.com', i: '\u001b[2J' }],
    ['a book', { n: 'A', e: 'a@example.com', i: 'x'.repeat(2001) }],
  ])('with %s are refused', async (_case, variables) => {
    expect(await codeOf(graphql(QUERY, variables))).toBe('SEXTANT_ACCESS_REQUEST_INVALID');
  });
});
