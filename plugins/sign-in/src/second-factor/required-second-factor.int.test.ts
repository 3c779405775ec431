import { accounts, auditTrail, users } from '@sextant/plugin-identity/api';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, TestClock } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ASite } from '../testing/a-site.js';
import type { Browser } from '../testing/browser.js';
import { FakeAuthenticator } from '../testing/fake-authenticator.js';
import { addPasskey, addTotp, codeAt } from '../testing/second-factor-person.js';
import { resetSecondFactors } from './reset-second-factors.js';

const PAGE = '/-/account/second-factor';
const BASE = { 'auth.providers': [{ type: 'builtin', allowSignup: true }] };
const clock = new TestClock();
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(BASE, { clock });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});
beforeEach(() => site.configure(BASE));

const setRequired = (who: string): Promise<unknown> => site.configure({ ...BASE, 'auth.requireSecondFactor': who });
/** The status and code with which the API refuses a browser; undefined where it answers. */
const refusal = async (browser: Browser): Promise<unknown> => {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(`${site.kernel.url}/.api/graphql`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: '{"query":"{ currentUser { username } }"}',
  });
  const body = (await response.json()) as { error?: { code: string; enrolUrl: string } };
  return body.error && [response.status, body.error.code, body.error.enrolUrl];
};
const required = (): unknown => [403, 'SEXTANT_SIGN_IN_SECOND_FACTOR_REQUIRED', `${site.kernel.url}${PAGE}`];
const idOf = async (username: string): Promise<string> => encodeNodeId('User', (await site.kernel.service(users).byUsername(username))!.id);

describe('a second factor that everybody must have', () => {
  it('is set up at sign-in, before anything else', async () => {
    const { username, password } = await site.aPerson();
    await setRequired('everyone');
    const browser = site.browser();
    expect((await browser.signIn(username, password)).location).toBe(`${PAGE}?note=required`);
    expect(await refusal(browser)).toEqual(required());
    expect((await browser.get(PAGE)).body).toContain('Set one up before you use anything else');
    await addTotp(browser, clock.now());
    expect(await refusal(browser)).toBeUndefined();
    expect(await browser.whoAmI()).toBe(username);
  });

  it('is wanted of sessions that are there already, at once, and a passkey is one', async () => {
    const { username, browser } = await site.aPerson();
    expect(await refusal(browser)).toBeUndefined();
    await setRequired('everyone');
    expect(await refusal(browser)).toEqual(required());
    expect((await addPasskey(browser, new FakeAuthenticator(site.kernel.url))).status).toBe(200);
    expect(await refusal(browser)).toBeUndefined();
    await browser.post(`${PAGE}/passkeys/remove`, { id: /name="id" value="(\d+)"/.exec((await browser.get(PAGE)).body)![1]! });
    expect(await refusal(browser)).toEqual(required());
    await site.configure(BASE);
    expect(await browser.whoAmI()).toBe(username);
  });

  it('is not wanted of access tokens', async () => {
    await setRequired('everyone');
    expect(at((await site.ask('{ currentUser { siteAdmin } }', {}, site.adminToken)).data, 'currentUser.siteAdmin')).toBe(true);
  });

  it('is nothing that a token can set up', async () => {
    await setRequired('everyone');
    const authorization = { authorization: `token ${site.adminToken}` };
    for (const path of [PAGE, `${PAGE}/totp`]) expect([path, (await site.browser().get(path, authorization)).status]).toEqual([path, 403]);
    for (const act of ['totp', 'totp/remove', 'passkeys', 'passkeys/options', 'passkeys/remove', 'recovery-codes'])
      expect([act, (await site.browser().post(`${PAGE}/${act}`, {}, authorization)).status]).toEqual([act, 403]);
  });
});

it('a second factor that site admins must have is not wanted of others', async () => {
  const { username, password } = await site.aPerson();
  await setRequired('site-admins');
  const browser = site.browser();
  expect((await browser.signIn(username, password)).location).toBe('/-/account');
  expect(await refusal(browser)).toBeUndefined();
  await site.kernel.service(accounts).setSiteAdmin((await site.kernel.service(users).byUsername(username))!.id, true);
  expect((await browser.signIn(username, password)).location).toBe(`${PAGE}?note=required`);
  expect(await refusal(browser)).toEqual(required());
});

describe('a reset', () => {
  const reset = 'mutation($u: ID!) { resetSecondFactor(user: $u) { alwaysNil } }';
  const FACTORS =
    'query($u: String!) { user(username: $u) { secondFactors { totpCreatedAt recoveryCodesLeft passkeys { name passwordless lastUsedAt } } } }';

  it('by a site admin who signed in recently takes all factors and sessions of somebody away; others cannot', async () => {
    const [ada, admin] = [await site.aPerson(), await site.aPerson()];
    await addTotp(ada.browser, clock.now());
    await addPasskey(ada.browser, new FakeAuthenticator(site.kernel.url));
    const u = await idOf(ada.username);
    expect((await admin.browser.graphql(reset, { u })).codes).toEqual(['SEXTANT_AUTH_SITE_ADMIN_REQUIRED']);
    expect((await site.ask(reset, { u }, site.adminToken)).codes).toEqual(['SEXTANT_AUTH_SESSION_REQUIRED']);
    expect(at((await admin.browser.graphql(FACTORS, { u: ada.username })).data, 'user.secondFactors')).toBeNull();
    expect(at((await site.ask(FACTORS, { u: ada.username })).data, 'user.secondFactors')).toEqual({
      totpCreatedAt: expect.any(String),
      recoveryCodesLeft: 10,
      passkeys: [{ name: 'Laptop', passwordless: true, lastUsedAt: null }],
    });
    const { id } = (await site.kernel.service(users).byUsername(admin.username))!;
    await site.kernel.service(accounts).setSiteAdmin(id, true);
    await admin.browser.signIn(admin.username, admin.password);
    const from = site.kernel.log.text.length;
    expect((await admin.browser.graphql(reset, { u })).codes).toEqual([]);
    expect(site.kernel.log.text.slice(from)).toContain('"entity":"user.secondFactor","action":"reset"');
    expect(await ada.browser.whoAmI()).toBeUndefined();
    expect((await site.browser().signIn(ada.username, ada.password)).location).toBe('/-/account');
  });

  it('by the operator does so, too', async () => {
    const { username, password, browser } = await site.aPerson();
    await addTotp(browser, clock.now());
    const d = {
      db: site.kernel.service(core.storage, 'sign-in'),
      accounts: site.kernel.service(accounts),
      audit: site.kernel.service(auditTrail),
    };
    expect(await resetSecondFactors(d, (await site.kernel.service(users).byUsername(username))!, { uid: 'operator' })).toBe(true);
    expect(await browser.whoAmI()).toBeUndefined();
    expect((await site.browser().signIn(username, password)).location).toBe('/-/account');
  });
});

describe('a change of second factors', () => {
  it('wants a recent sign-in, by the second factor where there is one', async () => {
    const { browser, password } = await site.aPerson();
    await clock.advance(3_600_000);
    const confirm = `/-/confirm?returnTo=${encodeURIComponent(`${PAGE}/totp`)}`;
    expect((await browser.get(`${PAGE}/totp`)).location).toBe(confirm);
    expect((await browser.post(`${PAGE}/passkeys/options`)).status).toBe(403);
    expect((await browser.post('/-/confirm', { method: 'password', password, returnTo: `${PAGE}/totp` })).location).toBe(`${PAGE}/totp`);
    const { secret } = await addTotp(browser, clock.now());
    const authenticator = new FakeAuthenticator(site.kernel.url);
    await addPasskey(browser, authenticator);
    await clock.advance(3_600_000);
    for (const act of ['totp/remove', 'passkeys/remove', 'recovery-codes'])
      expect([act, (await browser.post(`${PAGE}/${act}`)).location]).toEqual([act, `/-/confirm?returnTo=${encodeURIComponent(PAGE)}`]);
    expect((await browser.get('/-/confirm')).body).not.toContain('type="password"');
    // A stolen session and password take no factor away.
    expect((await browser.post('/-/confirm', { method: 'password', password, returnTo: PAGE })).status).toBe(404);
    expect((await browser.post('/-/confirm', { method: 'totp', code: '000000', returnTo: PAGE })).status).toBe(401);
    expect((await browser.post('/-/confirm', { method: 'totp', code: codeAt(secret, clock.now()), returnTo: PAGE })).location).toBe(PAGE);
    expect((await browser.post(`${PAGE}/totp/remove`)).location).toBe(`${PAGE}?note=removed`);
    await clock.advance(3_600_000);
    const options = JSON.parse((await browser.post('/-/confirm/passkey-options')).body);
    const passkey = { method: 'passkey', response: authenticator.get(options), returnTo: PAGE };
    expect((await browser.post('/-/confirm', passkey)).location).toBe(PAGE);
    expect((await browser.post(`${PAGE}/recovery-codes`)).status).toBe(200);
  });
});

describe('a common password', () => {
  it('is refused with its reason wherever one is set, unless the site takes it', async () => {
    const common = 'Password1234!';
    const refused = await site.browser().post('/-/sign-up', { username: 'common', email: 'common@example.com', password: common });
    expect([refused.status, refused.body]).toEqual([
      400,
      expect.stringContaining('This password is in a public list of breached or common passwords.'),
    ]);
    const { browser, password } = await site.aPerson();
    expect((await browser.post('/-/account/password', { before: password, password: common })).status).toBe(400);
    await site.configure({ ...BASE, 'auth.refuseCommonPasswords': false });
    expect((await browser.post('/-/account/password', { before: password, password: common })).status).toBe(303);
  });
});
