import { users } from '@sextant/plugin-identity/api';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, TestClock } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ASite } from '../testing/a-site.js';
import type { Browser } from '../testing/browser.js';
import { FakeAuthenticator } from '../testing/fake-authenticator.js';
import { addPasskey, addTotp } from '../testing/second-factor-person.js';

const PAGE = '/-/account/second-factor';
const BASE = { 'auth.providers': [{ type: 'builtin', allowSignup: true }] };
const clock = new TestClock();
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(BASE, { clock });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});
beforeEach(() => site.configure(BASE));

const require = (who: string): Promise<unknown> => site.configure({ ...BASE, 'auth.requireSecondFactor': who });
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
    await require('everyone');
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
    await require('everyone');
    expect(await refusal(browser)).toEqual(required());
    expect((await addPasskey(browser, new FakeAuthenticator(site.kernel.url))).status).toBe(200);
    expect(await refusal(browser)).toBeUndefined();
    await browser.post(`${PAGE}/passkeys/remove`, { id: /name="id" value="(\d+)"/.exec((await browser.get(PAGE)).body)![1]! });
    expect(await refusal(browser)).toEqual(required());
    await site.configure(BASE);
    expect(await browser.whoAmI()).toBe(username);
  });

  it('is not wanted of access tokens', async () => {
    await require('everyone');
    expect(at((await site.ask('{ currentUser { siteAdmin } }')).data, 'currentUser.siteAdmin')).toBe(true);
  });

  it('is nothing that a token can set up', async () => {
    await require('everyone');
    const authorization = { authorization: `token ${site.adminToken}` };
    for (const path of [PAGE, `${PAGE}/totp`]) expect([path, (await site.browser().get(path, authorization)).status]).toEqual([path, 403]);
    for (const act of ['totp', 'totp/remove', 'passkeys', 'passkeys/options', 'passkeys/remove', 'recovery-codes'])
      expect([act, (await site.browser().post(`${PAGE}/${act}`, {}, authorization)).status]).toEqual([act, 403]);
  });
});

it('a second factor that site admins must have is not wanted of others', async () => {
  const { username, password } = await site.aPerson();
  await require('site-admins');
  const browser = site.browser();
  expect((await browser.signIn(username, password)).location).toBe('/-/account');
  expect(await refusal(browser)).toBeUndefined();
  const promote = 'mutation($u: ID!) { setUserIsSiteAdmin(userID: $u, siteAdmin: true) { alwaysNil } }';
  expect((await site.ask(promote, { u: await idOf(username) })).codes).toEqual([]);
  expect((await browser.signIn(username, password)).location).toBe(`${PAGE}?note=required`);
  expect(await refusal(browser)).toEqual(required());
});
