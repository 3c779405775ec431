import { accounts, users } from '@sextant/plugin-identity/api';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, TestClock, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AMailbox } from '../testing/a-mailbox.js';
import { ASite } from '../testing/a-site.js';

const eventually = { timeout: 30_000, interval: 20 };
const clock = new TestClock();
const mailbox = new AMailbox();
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] }, { clock, more: [mailbox.plugin] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

const proved = async () => {
  const person = await site.aPerson();
  const address = `${person.username}@example.com`;
  const { id } = (await site.kernel.service(users).byUsername(person.username))!;
  await site.kernel.service(accounts).setEmailVerified(id, address, true);
  return { ...person, id, address };
};
const HOUR = 3_600_000;

it('answers names and addresses that nobody can have as what they are: whoever sends many of them stops sign-in for nobody', async () => {
  const forms: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['/-/sign-in', { username: 'a\0b', password: 'a long enough password' }],
    ['/-/sign-in', { username: 'a\0b@example.com', password: 'a long enough password' }],
    ['/-/sign-up', { username: 'nul', email: 'a\0b@example.com', password: 'a long enough password' }],
    ['/-/request-access', { name: 'Nul', email: 'a\0b@example.com' }],
  ];
  for (const [path, fields] of forms) expect([path, (await site.browser().post(path, fields)).status]).toEqual([path, 400]);
  expect((await site.browser().post('/-/reset-password-init', { email: 'a\0b@example.com' })).status).toBe(200);
});

describe('a forgotten password', () => {
  it('is set by a link that is mailed to a proved address, which ends all sessions and access tokens (row 24)', async () => {
    const { id, address, browser } = await proved();
    const { token } = await site.people.createToken(encodeNodeId('User', id));
    const asked = () => site.ask('{ currentUser { username } }', {}, token).then(({ data }) => data !== null);
    expect(await asked()).toBe(true);
    const visitor = site.browser();
    await visitor.post('/-/reset-password-init', { email: address.toUpperCase() });
    await expect.poll(() => mailbox.code('reset-password-code', address), eventually).toBeDefined();
    const code = mailbox.code('reset-password-code', address)!;
    expect((await visitor.post('/-/reset-password-code', { code, password: 'remembered this time' })).status).toBe(303);
    expect([await browser.whoAmI(), await asked()]).toEqual([undefined, false]);
    expect((await visitor.signIn(address, 'remembered this time')).status).toBe(303);
  });

  it('is answered alike whoever’s address it is, and mailed to none that is not proved (row 24)', async () => {
    const { username } = await site.aPerson();
    const ask = async (email: string) => (await site.browser().post('/-/reset-password-init', { email })).body;
    expect(await ask(`${username}@example.com`)).toBe(await ask('nobody@example.com'));
    expect(mailbox.letters.filter(({ to, subject }) => to === `${username}@example.com` && subject.includes('password'))).toEqual([]);
  });

  it('does not fill the mailbox of somebody for whom others ask', async () => {
    const { address } = await proved();
    for (let i = 0; i < 8; i++) await site.browser().post('/-/reset-password-init', { email: address });
    await expect.poll(() => site.kernel.log.text, eventually).toContain('has had several in a short time');
    expect(mailbox.letters.filter(({ to }) => to === address).length).toBeLessThanOrEqual(5);
    // Nor does whoever asks on and on keep them from it: a letter that is not sent ends no link.
    const opened = () => site.browser().get(`/-/reset-password-code?code=${mailbox.code('reset-password-code', address)}`);
    await expect.poll(async () => (await opened()).status, eventually).toBe(200);
  });

  it('is not set by whoever reads the mail of an address that is the user’s no more (row 24)', async () => {
    const taken = [
      (id: number, address: string) => site.kernel.service(accounts).removeEmail(id, address),
      (id: number, address: string) =>
        site.ask('mutation($u: ID!, $e: String!) { setUserEmailVerified(user: $u, email: $e, verified: false) { alwaysNil } }', {
          u: encodeNodeId('User', id),
          e: address,
        }),
    ];
    for (const take of taken) {
      const { id, address } = await proved();
      await site.browser().post('/-/reset-password-init', { email: address });
      await expect.poll(() => mailbox.code('reset-password-code', address), eventually).toBeDefined();
      await take(id, address);
      const code = mailbox.code('reset-password-code', address)!;
      expect((await site.browser().get(`/-/reset-password-code?code=${code}`)).status).toBe(400);
      expect((await site.browser().post('/-/reset-password-code', { code, password: 'remembered this time' })).status).toBe(400);
    }
  });

  it('is not set by a link that is too old, of another kind, or made up', async () => {
    const { address, username } = await proved();
    await site.browser().post('/-/reset-password-init', { email: address });
    await expect.poll(() => mailbox.code('reset-password-code', address), eventually).toBeDefined();
    const code = mailbox.code('reset-password-code', address)!;
    expect((await site.browser().post('/-/unlock-account', { code })).status).toBe(400);
    expect((await site.browser().post('/-/verify-email', { code })).status).toBe(400);
    for (const none of ['', 'x', 'A'.repeat(43), `${code}x`])
      expect((await site.browser().get(`/-/reset-password-code?code=${none}`)).status).toBe(400);
    await clock.advance(14_400_000);
    expect((await site.browser().get(`/-/reset-password-code?code=${code}`)).status).toBe(400);
    expect((await site.browser().post('/-/reset-password-code', { code, password: `a new one for ${username}` })).status).toBe(400);
  });
});

describe('a page that cannot be shown', () => {
  const PEOPLE = { accept: 'text/html,*/*' };

  it('tells people why in a page that leads on, and programs by a code', async () => {
    const link = '/-/reset-password-code?code=used';
    const page = await site.browser().get(link, PEOPLE);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect([page.status, page.body]).toEqual([400, expect.stringContaining('The link is used, too old, or none of ours.')]);
    expect(page.body).toContain('href="/sign-in"');
    const posted = await site.browser().post('/-/reset-password-code', { code: 'used', password: 'a long enough password' }, PEOPLE);
    expect([posted.status, posted.body]).toEqual([400, expect.stringContaining('href="/sign-in"')]);
    const told = await site.kernel.fetch(link, { headers: { accept: 'application/json' } });
    expect(await told.text()).toContain('SEXTANT_SIGN_IN_LINK');
  });
});

describe('signing up', () => {
  it('mails a link that proves the address, by a press of a button', async () => {
    const { username, browser } = await site.aPerson();
    const address = `${username}@example.com`;
    const code = mailbox.code('verify-email', address)!;
    const { id } = (await site.kernel.service(users).byUsername(username))!;
    const verified = async () => (await site.kernel.service(accounts).emails([id]))[0]?.verified;
    await browser.get(`/-/verify-email?code=${code}`);
    expect(await verified()).toBe(false);
    expect((await browser.post('/-/verify-email', { code })).location).toBe('/-/account?note=verified');
    expect(await verified()).toBe(true);
  });

  it('with an address of somebody else does not get it by the mistake of who reads its mail (row 24)', async () => {
    const [mallory, victim] = [await site.aPerson(), await site.aPerson()];
    const { id } = (await site.kernel.service(users).byUsername(mallory.username))!;
    const code = mailbox.code('verify-email', `${mallory.username}@example.com`)!;
    const verified = async () => (await site.kernel.service(accounts).emails([id]))[0]?.verified;
    const stranger = site.browser();
    const { location } = await stranger.get(`/-/verify-email?code=${code}`);
    expect(new URL(location!, site.kernel.url).searchParams.get('returnTo')).toBe(`/-/verify-email?code=${code}`);
    for (const browser of [stranger, victim.browser]) expect((await browser.post('/-/verify-email', { code })).status).toBe(400);
    expect(await verified()).toBe(false);
    // It is good still for who gave the address.
    expect((await mallory.browser.post('/-/verify-email', { code })).status).toBe(303);
    expect(await verified()).toBe(true);
  });

  it('shows on the account’s page which address is proved, and sends the letter again for one that is not', async () => {
    const { username, browser } = await site.aPerson();
    const address = `${username}@example.com`;
    expect((await browser.get('/-/account')).body).toContain('not confirmed');
    const before = mailbox.code('verify-email', address);
    expect((await browser.post('/-/account/confirm', { email: address })).location).toBe('/-/account?note=letter');
    await expect.poll(() => mailbox.code('verify-email', address), eventually).not.toBe(before);
    await browser.post('/-/verify-email', { code: mailbox.code('verify-email', address)! });
    const { body } = await browser.get('/-/account?note=verified');
    expect([body.includes('Your email address is confirmed.'), body.includes('not confirmed')]).toEqual([true, false]);
    expect((await browser.post('/-/account/confirm', { email: 'of-somebody-else@example.com' })).status).toBe(404);
  });

  it.each([
    ['short', '12 are the least'],
    ['aaaaaaaaaaaaaa', 'four different'],
    ['new-person-new', 'little more than the user name'],
    ['x'.repeat(1_100), 'more than 1024 bytes'],
  ])('refuses the password %j', async (password, why) => {
    const { status, body } = await site.browser().post('/-/sign-up', { username: 'new-person', email: 'new@example.com', password });
    expect([status, body]).toEqual([400, expect.stringContaining(why)]);
    expect(await site.kernel.service(users).byUsername('new-person')).toBeUndefined();
  });

  it('asks for what the site’s policy asks for, from the next password on', async () => {
    const policy = { enabled: true, numberOfSpecialCharacters: 2, requireAtLeastOneNumber: true, requireUpperandLowerCase: true };
    await site.configure({
      'auth.providers': [{ type: 'builtin', allowSignup: true }],
      'auth.minPasswordLength': 14,
      'auth.passwordPolicy': policy,
    });
    const attempt = async (password: string) =>
      (await site.browser().post('/-/sign-up', { username: 'policed', email: 'p@example.com', password })).status;
    for (const password of ['Aa1!?short', 'no capitals 1 !', 'NO SMALL ONES 1', 'No digits here !', 'NoSpecials1NoSpecials'])
      expect(await attempt(password)).toBe(400);
    expect(await attempt('Two Words, 1 digit')).toBe(303);
    await site.configure({ 'auth.providers': [{ type: 'builtin' }] });
    await expect.poll(async () => (await site.browser().get('/sign-up')).status, eventually).toBe(404);
    expect(
      (await site.browser().post('/-/sign-up', { username: 'late', email: 'l@example.com', password: 'a long enough password' })).status,
    ).toBe(404);
  });
});

it('a session is over when it was idle or old for as long as the site says', async () => {
  await site.configure({
    'auth.providers': [{ type: 'builtin', allowSignup: true }],
    'auth.sessionExpiry': '10h',
    'auth.maxSessionIdleDuration': '1h',
  });
  await clock.advance(10_000);
  const { username, browser, password } = await site.aPerson();
  await clock.advance(HOUR - 1_000);
  expect(await browser.whoAmI()).toBe(username);
  await clock.advance(HOUR - 1_000);
  expect(await browser.whoAmI()).toBe(username);
  await clock.advance(HOUR + 1_000);
  expect(await browser.whoAmI()).toBeUndefined();
  await browser.signIn(username, password);
  for (let i = 0; i < 12; i++) {
    await clock.advance(HOUR - 60_000);
    if ((await browser.whoAmI()) === undefined) break;
  }
  expect(await browser.whoAmI()).toBeUndefined();
});

describe('a link to set a password', () => {
  const RANDOMIZE = 'mutation($u: ID!) { randomizeUserPassword(user: $u) { resetPasswordURL emailSent } }';
  const setBy = async (code: string | undefined, username: string): Promise<number> => {
    const password = 'words that were chosen anew';
    expect((await site.browser().post('/-/reset-password-code', { code: code ?? '', password })).status).toBe(303);
    return (await site.browser().signIn(username, password)).status;
  };

  it('is mailed to the proved address of whom a site admin takes the password, and given to nobody else', async () => {
    const { username, id, address, password, browser } = await proved();
    const { data } = await site.ask(RANDOMIZE, { u: encodeNodeId('User', id) });
    expect(data).toEqual({ randomizeUserPassword: { resetPasswordURL: null, emailSent: true } });
    expect(await browser.whoAmI()).toBeUndefined();
    expect((await site.browser().signIn(username, password)).status).toBe(401);
    expect(await setBy(mailbox.code('reset-password-code', address), username)).toBe(303);
  });

  it('is given to the site admin where the person has proved no address', async () => {
    const { username } = await site.aPerson();
    const { id } = (await site.kernel.service(users).byUsername(username))!;
    const { data } = await site.ask(RANDOMIZE, { u: encodeNodeId('User', id) });
    const { resetPasswordURL, emailSent } = at(data, 'randomizeUserPassword') as { resetPasswordURL: string; emailSent: boolean };
    expect(emailSent).toBe(false);
    expect(mailbox.code('reset-password-code', `${username}@example.com`)).toBeUndefined();
    expect(await setBy(new URL(resetPasswordURL).searchParams.get('code')!, username)).toBe(303);
  });

  it('is mailed to a new user, whose address it proves, and given where there is none', async () => {
    const create =
      'mutation($n: String!, $e: String, $v: Boolean) { createUser(username: $n, email: $e, verifiedEmail: $v) { resetPasswordURL emailSent } }';
    const { data } = await site.ask(create, { n: 'welcomed', e: 'welcomed@example.com', v: false });
    expect(data).toEqual({ createUser: { resetPasswordURL: null, emailSent: true } });
    expect(await setBy(mailbox.code('reset-password-code', 'welcomed@example.com'), 'welcomed')).toBe(303);
    expect((await site.kernel.service(accounts).byVerifiedEmails(['welcomed@example.com'])).size).toBe(1);
    const given = await site.ask(create, { n: 'without-mail' });
    expect(given.data).toMatchObject({
      createUser: { resetPasswordURL: expect.stringContaining('/-/reset-password-code?code='), emailSent: false },
    });
  });
});

describe('what the site configuration says', () => {
  const builtin = { 'auth.providers': [{ type: 'builtin', allowSignup: true }] };

  it('of lockout is taken, and locks nobody', async () => {
    const { username, password } = await site.aPerson();
    expect(await site.configure({ ...builtin, 'auth.lockout': { failedAttemptThreshold: 2, lockoutPeriod: 120 } })).toEqual([]);
    for (let i = 0; i < 3; i++) expect((await site.browser().signIn(username, 'wrong wrong wrong')).status).toBe(401);
    expect((await site.browser().signIn(username, password)).status).toBe(303);
    await site.configure(builtin);
  });

  it('of the time that a link is good for holds at once', async () => {
    await site.configure({ ...builtin, 'auth.passwordResetLinkExpiry': 60 });
    const { data } = await site.ask('mutation { createUser(username: "in-a-minute") { resetPasswordURL } }');
    const url = new URL(textAt(data, 'createUser.resetPasswordURL'));
    expect((await site.browser().get(`${url.pathname}${url.search}`)).status).toBe(200);
    await clock.advance(61_000);
    expect((await site.browser().get(`${url.pathname}${url.search}`)).status).toBe(400);
    await site.configure(builtin);
  });
});
