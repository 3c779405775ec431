import { core } from '@sextant/sdk';
import { at, TestClock, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AProvider } from '../testing/a-provider.js';
import { ASite } from '../testing/a-site.js';
import type { Browser } from '../testing/browser.js';

const PASSWORD = 'a long enough password';
const ADD_EMAIL = 'mutation($u: ID!, $e: String!) { addUserEmail(user: $u, email: $e) { alwaysNil } }';
const CREATE_TOKEN = 'mutation($u: ID!) { createAccessToken(user: $u, scopes: ["user:all"], note: "x") { token } }';
const CREATE_PASSWORD = 'mutation { createPassword(newPassword: "another password that is long") { alwaysNil } }';

const clock = new TestClock();
const forge = new AProvider('forge');
let site: ASite;

const idOf = async (browser: Browser): Promise<string> => textAt((await browser.graphql('{ currentUser { id } }')).data, 'currentUser.id');
const anEmail = () => `new-${Math.trunc(Math.random() * 1e9)}@example.com`;

beforeAll(async () => {
  site = await ASite.start(
    {
      'auth.providers': [
        { type: 'builtin', allowSignup: true },
        { type: 'forge', configID: 'forge', url: 'https://forge.example.com/', allowSignup: true },
      ],
    },
    { clock, more: [forge.plugin] },
  );
  // Nobody signs up on a site without an admin.
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

describe('a session', () => {
  it('may change how its user signs in within an hour of the sign-in, and then again once the password was given', async () => {
    const { browser, password } = await site.aPerson(PASSWORD);
    const u = await idOf(browser);
    expect((await browser.graphql(ADD_EMAIL, { u, e: anEmail() })).codes).toEqual([]);
    clock.jump(3_600_000);
    expect((await browser.graphql(ADD_EMAIL, { u, e: anEmail() })).codes).toEqual(['SEXTANT_AUTH_STEP_UP']);
    expect((await browser.graphql(CREATE_TOKEN, { u })).codes).toEqual(['SEXTANT_AUTH_STEP_UP']);
    expect((await browser.get('/-/confirm?returnTo=/-/account')).body).toContain('name="method" value="password"');
    const wrong = await browser.post('/-/confirm', { method: 'password', password: 'wrong', returnTo: '/-/account' });
    expect(wrong).toMatchObject({ status: 401 });
    expect((await browser.graphql(CREATE_TOKEN, { u })).codes).toEqual(['SEXTANT_AUTH_STEP_UP']);
    const right = await browser.post('/-/confirm', { method: 'password', password, returnTo: '/-/account' });
    expect(right).toMatchObject({ status: 303, location: '/-/account' });
    expect((await browser.graphql(CREATE_TOKEN, { u })).codes).toEqual([]);
  });

  it('says where to confirm', async () => {
    const { browser } = await site.aPerson();
    const u = await idOf(browser);
    clock.jump(3_600_000);
    const { errors } = await browser.answer(ADD_EMAIL, { u, e: anEmail() });
    expect(errors[0]?.extensions).toMatchObject({ code: 'SEXTANT_AUTH_STEP_UP', confirmUrl: `${site.kernel.url}/-/confirm` });
  });

  it('has another id once it is confirmed: one that was stolen before is worth nothing', async () => {
    const { browser, password } = await site.aPerson();
    const thief = site.browser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect(await thief.whoAmI()).toBeDefined();
    await browser.post('/-/confirm', { method: 'password', password });
    expect(await browser.whoAmI()).toBeDefined();
    expect(await thief.whoAmI()).toBeUndefined();
  });

  it('asks again after the period of the site configuration, which is live', async () => {
    const { browser } = await site.aPerson();
    const u = await idOf(browser);
    clock.jump(600_000);
    expect((await browser.graphql(ADD_EMAIL, { u, e: anEmail() })).codes).toEqual([]);
    const providers = [
      { type: 'builtin', allowSignup: true },
      { type: 'forge', configID: 'forge', url: 'https://forge.example.com/', allowSignup: true },
    ];
    await site.configure({ 'auth.providers': providers, 'auth.stepUpPeriod': '5m' });
    expect((await browser.graphql(ADD_EMAIL, { u, e: anEmail() })).codes).toEqual(['SEXTANT_AUTH_STEP_UP']);
    expect(await site.configure({ 'auth.providers': providers, 'auth.stepUpPeriod': '10s' })).toHaveLength(1);
    await site.configure({ 'auth.providers': providers });
  });

  it('is led to the page of confirmation by the forms of the account page', async () => {
    const { browser } = await site.aPerson();
    clock.jump(3_600_000);
    const answer = await browser.post('/-/account/password', { before: PASSWORD, password: 'another password that is long' });
    expect(answer).toMatchObject({ status: 303, location: '/-/confirm?returnTo=%2F-%2Faccount' });
    // Ending one's sessions takes power away.
    expect(await browser.post('/-/account/sessions', { session: 'others' })).toMatchObject({
      status: 303,
      location: '/-/account?note=sessions',
    });
  });

  it('is not confirmed without a limit of attempts', async () => {
    const { browser } = await site.aPerson();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await browser.post('/-/confirm', { method: 'password', password: `wrong ${i}` })).status);
    expect(statuses.slice(-2)).toEqual([429, 429]);
  });
});

describe('somebody who came by a provider', () => {
  const comeBack = (browser: Browser, location: string, code: string) =>
    browser.get(`/.auth/forge/callback?state=${new URL(location).searchParams.get('state')}&code=${code}`);
  const come = async (browser: Browser, accountId: string): Promise<void> => {
    const { location } = await browser.get('/.auth/forge/login?pc=forge');
    await comeBack(browser, location ?? '', forge.code({ accountId }));
  };

  it('confirms by signing in there again, as the same account', async () => {
    const browser = site.browser();
    await come(browser, 'ada');
    clock.jump(3_600_000);
    expect((await browser.graphql(CREATE_PASSWORD)).codes).toEqual(['SEXTANT_AUTH_STEP_UP']);
    const page = await browser.get('/-/confirm?returnTo=/-/account');
    expect(page.body).toContain('Sign in again with The forge');
    expect(page.body).not.toContain('value="password"');
    const path = '/.auth/forge/login?pc=forge&confirm=1&returnTo=/-/account';
    const other = await comeBack(browser, (await browser.get(path)).location ?? '', forge.code({ accountId: 'eve' }));
    expect(other.status).toBe(403);
    expect(await browser.whoAmI()).toBe('ada');
    expect((await browser.graphql(CREATE_PASSWORD)).codes).toEqual(['SEXTANT_AUTH_STEP_UP']);
    const { location } = await browser.get(path);
    expect(forge.anew.at(-1)).toBe(true);
    const done = await comeBack(browser, location ?? '', forge.code({ accountId: 'ada' }));
    expect(done).toMatchObject({ status: 303, location: '/-/account' });
    expect((await browser.graphql(CREATE_PASSWORD)).codes).toEqual([]);
  });
});

describe('an access token', () => {
  it('cannot do what takes over an account, not even of a site admin', async () => {
    const { browser } = await site.aPerson();
    const u = await idOf(browser);
    const token = textAt((await browser.graphql(CREATE_TOKEN, { u })).data, 'createAccessToken.token');
    for (const [query, variables] of [
      [CREATE_PASSWORD, {}],
      ['mutation { updatePassword(oldPassword: "a long enough password", newPassword: "another long password") { alwaysNil } }', {}],
      [CREATE_TOKEN, { u }],
      [ADD_EMAIL, { u, e: anEmail() }],
      ['mutation($u: ID!) { randomizeUserPassword(user: $u) { emailSent } }', { u }],
      ['mutation($u: ID!) { setUserIsSiteAdmin(userID: $u, siteAdmin: true) { alwaysNil } }', { u }],
      ['mutation { createServiceAccount(username: "a-robot") { id } }', {}],
    ] as const) {
      const own = site.adminToken;
      const codes = [(await site.ask(query, variables, token)).codes[0], (await site.ask(query, variables, own)).codes[0]];
      expect(codes[0], query).toMatch(/^SEXTANT_AUTH_(SESSION|SITE_ADMIN)_REQUIRED$/);
      expect(codes[1], query).toBe('SEXTANT_AUTH_SESSION_REQUIRED');
    }
  });

  it('of a site admin does what the command line src does', async () => {
    const { data, codes } = await site.ask(
      'mutation { createUser(username: "by-src", email: "by-src@example.com") { user { id } resetPasswordURL } }',
    );
    expect(codes).toEqual([]);
    expect(at(data, 'createUser.resetPasswordURL')).toEqual(expect.any(String));
    expect(
      (await site.ask('mutation($u: ID!) { deleteUser(user: $u) { alwaysNil } }', { u: textAt(data, 'createUser.user.id') })).codes,
    ).toEqual([]);
  });
});
