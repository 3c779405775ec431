import { accounts, users } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { Cookies } from '../sessions/session-cookie.js';
import { AMailbox } from '../testing/a-mailbox.js';
import { ASite } from '../testing/a-site.js';
import type { Answer, Browser } from '../testing/browser.js';
import { AttemptThrottle } from './attempt-throttle.js';

const DEVICE = 'sgs-device';
const eventually = { timeout: 30_000, interval: 20 };
const clock = new TestClock();
const mailbox = new AMailbox();
let site: ASite;
let networks = 0;

beforeAll(async () => {
  site = await ASite.start(
    { 'auth.providers': [{ type: 'builtin', allowSignup: true }] },
    { clock, more: [mailbox.plugin], config: { http: { port: 0, trustProxy: true } } },
  );
});

/** One that nobody has come from. */
const anAddress = (): string => `198.${18 + Math.floor(networks / 65_536)}.${Math.floor(networks / 256) % 256}.${networks++ % 256}`;
const give = (browser: Browser, username: string, password: string, from = anAddress()): Promise<Answer> =>
  browser.post('/-/sign-in', { username, password }, { 'x-forwarded-for': from });
const guess = (username: string, from?: string): Promise<Answer> => give(site.browser(), username, 'wrong wrong wrong', from);
const guesses = async (username: string, times: number, from?: string): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await guess(username, from)).status);
  return statuses;
};
const retryAfter = ({ headers }: Answer): number => Number(headers.get('retry-after'));
const told = ({ body }: Answer): string | undefined => /role="alert"[^>]*>([^<]*)/.exec(body)?.[1];
const times = (n: number, status: number): readonly number[] => Array.from({ length: n }, () => status);
/** Wrong passwords that are counted, and not looked at, which takes long. */
const counted = async (names: readonly string[], from?: string): Promise<void> => {
  const throttle = new AttemptThrottle({ db: site.kernel.service(core.storage, 'sign-in'), clock });
  for (const name of names) await throttle.begin({ by: 'stranger', remoteAddress: from ?? anAddress(), name });
};
/** From 20 networks. */
const attacked = (username: string): Promise<void> => counted(Array.from({ length: 20 }, () => username));

const proved = async () => {
  const person = await site.aPerson();
  const address = `${person.username}@example.com`;
  const { id } = (await site.kernel.service(users).byUsername(person.username))!;
  await site.kernel.service(accounts).setEmailVerified(id, address, true);
  return { ...person, id, address };
};

it('a stranger with 1,000 wrong passwords from 50 addresses keeps nobody out of a browser that they have signed in with', async () => {
  const { username, password, browser } = await site.aPerson();
  const from = Array.from({ length: 50 }, anAddress);
  const statuses: number[] = [];
  for (let round = 0; round < 20; round++)
    statuses.push(...(await Promise.all(from.map((address) => guess(username, address)))).map(({ status }) => status));
  expect([statuses.length, statuses.filter((status) => status === 401).length]).toEqual([1_000, 20]);
  expect(statuses.filter((status) => status === 429)).toHaveLength(980);
  const refused = await guess(username);
  expect([refused.status, retryAfter(refused)]).toEqual([429, 10]);
  // From a network of the stranger, too.
  expect((await give(browser, username, password, from[0])).status).toBe(303);
  expect(await browser.whoAmI()).toBe(username);
});

describe('after wrong passwords', () => {
  it('of one address for one name the next attempts wait, each twice as long, and strangers elsewhere do not', async () => {
    const { username } = await site.aPerson();
    const from = anAddress();
    expect(await guesses(username, 6, from)).toEqual([...times(5, 401), 429]);
    for (const seconds of [10, 20, 40, 80]) {
      const refused = await guess(username, from);
      expect([refused.status, retryAfter(refused)]).toEqual([429, seconds]);
      await clock.advance(seconds * 1_000);
      expect((await guess(username, from)).status).toBe(401);
    }
    expect((await guess(username)).status).toBe(401);
  });

  it('the right one from there waits, too, and is taken after the delay that was told', async () => {
    const { username, password } = await site.aPerson();
    await attacked(username);
    const refused = await give(site.browser(), username, password);
    expect([refused.status, told(refused)]).toEqual([429, expect.stringContaining('Try again in 10 seconds')]);
    await clock.advance(retryAfter(refused) * 1_000 - 1);
    expect((await give(site.browser(), username, password)).status).toBe(429);
    await clock.advance(1);
    expect((await give(site.browser(), username, password)).status).toBe(303);
  });

  it('one address waits whatever the names are, and sign-ins that succeed count for nothing', async () => {
    const { username, password } = await site.aPerson();
    const from = anAddress();
    const sprayed = Array.from({ length: 29 }, (_, i) => `sprayed-${i}`);
    await counted(sprayed, from);
    for (let i = 0; i < 3; i++) expect((await give(site.browser(), username, password, from)).status).toBe(303);
    expect((await guess('sprayed-29', from)).status).toBe(401);
    const refused = await guess('sprayed-30', from);
    expect([refused.status, retryAfter(refused)]).toEqual([429, 5]);
  });

  it('a name that nobody has is answered as one that somebody has, delays and all', async () => {
    const { username } = await site.aPerson();
    const course = async (name: string): Promise<readonly unknown[]> => {
      const from = anAddress();
      const answers: Answer[] = [];
      for (let i = 0; i < 7; i++) answers.push(await guess(name, from));
      await counted(Array.from({ length: 14 }, () => name));
      for (let i = 0; i < 2; i++) answers.push(await guess(name));
      answers.push(await guess(name.toUpperCase()));
      return answers.map((answer) => [answer.status, retryAfter(answer), told(answer)]);
    };
    const somebody = await course(username);
    expect(await course('nobody-has-this')).toEqual(somebody);
    expect(await course('nobody-has-this@example.com')).toEqual(somebody);
    expect(somebody.at(-1)).toEqual([429, 10, expect.stringContaining('wrong passwords')]);
  });

  it('many at once are no more than many in turn', async () => {
    const { username } = await site.aPerson();
    const from = anAddress();
    const answers = await Promise.all(Array.from({ length: 12 }, () => guess(username, from)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...times(5, 401), ...times(7, 429)]);
  });

  it('a program is told in JSON when to come again', async () => {
    const { username } = await site.aPerson();
    await attacked(username);
    const answer = await site.kernel.fetch('/-/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-forwarded-for': anAddress() },
      body: JSON.stringify({ username, password: 'wrong wrong wrong' }),
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await answer.json()).toMatchObject({ error: { code: 'SEXTANT_SIGN_IN_THROTTLED', retryAfter: 10_000 } });
  });

  it('the owner of a proved address is mailed a link, once an hour, that spares the browser that opens it', async () => {
    const { username, password, address } = await proved();
    await counted(Array.from({ length: 19 }, () => username));
    expect((await guess(username)).status).toBe(401);
    await expect.poll(() => mailbox.code('unlock-account', address), eventually).toBeDefined();
    const code = mailbox.code('unlock-account', address)!;
    await clock.advance(10_000);
    expect((await guess(username)).status).toBe(401);
    const browser = site.browser();
    expect((await give(browser, username, password)).status).toBe(429);
    // Programs that look through mail open links.
    await browser.get(`/-/unlock-account?code=${code}`);
    expect((await give(browser, username, password)).status).toBe(429);
    expect((await browser.post('/-/unlock-account', { code })).location).toBe('/sign-in?note=unlocked');
    expect(await browser.whoAmI()).toBeUndefined();
    expect((await give(browser, username, password)).status).toBe(303);
    expect((await give(site.browser(), username, password)).status).toBe(429);
    expect((await site.browser().post('/-/unlock-account', { code })).status).toBe(400);
    expect(mailbox.letters.filter(({ to, text }) => to === address && text.includes('unlock-account'))).toHaveLength(1);
  });

  it('they are forgotten after a day without any', async () => {
    const { username } = await site.aPerson();
    const from = anAddress();
    await guesses(username, 5, from);
    await clock.advance(86_400_000);
    expect(await guesses(username, 6, from)).toEqual([...times(5, 401), 429]);
  });
});

describe('a known device', () => {
  it('has a cookie for itself, that no script sees and each sign-in replaces', async () => {
    const { username, password, browser } = await site.aPerson();
    const before = browser.cookies.get(DEVICE);
    const { set } = await give(browser, username, password);
    const cookie = set.find((one) => one.startsWith(`${DEVICE}=`))!;
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(Number(/Max-Age=(\d+)/i.exec(cookie)?.[1])).toBeGreaterThan(300 * 86_400);
    expect(browser.cookies.get(DEVICE)).not.toBe(before);
    // Where people reach Sextant by https, of a name that no neighbour can set.
    expect(new Cookies('https://sextant.example.com').ofStep(DEVICE, 'x', 1_000)).toMatch(/^__Host-sgs-device=x;.*Secure/);
  });

  it('is none by a cookie from before, by one that is made up, or by one of another account', async () => {
    const [{ username, password, browser }, other] = [await site.aPerson(), await site.aPerson()];
    const before = browser.cookies.get(DEVICE)!;
    await give(browser, username, password);
    await attacked(username);
    for (const text of [before, 'A'.repeat(43), other.browser.cookies.get(DEVICE)!, '']) {
      const copy = site.browser();
      copy.cookies.set(DEVICE, text);
      expect([text, (await give(copy, username, password)).status]).toEqual([text, 429]);
    }
    expect((await give(browser, username, password)).status).toBe(303);
  });

  it('is no credential', async () => {
    const { browser } = await site.aPerson();
    const copy = site.browser();
    copy.cookies.set(DEVICE, browser.cookies.get(DEVICE)!);
    expect(await copy.whoAmI()).toBeUndefined();
  });

  it('that gives wrong passwords itself is delayed after ten, alone', async () => {
    const { username, password, browser } = await site.aPerson();
    const second = site.browser();
    await give(second, username, password);
    for (let i = 0; i < 10; i++) expect((await give(browser, username, 'wrong wrong wrong')).status).toBe(401);
    const refused = await give(browser, username, password);
    expect([refused.status, retryAfter(refused)]).toEqual([429, 10]);
    for (const unhurt of [second, site.browser()]) expect((await give(unhurt, username, password)).status).toBe(303);
    await clock.advance(10_000);
    expect((await give(browser, username, password)).status).toBe(303);
  });

  it('counts as anybody for another account', async () => {
    const [{ browser }, victim] = [await site.aPerson(), await site.aPerson()];
    const from = anAddress();
    for (let i = 0; i < 5; i++) expect((await give(browser, victim.username, 'wrong wrong wrong', from)).status).toBe(401);
    expect((await give(browser, victim.username, 'wrong wrong wrong', from)).status).toBe(429);
  });

  it('is known no more after another password, or the end of all sessions', async () => {
    const ends: readonly ((of: { browser: Browser; password: string }) => Promise<unknown>)[] = [
      ({ browser, password }) =>
        browser.graphql(`mutation($b: String!) { updatePassword(oldPassword: $b, newPassword: "quite another one") { alwaysNil } }`, {
          b: password,
        }),
      ({ browser }) => browser.post('/-/account/sessions', { session: 'all' }),
    ];
    for (const end of ends) {
      const { username, password, browser } = await site.aPerson();
      const known = site.browser();
      await give(known, username, password);
      await attacked(username);
      expect((await give(known, username, 'wrong wrong wrong')).status).toBe(401);
      await end({ browser, password });
      expect((await give(known, username, 'wrong wrong wrong')).status).toBe(429);
    }
  });

  it('is also one in which the password was set by a mailed link', async () => {
    const { username, address } = await proved();
    await attacked(username);
    const browser = site.browser();
    await browser.post('/-/reset-password-init', { email: address });
    await expect.poll(() => mailbox.code('reset-password-code', address), eventually).toBeDefined();
    const code = mailbox.code('reset-password-code', address)!;
    expect((await browser.post('/-/reset-password-code', { code, password: 'remembered this time' })).status).toBe(303);
    expect((await give(browser, username, 'remembered this time')).status).toBe(303);
    expect((await give(site.browser(), username, 'remembered this time')).status).toBe(429);
  });

  it('is one of the last twenty of a person', async () => {
    const { username, password, browser } = await site.aPerson();
    const others = [];
    for (let i = 0; i < 20; i++) {
      await clock.advance(1);
      others.push(site.browser());
      await give(others[i]!, username, password);
    }
    await attacked(username);
    expect((await give(others[0]!, username, password)).status).toBe(303);
    expect((await give(browser, username, password)).status).toBe(429);
  });
});

it('a known device goes on where its address has asked too often in a minute', async () => {
  const own = await ASite.start(
    { 'auth.providers': [{ type: 'builtin', allowSignup: true }] },
    { config: { plugins: { 'sign-in': { attemptsPerMinute: 1 } } } },
  );
  await own.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
  const { username, password, browser } = await own.aPerson();
  expect((await own.browser().signIn(username, 'wrong wrong wrong')).status).toBe(401);
  const refused = await own.browser().signIn(username, password);
  expect(refused.status).toBe(429);
  expect(retryAfter(refused)).toBeGreaterThan(0);
  expect((await browser.signIn(username, password)).status).toBe(303);
});

it('strangers keep nobody who is signed in from another password, and whoever has a session guesses little', async () => {
  const { username, password, browser } = await site.aPerson();
  await attacked(username);
  const change = async (before: string): Promise<unknown> =>
    (
      await browser.graphql('mutation($b: String!) { updatePassword(oldPassword: $b, newPassword: "quite another one") { alwaysNil } }', {
        b: before,
      })
    ).codes[0];
  for (let i = 0; i < 10; i++) expect(await change('wrong wrong wrong')).toBe('SEXTANT_SIGN_IN_FAILED');
  expect(await change(password)).toBe('SEXTANT_SIGN_IN_THROTTLED');
  await clock.advance(10_000);
  expect(await change(password)).toBeUndefined();
});
