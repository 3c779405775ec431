import { core } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ASite } from './testing/a-site.js';

const eventually = { timeout: 30_000, interval: 50 };
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] });
  // Whoever signs up on a site without an admin would be in its way.
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

const idOf = async (username: string): Promise<string> =>
  textAt((await site.ask('query($u: String!) { user(username: $u) { id } }', { u: username })).data, 'user.id');

describe('signing in', () => {
  it('gives the browser a session, by a cookie that scripts and other sites do not get', async () => {
    const { username, password } = await site.aPerson();
    const browser = site.browser();
    expect(await browser.whoAmI()).toBeUndefined();
    const { status, location, set } = await browser.signIn(username, password);
    expect([status, location]).toEqual([303, '/-/account']);
    expect(set.map((cookie) => cookie.split('=', 1)[0])).toEqual(['sgs', 'sgs-device']);
    expect(set[0]).toMatch(/^sgs=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await browser.whoAmI()).toBe(username);
  });

  it('makes somebody active, as `src users prune` looks at it, each time that they come back', async () => {
    const { username, browser } = await site.aPerson();
    const db = site.kernel.service(core.storage, 'identity');
    const active = async (): Promise<number> => {
      const { data } = await site.ask('query($u: String!) { site { users(query: $u) { nodes { lastActiveAt } } } }', { u: username });
      return Date.parse(textAt(data, 'site.users.nodes.0.lastActiveAt'));
    };
    const before = Date.now();
    await browser.whoAmI();
    expect(await active()).toBeGreaterThanOrEqual(before);
    // Not with every request.
    await db.query('UPDATE users SET last_active_at = NULL WHERE username = $1', [username]);
    await browser.whoAmI();
    expect(
      at((await site.ask('query($u: String!) { user(username: $u) { lastActiveAt } }', { u: username })).data, 'user.lastActiveAt'),
    ).toBeNull();
  });

  it('is refused alike for a wrong password and for nobody', async () => {
    const { username } = await site.aPerson();
    const wrong = await site.browser().signIn(username, 'not the password');
    const nobody = await site.browser().signIn('nobody-at-all', 'not the password');
    expect(wrong.status).toBe(401);
    expect(wrong.body.replaceAll(username, '·')).toBe(nobody.body.replaceAll('nobody-at-all', '·'));
    expect(wrong.set).toEqual([]);
  });

  it('row 24: takes nobody to another server', async () => {
    const { username, password } = await site.aPerson();
    for (const returnTo of [
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      'https://evil.example/',
      '/%2f%2fevil.example',
      '/\t/evil.example',
    ]) {
      const { location } = await site.browser().post('/-/sign-in', { username, password, returnTo });
      expect(location).toBe('/-/account');
    }
    expect((await site.browser().post('/-/sign-in', { username, password, returnTo: '/search?q=a%5Cb#x' })).location).toBe(
      '/search?q=a%5Cb#x',
    );
  });

  it('is answered in JSON to a program', async () => {
    const { username, password } = await site.aPerson();
    const response = await site.kernel.fetch('/-/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: username, password }),
    });
    expect([response.status, await response.json()]).toEqual([200, { username }]);
    expect(response.headers.getSetCookie()[0]).toMatch(/^sgs=/);
  });

  it('cannot be done for somebody from a page of another site (row 25)', async () => {
    const { username, password } = await site.aPerson();
    const { status } = await site.browser().post('/-/sign-in', { username, password }, { origin: 'https://evil.example' });
    expect(status).toBe(403);
  });
});

describe('a session', () => {
  it('is another one after each sign-in, and the one before is over: nobody can fix it (fixation)', async () => {
    const { username, password, browser } = await site.aPerson();
    const before = browser.cookies.get('sgs') as string;
    await browser.signIn(username, password);
    expect(browser.cookies.get('sgs')).not.toBe(before);
    const thief = site.browser();
    thief.cookies.set('sgs', before);
    expect(await thief.whoAmI()).toBeUndefined();
    thief.cookies.set('sgs', 'A'.repeat(43));
    await thief.signIn(username, password);
    expect(thief.cookies.get('sgs')).not.toBe('A'.repeat(43));
  });

  it('ends by signing out, in the browser and here', async () => {
    const { browser } = await site.aPerson();
    const text = browser.cookies.get('sgs') as string;
    expect((await browser.post('/-/sign-out')).set[0]).toMatch(/^sgs=; Max-Age=0/);
    browser.cookies.set('sgs', text);
    expect(await browser.whoAmI()).toBeUndefined();
  });

  it('is not ended by a page elsewhere that shows the address of signing out', async () => {
    const { browser, username } = await site.aPerson();
    await browser.get('/-/sign-out', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' });
    expect(await browser.whoAmI()).toBe(username);
  });

  it('row 24: is over when its user is deleted, or becomes a site admin or an ordinary user', async () => {
    const deleted = await site.aPerson();
    await site.ask('mutation($u: ID!) { deleteUser(user: $u) { alwaysNil } }', { u: await idOf(deleted.username) });
    expect(await deleted.browser.whoAmI()).toBeUndefined();

    const changing = await site.aPerson();
    for (const siteAdmin of [true, false]) {
      await changing.browser.signIn(changing.username, changing.password);
      expect(await changing.browser.whoAmI()).toBe(changing.username);
      const to = { u: await idOf(changing.username), siteAdmin };
      await site.ask('mutation($u: ID!, $siteAdmin: Boolean!) { setUserIsSiteAdmin(userID: $u, siteAdmin: $siteAdmin) { alwaysNil } }', to);
      expect(await changing.browser.whoAmI()).toBeUndefined();
    }
  });

  it('counts for nothing beside another one: a neighbour under the same domain may have set it', async () => {
    const { browser } = await site.aPerson();
    const response = await site.kernel.fetch('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `sgs=${browser.cookies.get('sgs')}; sgs=${'B'.repeat(43)}` },
      body: JSON.stringify({ query: '{ currentUser { username } }' }),
    });
    expect(at(await response.json(), 'data.currentUser')).toBeNull();
  });

  it('is in no table and no log line in clear (row 22)', async () => {
    const canary = 'canary password of forty-two';
    const { browser, username } = await site.aPerson(canary);
    await site.browser().signIn(username, `${canary}!`);
    const db = site.kernel.service(core.storage, 'sign-in');
    const tables = await db.query<{ name: string }>('SELECT tablename AS name FROM pg_tables WHERE schemaname = $1', [db.schema]);
    const rows = await Promise.all(tables.map(({ name }) => db.query(`SELECT * FROM ${name}`)));
    const all = `${JSON.stringify(rows)}${site.kernel.log.text}`;
    for (const secret of [canary, browser.cookies.get('sgs') as string]) expect(all).not.toContain(secret);
    expect(all).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });

  it('is over when the site closes the way by which its person came, until it is open again', async () => {
    const { browser, username } = await site.aPerson();
    await site.configure({ 'auth.providers': [] });
    await site.configure({ 'auth.providers': [{ type: 'builtin', configID: 'other', allowSignup: true }] });
    await expect.poll(() => browser.whoAmI(), eventually).toBeUndefined();
    await site.configure({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] });
    await expect.poll(() => browser.whoAmI(), eventually).toBe(username);
  });
});

describe('a site where people sign in', () => {
  it('takes nobody for the local admin who brings nothing, on the machine itself either', async () => {
    expect(await site.browser().whoAmI()).toBeUndefined();
  });

  it('stays closed when what is configured is wrong', async () => {
    const wrong = [{ type: 'builtin', allowSingup: true }, { type: 'nonesuch' }];
    expect((await site.configure({ 'auth.providers': wrong })).join()).toMatch(/auth\.providers.*allowSingup.*nonesuch/s);
    expect(await site.browser().whoAmI()).toBeUndefined();
  });
});
