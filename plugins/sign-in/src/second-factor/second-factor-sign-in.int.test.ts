import { accounts, users } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AMailbox } from '../testing/a-mailbox.js';
import { AProvider } from '../testing/a-provider.js';
import { ASite } from '../testing/a-site.js';
import type { Answer, Browser } from '../testing/browser.js';
import { codeAt, personWithTotp, recoveryCodesOf } from '../testing/second-factor-person.js';

const STEP = '/-/sign-in/second-factor';
const clock = new TestClock();
const mailbox = new AMailbox();
const acme = new AProvider('acme');
const PROVIDERS = [
  { type: 'builtin', allowSignup: true },
  { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true },
];
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': PROVIDERS }, { clock, more: [mailbox.plugin, acme.plugin] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

/** Codes count once: a new one is there after half a minute. */
const nextCode = async (secret: string): Promise<string> => {
  await clock.advance(30_000);
  return codeAt(secret, clock.now());
};
const aPerson = () => personWithTotp(site, () => clock.now());
const give = (browser: Browser, fields: Readonly<Record<string, string>>): Promise<Answer> => browser.post(STEP, fields);
const giveCode = (browser: Browser, code: string): Promise<Answer> => give(browser, { method: 'totp', code });
const giveRecovery = (browser: Browser, recoveryCode: string): Promise<Answer> => give(browser, { method: 'recovery-code', recoveryCode });
/** A browser whose person has given the password alone. */
const pending = async ({ username, password }: { readonly username: string; readonly password: string }): Promise<Browser> => {
  const browser = site.browser();
  const answer = await browser.signIn(username, password);
  expect([answer.status, answer.location]).toEqual([303, STEP]);
  return browser;
};

describe('after the password', () => {
  it('the code of the app is asked for, and makes the session', async () => {
    const person = await aPerson();
    const browser = await pending(person);
    expect(await browser.whoAmI()).toBeUndefined();
    const page = await browser.get(STEP);
    expect(page.body).toMatch(/<input id="code"[^>]*autocomplete="one-time-code"[^>]*inputmode="numeric"/);
    expect(page.headers.get('content-security-policy')).not.toContain('script-src');
    const answer = await giveCode(browser, await nextCode(person.secret));
    expect([answer.status, answer.location]).toEqual([303, '/-/account']);
    expect(await browser.whoAmI()).toBe(person.username);
  });

  it('leads on to where the person wanted to go', async () => {
    const person = await aPerson();
    const browser = site.browser();
    const { username, password, secret } = person;
    await browser.post('/-/sign-in', { username, password, returnTo: '/search?q=x' });
    expect((await giveCode(browser, await nextCode(secret))).location).toBe('/search?q=x');
  });

  it('nothing is open before the second factor: no API, no page, no stream', async () => {
    const person = await aPerson();
    const browser = await pending(person);
    expect([...browser.cookies.keys()]).toEqual(['sgp']);
    expect((await browser.graphql('{ currentUser { username } }')).codes.length + Number((await browser.whoAmI()) !== undefined)).toBe(0);
    expect((await browser.get('/-/account')).location).toMatch(/^\/sign-in/);
    expect((await browser.get('/-/account/second-factor')).location).toMatch(/^\/sign-in/);
    for (const path of ['/-/account/password', '/-/account/second-factor/totp/remove', '/-/account/second-factor/recovery-codes'])
      expect([path, (await browser.post(path, {})).status]).toEqual([path, 401]);
    // Nor is the text of the one cookie that of the other.
    browser.cookies.set('sgs', browser.cookies.get('sgp')!);
    expect(await browser.whoAmI()).toBeUndefined();
  });

  it('is for the browser that gave the password, for five minutes, and makes one session', async () => {
    const person = await aPerson();
    const stranger = site.browser();
    expect((await stranger.get(STEP)).location).toBe('/sign-in?note=expired');
    const code = await nextCode(person.secret);
    expect((await giveCode(stranger, code)).status).toBe(400);
    const late = await pending(person);
    await clock.advance(5 * 60_000);
    const refused = await giveCode(late, await nextCode(person.secret));
    expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('over')]);
    const browser = await pending(person);
    const kept = browser.cookies.get('sgp')!;
    expect((await giveCode(browser, await nextCode(person.secret))).status).toBe(303);
    browser.cookies.set('sgp', kept);
    expect((await giveCode(browser, await nextCode(person.secret))).status).toBe(400);
  });

  it('a program is told in JSON what is wanted', async () => {
    const { username, password, secret } = await aPerson();
    const json = { 'content-type': 'application/json' };
    const first = await fetch(`${site.kernel.url}/-/sign-in`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username, password }),
    });
    expect([first.status, await first.json()]).toEqual([202, { secondFactor: { url: STEP, methods: ['totp', 'recovery-code'] } }]);
    const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!;
    const second = await fetch(`${site.kernel.url}${STEP}`, {
      method: 'POST',
      headers: { ...json, cookie },
      body: JSON.stringify({ method: 'totp', code: await nextCode(secret) }),
    });
    expect([second.status, await second.json()]).toEqual([200, { username }]);
  });
});

describe('a code of the app', () => {
  it('counts once, also when two browsers send it at the same moment', async () => {
    const person = await aPerson();
    const [one, other] = [await pending(person), await pending(person)];
    const code = await nextCode(person.secret);
    const answers = await Promise.all([giveCode(one, code), giveCode(other, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401]);
  });

  it('does not count at sign-in when it enrolled the app', async () => {
    const person = await site.aPerson();
    const { secret } = await (await import('../testing/second-factor-person.js')).addTotp(person.browser, clock.now());
    const browser = await pending(person);
    expect((await giveCode(browser, codeAt(secret, clock.now()))).status).toBe(401);
    expect((await giveCode(browser, await nextCode(secret))).status).toBe(303);
  });

  it('is not taken after five wrong ones, for longer and longer, and a recovery code still is', async () => {
    const person = await aPerson();
    const browser = await pending(person);
    const right = (): string => codeAt(person.secret, clock.now());
    for (let i = 0; i < 5; i++) expect((await giveCode(browser, '000000')).status).toBe(401);
    await clock.advance(29_000);
    expect((await giveCode(browser, right())).status).toBe(401);
    await clock.advance(1_000);
    expect((await giveCode(browser, '000000')).status).toBe(401);
    await clock.advance(31_000);
    expect((await giveCode(browser, right())).status).toBe(401);
    expect((await giveRecovery(browser, person.recoveryCodes[0]!)).status).toBe(303);
    await clock.advance(60_000);
    expect((await giveCode(await pending(person), right())).status).toBe(303);
  });

  it('is counted among many at once as among many in turn', async () => {
    const person = await aPerson();
    const browser = await pending(person);
    await Promise.all(Array.from({ length: 20 }, () => giveCode(browser, '000000')));
    const [row] = await site.kernel
      .service(core.storage, 'sign-in')
      .query<{ failures: number }>('SELECT failures FROM totp WHERE user_id = (SELECT max(user_id) FROM totp)');
    expect(row!.failures).toBe(5);
  });
});

describe('a recovery code', () => {
  it('signs in once, in any spelling, and of two at once one does', async () => {
    const person = await aPerson();
    expect(person.recoveryCodes).toHaveLength(10);
    const [first, second] = person.recoveryCodes as [string, string];
    expect((await giveRecovery(await pending(person), ` ${first.toUpperCase().replaceAll('-', ' ')} `)).status).toBe(303);
    const again = await pending(person);
    expect((await giveRecovery(again, first)).status).toBe(401);
    const browsers = [again, await pending(person), await pending(person)];
    const answers = await Promise.all(browsers.map((browser) => giveRecovery(browser, second)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401]);
  });

  it('of a set before the newest counts no more', async () => {
    const person = await aPerson();
    const fresh = recoveryCodesOf(await person.browser.post('/-/account/second-factor/recovery-codes'));
    expect(fresh).toHaveLength(10);
    const browser = await pending(person);
    expect((await giveRecovery(browser, person.recoveryCodes[1]!)).status).toBe(401);
    expect((await giveRecovery(browser, fresh[1]!)).status).toBe(303);
  });

  it('of somebody else, or of nobody, is refused', async () => {
    const [ada, grace] = [await aPerson(), await aPerson()];
    const browser = await pending(ada);
    for (const code of [grace.recoveryCodes[0]!, 'x', '', 'aaaa-aaaa-aaaa-aaaa'])
      expect([code, (await giveRecovery(browser, code)).status]).toEqual([code, code === '' ? 400 : 401]);
  });

  it('is told of by mail and in the audit log, and stands nowhere in clear', async () => {
    const person = await aPerson();
    const user = (await site.kernel.service(users).byUsername(person.username))!;
    await site.kernel.service(accounts).setEmailVerified(user.id, `${person.username}@example.com`, true);
    const from = site.kernel.log.text.length;
    await giveRecovery(await pending(person), person.recoveryCodes[0]!);
    expect(mailbox.letters.at(-1)).toMatchObject({
      to: `${person.username}@example.com`,
      text: expect.stringContaining('A recovery code was used, 9 are left'),
    });
    expect(site.kernel.log.text.slice(from)).toContain('"entity":"auth.recoveryCode","action":"used"');
    for (const secret of [...person.recoveryCodes, person.secret]) expect(site.kernel.log.text).not.toContain(secret);
    const rows = await site.kernel.service(core.storage, 'sign-in').query('SELECT sealed_secret FROM totp');
    expect(JSON.stringify(rows)).not.toContain(person.secret);
  });
});

describe('while a sign-in waits', () => {
  it('it is over when the factor is removed, the password changed or the sessions ended', async () => {
    const ends: readonly ((person: Awaited<ReturnType<typeof aPerson>>) => Promise<unknown>)[] = [
      ({ browser }) => browser.post('/-/account/second-factor/totp/remove'),
      ({ browser, password }) => browser.post('/-/account/password', { before: password, password: 'another password of mine' }),
      async ({ username }) => {
        const { id } = (await site.kernel.service(users).byUsername(username))!;
        await site.kernel.service(accounts).revokeCredentials(id);
      },
    ];
    for (const end of ends) {
      const person = await aPerson();
      const browser = await pending(person);
      await end(person);
      expect((await giveRecovery(browser, person.recoveryCodes[0]!)).status).toBe(400);
      expect(await browser.whoAmI()).toBeUndefined();
    }
  });
});

describe('a provider', () => {
  const cameBy = async (accountId: string): Promise<{ readonly browser: Browser; readonly answer: Answer }> => {
    const browser = site.browser();
    const { location } = await browser.get('/.auth/acme/login');
    const state = new URL(location!).searchParams.get('state');
    return { browser, answer: await browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId })}`) };
  };

  it('is trusted with the second factor, unless the site wants it here too', async () => {
    const person = await aPerson();
    const page = await person.browser.post('/-/account/link', { type: 'acme', way: 'acme' });
    const state = /state=([\w-]{43})/.exec(page.body)![1];
    await person.browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId: 'both' })}`);
    expect(await (await cameBy('both')).browser.whoAmI()).toBe(person.username);
    await site.configure({ 'auth.providers': PROVIDERS, 'auth.secondFactorForProviders': true });
    const { browser, answer } = await cameBy('both');
    expect(answer.location).toBe(STEP);
    expect(await browser.whoAmI()).toBeUndefined();
    expect((await giveCode(browser, await nextCode(person.secret))).status).toBe(303);
    expect(await browser.whoAmI()).toBe(person.username);
    await site.configure({ 'auth.providers': PROVIDERS });
  });
});
