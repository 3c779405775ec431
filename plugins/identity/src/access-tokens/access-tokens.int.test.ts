import { core, encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, TestClock, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessTokenPolicy } from '../api.js';
import manifest from '../manifest.js';
import { Administration, codeOf } from '../testing/administration.js';
import { sessionApi } from '../testing/session-api.js';
import { testSessionPlugin } from '../testing/test-session.js';

const clock = new TestClock();
let kernel: TestKernel;
const admin = new Administration(() => kernel);
/** The user name that a token stands for, or the status of the refusal. */
const whoami = async (token: string): Promise<string | number> => {
  const response = await kernel.fetch('/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `token ${token}` },
    body: JSON.stringify({ query: '{currentUser{username}}' }),
  });
  return response.ok
    ? ((await response.json()) as { data: { currentUser: { username: string } } }).data.currentUser.username
    : response.status;
};

beforeAll(async () => {
  kernel = await startTestKernel({
    plugins: [manifest, testSessionPlugin],
    clock,
    config: { plugins: { identity: { localAdmin: 'Local Admin' } } },
  });
});

describe('access tokens', () => {
  it('work from their creation until they expire', async () => {
    const { token } = await admin.createToken(await admin.createUser('expiry'));
    expect(await whoami(token)).toBe('expiry');
    clock.jump(3_600_000);
    expect(await whoami(token)).toBe(401);
  });

  it('stop working at once when they are revoked, by id or by their text', async () => {
    const user = await admin.createUser('revoked');
    const [a, b] = [await admin.createToken(user), await admin.createToken(user)];
    expect(
      await codeOf(kernel.graphql('mutation($id:ID){deleteAccessToken(byID:$id){alwaysNil}}', { id: a.id }, { token: b.token })),
    ).toBeUndefined();
    expect(await whoami(a.token)).toBe(401);
    expect(await codeOf(kernel.graphql('mutation($t:String){deleteAccessToken(byToken:$t){alwaysNil}}', { t: b.token }))).toBeUndefined();
    expect(await whoami(b.token)).toBe(401);
    expect(await codeOf(kernel.graphql('mutation($id:ID){deleteAccessToken(byID:$id){alwaysNil}}', { id: a.id }))).toBe(
      'SEXTANT_ACCESS_TOKEN_NOT_FOUND',
    );
  });

  it.each([false, true])('stop working at once when their user is deleted, hard: %s (row 24)', async (hard) => {
    const user = await admin.createUser(`deleted-${hard}`);
    const { token } = await admin.createToken(user);
    expect(
      await codeOf(kernel.graphql('mutation($u:ID!,$h:Boolean){deleteUser(user:$u,hard:$h){alwaysNil}}', { u: user, h: hard })),
    ).toBeUndefined();
    expect(await whoami(token)).toBe(401);
    expect(at((await kernel.graphql('query($n:String){user(username:$n){id}}', { n: `deleted-${hard}` })).data, 'user')).toBeNull();
    await admin.createUser(`deleted-${hard}`);
  });

  it('lose the rights of a site admin with their user (row 24)', async () => {
    const user = await admin.createUser('demoted');
    const { token } = await admin.createToken(user);
    const users = (): Promise<unknown> => codeOf(kernel.graphql('{users{totalCount}}', {}, { token }));
    await kernel.graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:true){alwaysNil}}', { u: user });
    expect(await users()).toBeUndefined();
    await kernel.graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:false){alwaysNil}}', { u: user });
    expect(await users()).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
  });

  it.each([
    ['deleted', 'mutation($u:ID!){deleteUser(user:$u){alwaysNil}}'],
    ['forgotten', 'mutation($u:ID!){deleteUser(user:$u,hard:true){alwaysNil}}'],
    ['a site admin no more', 'mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:false){alwaysNil}}'],
  ])('that a site admin made for others end when the site admin is %s, in whatever way they were made (row 24)', async (how, end) => {
    const name = how.replaceAll(' ', '-');
    const [boss, ada, robot] = [
      await admin.createUser(`boss-${name}`),
      await admin.createUser(`ada-${name}`),
      textAt(
        (await kernel.graphql('mutation($u:String!){createServiceAccount(username:$u){id}}', { u: `robot-${name}` })).data,
        'createServiceAccount.id',
      ),
    ];
    await kernel.graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:true){alwaysNil}}', { u: boss });
    const bySession = new Administration(() => sessionApi(kernel, boss));
    const made = await bySession.createToken(ada);
    const program = await bySession.createToken(robot);
    const hers = await admin.createToken(ada);
    const tokens = [made.token, hers.token, program.token];
    expect(await Promise.all(tokens.map(whoami))).toEqual([`ada-${name}`, `ada-${name}`, `robot-${name}`]);
    const atOnce = Array.from({ length: 6 }, () => bySession.createToken(ada).catch(() => undefined));
    expect(await codeOf(kernel.graphql(end, { u: boss }))).toBeUndefined();
    expect(await Promise.all(tokens.map(whoami))).toEqual([401, `ada-${name}`, `robot-${name}`]);
    // Whoever sends many that are refused is told to wait, which is no answer to a good one.
    for (const one of await Promise.all(atOnce)) expect([401, 429]).toContain(await whoami(one?.token ?? 'none'));
    expect(await whoami(hers.token)).toBe(`ada-${name}`);
  });

  it('are created for oneself, and for others by site admins only', async () => {
    const [ada, eve] = [await admin.createUser('for-ada'), await admin.createUser('for-eve')];
    const bySession = new Administration(() => sessionApi(kernel, eve));
    const { token } = await bySession.createToken(eve);
    expect(await codeOf(bySession.createToken(ada))).toBe('SEXTANT_USER_NOT_FOUND');
    expect(await codeOf(bySession.createToken(eve, { scopes: ['user:all', 'site-admin:sudo'] }))).toBe('SEXTANT_ACCESS_TOKEN_REFUSED');
    expect(await codeOf(admin.createToken(eve, { as: token }))).toBe('SEXTANT_AUTH_SESSION_REQUIRED');
    expect(await codeOf(admin.createToken(ada, { scopes: ['user:all', 'site-admin:sudo'] }))).toBe('SEXTANT_ACCESS_TOKEN_REFUSED');
  });

  it.each<[string, string[], number]>([
    ['no scope', [], 60],
    ['an unknown scope', ['user:all', 'admin'], 60],
    ['the right to act as others and not for oneself', ['externalapi:write', 'site-admin:sudo'], 60],
    ['no time to last', ['user:all'], 0],
    ['more time than the site allows', ['user:all'], 91 * 86_400],
  ])('are not created with %s', async (_case, scopes, seconds) => {
    const user = textAt((await kernel.graphql('{currentUser{id}}')).data, 'currentUser.id');
    expect(await codeOf(admin.createToken(user, { scopes, seconds }))).toBe('SEXTANT_ACCESS_TOKEN_INVALID');
  });

  it('last as long as the site says when nothing else is said', async () => {
    const { token } = await admin.createToken(await admin.createUser('default-expiry'), { seconds: null });
    const { data } = await kernel.graphql('{currentUser{accessTokens{nodes{createdAt expiresAt}}}}', {}, { token });
    const [createdAt, expiresAt] = ['createdAt', 'expiresAt'].map((field) => textAt(data, `currentUser.accessTokens.nodes.0.${field}`));
    expect(Date.parse(expiresAt!) - Date.parse(createdAt!)).toBe(90 * 86_400_000);
  });

  it('are never more than the site allows, however many are asked for at once', async () => {
    const user = await admin.createUser('greedy');
    const answers = await Promise.all(Array.from({ length: 30 }, () => codeOf(admin.createToken(user))));
    expect(answers.filter((code) => code === undefined)).toHaveLength(25);
    expect(new Set(answers.filter(Boolean))).toEqual(new Set(['SEXTANT_ACCESS_TOKEN_LIMIT']));
  });

  it('note their use every few minutes, not every time', async () => {
    const { token } = await admin.createToken(await admin.createUser('used'));
    const lastUsed = async (): Promise<string> =>
      textAt(
        (await kernel.graphql('{currentUser{accessTokens{nodes{lastUsedAt}}}}', {}, { token })).data,
        'currentUser.accessTokens.nodes.0.lastUsedAt',
      );
    const first = await lastUsed();
    clock.jump(60_000);
    expect(await lastUsed()).toBe(first);
    clock.jump(5 * 60_000);
    expect(Date.parse(await lastUsed()) - Date.parse(first)).toBe(6 * 60_000);
  });

  it('make their owner active, who acts as another, and not the other', async () => {
    const me = textAt((await kernel.graphql('{currentUser{id}}')).data, 'currentUser.id');
    const { username } = await admin.aPerson();
    const { token } = await admin.createToken(me, { scopes: ['user:all', 'site-admin:sudo'] });
    const active = async (name: string): Promise<unknown> =>
      at((await kernel.graphql('query($n:String!){user(username:$n){lastActiveAt}}', { n: name })).data, 'user.lastActiveAt');
    clock.jump(6 * 60_000);
    const before = clock.now().getTime();
    await kernel.fetch('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `token-sudo user="${username}",token="${token}"` },
      body: '{"query":"{currentUser{username}}"}',
    });
    expect([Date.parse(String(await active('Local-Admin'))), await active(username)]).toEqual([before, null]);
  });

  it('are shown in full to nobody, and kept in full nowhere (row 22)', async () => {
    const user = await admin.createUser('canary');
    const { token } = await admin.createToken(user);
    await whoami(token);
    await codeOf(kernel.graphql('{currentUser{nope}}', {}, { token }));
    const listed = await kernel.graphql('{currentUser{accessTokens{nodes{id note}}}}', {}, { token });
    const rows = await kernel.service(core.storage, 'identity').query('select t::text from access_tokens t');
    const secret = token.slice(-40);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify([rows, listed, kernel.log.text])).not.toContain(secret);
  });

  it('of others look like none (row 25)', async () => {
    const [ada, eve] = [await admin.createUser('node-ada'), await admin.createUser('node-eve')];
    const { id } = await admin.createToken(ada);
    const { token } = await admin.createToken(eve);
    const { data } = await kernel.graphql(
      'query($id:ID!,$none:ID!){yours:node(id:$id){id} none:node(id:$none){id} user(username:"node-ada"){accessTokens{totalCount} emails{email} siteAdmin}}',
      { id, none: encodeNodeId('AccessToken', 999_999) },
      { token },
    );
    expect(data).toEqual({ yours: null, none: null, user: { accessTokens: null, emails: null, siteAdmin: null } });
    expect(await codeOf(kernel.graphql('mutation($id:ID){deleteAccessToken(byID:$id){alwaysNil}}', { id }, { token }))).toBe(
      'SEXTANT_ACCESS_TOKEN_NOT_FOUND',
    );
  });
});

describe('the policy of access tokens', () => {
  it.each<[string, unknown, unknown]>([
    ['site-admin-create', undefined, 'SEXTANT_ACCESS_TOKEN_REFUSED'],
    ['none', 'SEXTANT_ACCESS_TOKEN_REFUSED', 'SEXTANT_ACCESS_TOKEN_REFUSED'],
  ])('%s says who may create them', async (allow, forAdmin, forOthers) => {
    const site = await startTestKernel({
      plugins: [manifest, testSessionPlugin],
      config: { plugins: { identity: { accessTokens: { allow, allowNoExpiration: true } } } },
    });
    const tokens = await site.service(accessTokenPolicy).current();
    expect(tokens.allow).toBe(allow);
    const local = new Administration(() => site);
    const user = await local.createUser('ada');
    expect(await codeOf(local.createToken(user))).toBe(forAdmin);
    if (forAdmin) return;
    const { token } = await local.createToken(user, { seconds: null });
    expect(
      at((await site.graphql('{currentUser{accessTokens{nodes{expiresAt}}}}', {}, { token })).data, 'currentUser.accessTokens.nodes'),
    ).toContainEqual({ expiresAt: null });
    expect(await codeOf(new Administration(() => sessionApi(site, user)).createToken(user))).toBe(forOthers);
  });
});
