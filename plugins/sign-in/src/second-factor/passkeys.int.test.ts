import { core } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AProvider } from '../testing/a-provider.js';
import { ASite } from '../testing/a-site.js';
import type { Browser } from '../testing/browser.js';
import { FakeAuthenticator, type Forgery } from '../testing/fake-authenticator.js';
import { addPasskey, givePasskey, recoveryCodesOf, signInByPasskey } from '../testing/second-factor-person.js';

const PAGE = '/-/account/second-factor';
const clock = new TestClock();
const acme = new AProvider('acme');
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(
    {
      'auth.providers': [
        { type: 'builtin', allowSignup: true },
        { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true },
      ],
    },
    { clock, more: [acme.plugin] },
  );
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

const anAuthenticator = (counts = true): FakeAuthenticator => new FakeAuthenticator(site.kernel.url, counts);
const aPerson = async (counts = true) => {
  const person = await site.aPerson();
  const authenticator = anAuthenticator(counts);
  const added = await addPasskey(person.browser, authenticator);
  expect(added.status).toBe(200);
  return { ...person, authenticator, recoveryCodes: recoveryCodesOf(added) };
};
const pending = async ({ username, password }: { readonly username: string; readonly password: string }): Promise<Browser> => {
  const browser = site.browser();
  expect((await browser.signIn(username, password)).location).toBe('/-/sign-in/second-factor');
  return browser;
};
const idsOn = (body: string): string[] =>
  [...body.matchAll(/name="id" value="(\d+)"/g)].map(([, id]) => id!).filter((id, i, all) => all.indexOf(id) === i);

const FORGERIES: readonly (readonly [string, Forgery])[] = [
  ['of a page of another origin', { origin: 'https://evil.example' }],
  ['of another host', { rpId: 'evil.example' }],
  ['to another challenge', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
  ['that was meant for something else', { type: 'webauthn.create' }],
  ['from a frame of another site', { crossOrigin: true }],
  ['with another key', { wrongKey: true }],
  ['with a counter that went back', { counter: 0 }],
  ['for another user', { userHandle: Buffer.alloc(32, 7).toString('base64url') }],
];

describe('a passkey', () => {
  it('is added, with recovery codes where it is the first factor, and is the second step of a sign-in', async () => {
    const person = await aPerson();
    expect(person.recoveryCodes).toHaveLength(10);
    const browser = await pending(person);
    const page = await browser.get('/-/sign-in/second-factor');
    expect(page.body).toContain('data-passkey="get"');
    expect(page.headers.get('content-security-policy')).toContain(
      `script-src ${site.kernel.url}/-/sign-in/passkeys.js; connect-src 'self'`,
    );
    expect((await givePasskey(browser, person.authenticator)).status).toBe(303);
    expect(await browser.whoAmI()).toBe(person.username);
  });

  it('signs in without a password, by a device that checks who uses it', async () => {
    const { username, authenticator } = await aPerson();
    const browser = site.browser();
    expect((await browser.get('/sign-in')).body).toContain('Sign in with a passkey');
    expect((await signInByPasskey(browser, authenticator, { unverified: true })).status).toBe(401);
    expect((await signInByPasskey(browser, authenticator)).location).toBe('/-/account');
    expect(await browser.whoAmI()).toBe(username);
  });

  it('whose device does not check who uses it is a second step nevertheless', async () => {
    const person = await aPerson();
    expect((await givePasskey(await pending(person), person.authenticator, { unverified: true })).status).toBe(303);
  });

  it('of a device that does not count signs in again and again', async () => {
    const { authenticator } = await aPerson(false);
    for (let i = 0; i < 3; i++) expect((await signInByPasskey(site.browser(), authenticator)).status).toBe(303);
  });

  it.each(FORGERIES)('is refused in an answer %s', async (_what, forgery) => {
    const person = await aPerson();
    const first = await signInByPasskey(site.browser(), person.authenticator);
    expect(first.status).toBe(303);
    const browser = site.browser();
    const refused = await signInByPasskey(browser, person.authenticator, forgery);
    expect([refused.status, refused.body]).toEqual([401, expect.stringContaining('was not accepted')]);
    const second = await pending(person);
    expect((await givePasskey(second, person.authenticator, forgery)).status).toBe(401);
    expect([await browser.whoAmI(), await second.whoAmI()]).toEqual([undefined, undefined]);
  });

  it.each(FORGERIES.filter(([, { wrongKey, counter, userHandle }]) => !wrongKey && counter === undefined && !userHandle))(
    'is not added by an answer %s',
    async (_what, forgery) => {
      const { browser } = await site.aPerson();
      const more = forgery.type ? { type: 'webauthn.get' } : forgery;
      expect((await addPasskey(browser, anAuthenticator(), 'Laptop', more)).status).toBe(401);
      expect(idsOn((await browser.get(PAGE)).body)).toEqual([]);
    },
  );

  it('answers once, in the browser that was asked, for what it was asked', async () => {
    const person = await aPerson();
    const { authenticator } = person;
    const browser = site.browser();
    const options = JSON.parse((await browser.post('/-/sign-in/passkey-options')).body);
    const response = authenticator.get(options);
    const stranger = site.browser();
    expect((await stranger.post('/-/sign-in/passkey', { response })).status).toBe(400);
    const kept = browser.cookies.get('sgk')!;
    const answers = await Promise.all([browser.post('/-/sign-in/passkey', { response }), browser.post('/-/sign-in/passkey', { response })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
    // What was signed to come in is no second factor.
    const second = await pending(person);
    second.cookies.set('sgk', kept);
    expect((await second.post('/-/sign-in/second-factor', { method: 'passkey', response })).status).toBe(400);
    const late = site.browser();
    const old = JSON.parse((await late.post('/-/sign-in/passkey-options')).body);
    await clock.advance(5 * 60_000);
    expect((await late.post('/-/sign-in/passkey', { response: authenticator.get(old) })).status).toBe(400);
  });

  it('of somebody else is no second factor', async () => {
    const [ada, grace] = [await aPerson(), await aPerson()];
    const browser = await pending(ada);
    const options = JSON.parse((await browser.post('/-/sign-in/second-factor/passkey-options')).body);
    const response = grace.authenticator.get({ ...options, allowCredentials: [] });
    expect((await browser.post('/-/sign-in/second-factor', { method: 'passkey', response })).status).toBe(401);
  });

  it('in nonsense is refused, and is no fault of the server', async () => {
    const { authenticator } = await aPerson();
    for (const response of [
      '',
      'null',
      '[]',
      '{}',
      '"x"',
      '{"id":1,"response":{}}',
      `{"id":"x","response":{"clientDataJSON":"e30"}}`,
      'x'.repeat(30_000),
    ]) {
      const browser = site.browser();
      await browser.post('/-/sign-in/passkey-options');
      expect([response.slice(0, 20), (await browser.post('/-/sign-in/passkey', { response })).status]).toEqual([
        response.slice(0, 20),
        401,
      ]);
    }
    expect((await signInByPasskey(site.browser(), authenticator)).status).toBe(303);
  });

  it('has a name, dates, and is one of ten at most', async () => {
    const { browser, authenticator } = await aPerson();
    for (let i = 2; i <= 10; i++)
      expect((await addPasskey(browser, authenticator, `Key ${i}`)).location).toBe(`${PAGE}?note=passkey-added`);
    expect((await addPasskey(browser, authenticator, 'One too many')).status).toBe(409);
    const page = await browser.get(PAGE);
    expect(idsOn(page.body)).toHaveLength(10);
    const [id] = idsOn(page.body) as [string];
    await browser.post(`${PAGE}/passkeys/rename`, { id, name: '<b>Work</b>' });
    expect((await browser.get(PAGE)).body).toContain('value="&lt;b&gt;Work&lt;/b&gt;"');
    for (const name of ['', ' ', 'x'.repeat(101), 'a\0b'])
      expect((await browser.post(`${PAGE}/passkeys/rename`, { id, name })).status).toBe(400);
  });

  it('is renamed and removed by its person alone', async () => {
    const [ada, grace] = [await aPerson(), await aPerson()];
    const [id] = idsOn((await ada.browser.get(PAGE)).body) as [string];
    for (const act of ['rename', 'remove'])
      expect([act, (await grace.browser.post(`${PAGE}/passkeys/${act}`, { id, name: 'Mine' })).status]).toEqual([act, 404]);
    expect((await ada.browser.post(`${PAGE}/passkeys/remove`, { id })).location).toBe(`${PAGE}?note=removed`);
    expect((await signInByPasskey(site.browser(), ada.authenticator)).status).toBe(401);
    // Without a second factor the password is enough again.
    expect((await site.browser().signIn(ada.username, ada.password)).location).toBe('/-/account');
  });
});

describe('the last way in', () => {
  const cameBy = async (accountId: string): Promise<Browser> => {
    const browser = site.browser();
    const state = new URL((await browser.get('/.auth/acme/login')).location!).searchParams.get('state');
    await browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId })}`);
    return browser;
  };

  it('may be a passkey, and that one is not removed', async () => {
    const browser = await cameBy('passkey-only');
    const authenticator = anAuthenticator();
    await addPasskey(browser, authenticator);
    const account = /name="account" value="(\d+)"/.exec((await browser.get('/-/account')).body)![1]!;
    expect((await browser.post('/-/account/unlink', { account })).location).toBe('/-/account?note=unlinked');
    const again = site.browser();
    expect((await signInByPasskey(again, authenticator)).status).toBe(303);
    const [id] = idsOn((await again.get(PAGE)).body) as [string];
    const refused = await again.post(`${PAGE}/passkeys/remove`, { id });
    expect([refused.status, refused.body]).toEqual([409, expect.stringContaining('last by which the user can sign in')]);
    expect((await signInByPasskey(site.browser(), authenticator)).status).toBe(303);
  });

  it('is not a passkey of a device that does not check who uses it', async () => {
    const browser = await cameBy('weak-passkey');
    await addPasskey(browser, anAuthenticator(), 'Old key', { unverified: true });
    const account = /name="account" value="(\d+)"/.exec((await browser.get('/-/account')).body)![1]!;
    expect((await browser.post('/-/account/unlink', { account })).status).toBe(409);
  });
});
