import { users } from '@sextant/plugin-identity/api';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';
import type { Browser } from './testing/browser.js';

const acme = new AProvider('acme');
const WAYS = [
  { type: 'builtin', allowSignup: true },
  { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true },
];
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': WAYS }, { more: [acme.plugin] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});
beforeEach(() => site.configure({ 'auth.providers': WAYS }));

const idOf = async (username: string): Promise<string> => encodeNodeId('User', (await site.kernel.service(users).byUsername(username))!.id);
const link = async (browser: Browser, accountId: string) => {
  const page = await browser.post('/-/account/link', { type: 'acme', way: 'acme' });
  const state = /state=([\w-]{43})/.exec(page.body)![1];
  return browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId })}`);
};
/** Who a request is from, or the code with which it is refused. */
async function answered(headers: Readonly<Record<string, string>>): Promise<unknown> {
  const body = JSON.stringify({ query: '{ currentUser { username } }' });
  const asked = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  const answer = (await (await site.kernel.fetch('/.api/graphql', asked)).json()) as Answer;
  return answer.error?.code ?? answer.data?.currentUser?.username;
}
interface Answer {
  readonly error?: { readonly code: string };
  readonly data?: { readonly currentUser: { readonly username: string } | null };
}
const by = (browser: Browser) => ({ cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
const aToken = async (username: string): Promise<string> => {
  const create = 'mutation($u: ID!) { createAccessToken(user: $u, scopes: ["user:all"], note: "n", durationSeconds: 604800) { token } }';
  return textAt((await site.ask(create, { u: await idOf(username) })).data, 'createAccessToken.token');
};

describe('auth.enforceExternalAccountConnection', () => {
  const REQUIRED = 'SEXTANT_SIGN_IN_CONNECTION_REQUIRED';
  const enforced = { 'auth.providers': WAYS, 'auth.enforceExternalAccountConnection': true };

  it('lets who has a password do nothing but connect an account, and everything from then on', async () => {
    const { username, password, browser } = await site.aPerson();
    const byToken = { authorization: `token ${await aToken(username)}` };
    await site.configure(enforced);
    expect([await answered(by(browser)), await answered(byToken)]).toEqual([REQUIRED, REQUIRED]);

    const fresh = site.browser();
    expect((await fresh.signIn(username, password)).location).toBe('/-/account?note=connect');
    const before = await fresh.get('/-/account');
    expect(before.body).toContain('link an account elsewhere');
    expect(before.body).toContain('Link The acme');
    expect((await link(fresh, `of ${username}`)).location).toBe('/-/account?note=linked');
    expect([await answered(by(fresh)), await answered(by(browser)), await answered(byToken)]).toEqual([username, username, username]);
    expect((await fresh.get('/-/account')).body).not.toContain('link an account elsewhere');
  });

  it('tells a program that signs in so with its first question, and lets people leave', async () => {
    const { username, password } = await site.aPerson();
    await site.configure(enforced);
    const browser = site.browser();
    const answer = await site.kernel.fetch('/-/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    expect(answer.status).toBe(200);
    await browser.signIn(username, password);
    expect(await answered(by(browser))).toBe(REQUIRED);
    expect((await browser.post('/-/sign-out')).location).toBe('/sign-in?note=signed-out');
    expect(await answered(by(browser))).toBeUndefined();
  });

  it('asks nothing of who came by a provider, of site admins and of service accounts', async () => {
    const { data } = await site.ask('mutation { createServiceAccount(username: "a-robot") { username } }');
    const robot = { authorization: `token ${await aToken(textAt(data, 'createServiceAccount.username'))}` };
    await site.configure(enforced);
    const browser = site.browser();
    const { location } = await browser.get('/.auth/acme/login');
    const code = acme.code({ accountId: 'by-acme' });
    await browser.get(`/.auth/acme/callback?state=${new URL(location!).searchParams.get('state')}&code=${code}`);
    expect(await answered(by(browser))).toBe('by-acme');
    expect(await answered(robot)).toBe('a-robot');
    expect(await answered({ authorization: `token ${site.adminToken}` })).not.toBe(REQUIRED);
  });
});

describe('auth.userOrgMap', () => {
  it('makes new accounts members of organisations, however they are made, whom nobody holds there', async () => {
    for (const name of ['all-of-us', 'others'])
      await site.ask('mutation($n: String!) { createOrganization(name: $n) { id } }', { n: name });
    const before = await site.aPerson();
    await site.configure({ 'auth.providers': WAYS, 'auth.userOrgMap': { '*': ['All-Of-Us', 'nobody-made-this'] } });
    const byForm = await site.aPerson();
    await site.ask('mutation { createUser(username: "by-admin") { user { id } } }');
    const browser = site.browser();
    const { location } = await browser.get('/.auth/acme/login');
    const code = acme.code({ accountId: 'by-acme-too' });
    await browser.get(`/.auth/acme/callback?state=${new URL(location!).searchParams.get('state')}&code=${code}`);
    const of = async (username: string): Promise<unknown> => {
      const { data } = await site.ask('query($u: String!) { user(username: $u) { organizations { nodes { name } } } }', { u: username });
      return at(data, 'user.organizations.nodes.*.name');
    };
    expect(await of(before.username)).toEqual([]);
    for (const username of [byForm.username, 'by-admin', 'by-acme-too']) expect(await of(username)).toEqual(['all-of-us']);
    const { data } = await site.ask('{ auditLog(first: 50) { nodes { entity action actorUID } } }');
    expect(at(data, 'auditLog.nodes')).toContainEqual({
      entity: 'organizations.member',
      action: 'added',
      actorUID: 'internal:auth.userOrgMap',
    });
  });

  it('takes no other pattern of people than all', async () => {
    expect(await site.configure({ 'auth.providers': WAYS, 'auth.userOrgMap': { 'ada@*': ['others'] } })).not.toEqual([]);
  });
});

describe('auth.accessRequest', () => {
  it('switches requests for access off: the page, the form, the link to it and the mutation', async () => {
    const ask = 'mutation { createAccessRequest(name: "A", email: "a@example.com") { alwaysNil } }';
    const stranger = site.browser();
    expect((await stranger.get('/sign-in')).body).toContain('Request access');
    await site.configure({ 'auth.providers': WAYS, 'auth.accessRequest': { enabled: false } });
    expect((await stranger.get('/sign-in')).body).not.toContain('Request access');
    expect((await stranger.get('/request-access')).status).toBe(404);
    expect((await stranger.post('/-/request-access', { name: 'A', email: 'a@example.com' })).status).toBe(404);
    expect((await stranger.graphql(ask)).codes).toEqual(['SEXTANT_ACCESS_REQUEST_REFUSED']);
  });
});

describe('auth.accessTokens', () => {
  const create = 'mutation ($u: ID!) { createAccessToken(user: $u, scopes: ["user:all"], note: "n") { token } }';
  const SAID = '{ site { accessTokensAllow accessTokensAllowNoExpiration accessTokensDefaultExpirationDays } }';

  it('says who may create access tokens, and for how long they last, before the configuration of the plugin', async () => {
    const { username, browser } = await site.aPerson();
    const u = await idOf(username);
    expect((await browser.graphql(create, { u })).codes).toEqual([]);
    const before = at((await site.ask(SAID)).data, 'site');
    expect(before).toMatchObject({ accessTokensAllow: 'ALL_USERS_CREATE', accessTokensDefaultExpirationDays: 90 });
    await site.configure({ 'auth.providers': WAYS, 'auth.accessTokens': { allow: 'site-admin-create', defaultExpirationDays: 7 } });
    expect((await browser.graphql(create, { u })).codes).toEqual(['SEXTANT_ACCESS_TOKEN_REFUSED']);
    expect((await site.ask(create, { u })).codes).toEqual([]);
    expect(at((await site.ask(SAID)).data, 'site')).toEqual({
      ...(before as object),
      accessTokensAllow: 'SITE_ADMIN_CREATE',
      accessTokensDefaultExpirationDays: 7,
    });
    await site.configure({ 'auth.providers': WAYS, 'auth.accessTokens': { allow: 'none' } });
    expect((await site.ask(create, { u })).codes).toEqual(['SEXTANT_ACCESS_TOKEN_REFUSED']);
  });

  it('is refused with a word or a number that means nothing', async () => {
    for (const wrong of [{ allow: 'everybody' }, { defaultExpirationDays: 0 }, { expiry: 3 }])
      expect(await site.configure({ 'auth.providers': WAYS, 'auth.accessTokens': wrong })).not.toEqual([]);
  });
});

describe('auth.enableUsernameChanges', () => {
  it('lets people rename themselves', async () => {
    const { username, browser } = await site.aPerson();
    const user = await idOf(username);
    const rename = 'mutation($u: ID!, $n: String!) { updateUser(user: $u, username: $n) { username viewerCanChangeUsername } }';
    expect((await browser.graphql(rename, { u: user, n: 'renamed' })).codes).toEqual(['SEXTANT_USER_FORBIDDEN']);
    await site.configure({ 'auth.providers': WAYS, 'auth.enableUsernameChanges': true });
    const { data } = await browser.graphql(rename, { u: user, n: 'renamed' });
    expect(at(data, 'updateUser')).toEqual({ username: 'renamed', viewerCanChangeUsername: true });
  });
});
