import { accounts, externalAccounts, users } from '@sextant/plugin-identity/api';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';
import type { Browser } from './testing/browser.js';

const acme = new AProvider('acme');
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(
    {
      'auth.providers': [
        { type: 'builtin', allowSignup: true },
        {
          type: 'acme',
          configID: 'acme',
          url: 'https://acme.example/',
          allowSignup: true,
          groups: [{ group: 'bosses', siteAdmin: true }],
        },
      ],
    },
    { more: [acme.plugin] },
  );
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

const idOf = async (username: string): Promise<string> => encodeNodeId('User', (await site.kernel.service(users).byUsername(username))!.id);
const cameBy = async (accountId: string): Promise<Browser> => {
  const browser = site.browser();
  const { location } = await browser.get('/.auth/acme/login');
  await browser.get(`/.auth/acme/callback?state=${new URL(location!).searchParams.get('state')}&code=${acme.code({ accountId })}`);
  return browser;
};
const link = async (browser: Browser, accountId: string, groups?: readonly string[]) => {
  const page = await browser.post('/-/account/link', { type: 'acme', way: 'acme' });
  const state = /state=([\w-]{43})/.exec(page.body)![1];
  return browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId, ...(groups ? { groups } : {}) })}`);
};
const SESSIONS = '{ currentUser { sessions { id current userAgent ip provider } } }';

describe('a person’s sessions', () => {
  it('are listed, ended one by one, all others, or all, and each end holds at once', async () => {
    const { username, password, browser } = await site.aPerson();
    const others = [site.browser(), site.browser(), site.browser()];
    for (const other of others) await other.signIn(username, password);
    const { data } = await browser.graphql(SESSIONS);
    const sessions = at(data, 'currentUser.sessions') as { id: string; current: boolean }[];
    expect(sessions.map(({ current }) => current)).toEqual([false, false, false, true]);
    expect(sessions[0]).toMatchObject({ ip: '127.0.0.1', provider: 'builtin' });
    const end = 'mutation($user: ID!, $session: ID!) { endSession(user: $user, session: $session) { alwaysNil } }';
    expect((await browser.graphql(end, { user: await idOf(username), session: sessions[0]!.id })).codes).toEqual([]);
    const alive = (): Promise<unknown[]> => Promise.all([...others, browser].map((one) => one.whoAmI()));
    expect(await alive()).toEqual([username, username, undefined, username]);
    await browser.post('/-/account/sessions', { session: 'others' });
    expect(await alive()).toEqual([undefined, undefined, undefined, username]);
    await others[0]!.signIn(username, password);
    expect((await browser.post('/-/account/sessions', { session: 'all' })).location).toBe('/sign-in?note=signed-out');
    expect(await alive()).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('have numbers, and what is none ends none', async () => {
    const { username, browser } = await site.aPerson();
    for (const session of ['x', 'NaN', '1e400', '1.5', '99999999999999999999', "1' or '1'='1"])
      expect([session, (await browser.post('/-/account/sessions', { session })).status]).toEqual([session, 404]);
    expect(await browser.whoAmI()).toBe(username);
  });

  it('are ended by site admins, and by nobody else (row 25)', async () => {
    const [ada, grace] = [await site.aPerson(), await site.aPerson()];
    const invalidate = 'mutation($u: ID!) { invalidateSessionsByID(userID: $u) { alwaysNil } }';
    const stranger = await grace.browser.graphql(invalidate, { u: await idOf(ada.username) });
    const nobody = await grace.browser.graphql(invalidate, { u: encodeNodeId('User', 999_999) });
    expect(stranger).toEqual(nobody);
    expect(stranger.codes).toEqual(['SEXTANT_USER_NOT_FOUND']);
    expect(await ada.browser.whoAmI()).toBe(ada.username);
    expect((await site.ask(invalidate, { u: await idOf(ada.username) })).codes).toEqual([]);
    expect(await ada.browser.whoAmI()).toBeUndefined();
    const many = 'mutation($u: [ID!]!) { invalidateSessionsByIDs(userIDs: $u) { alwaysNil } }';
    expect((await ada.browser.graphql(many, { u: [] })).codes).toEqual(['SEXTANT_AUTH_REQUIRED']);
    expect((await grace.browser.graphql(many, { u: [] })).codes).toEqual(['SEXTANT_AUTH_SITE_ADMIN_REQUIRED']);
    expect((await site.ask(many, { u: [await idOf(grace.username)] })).codes).toEqual([]);
    expect(await grace.browser.whoAmI()).toBeUndefined();
  });

  it('are nobody else’s to see', async () => {
    const [ada, grace] = [await site.aPerson(), await site.aPerson()];
    const query = 'query($u: String!) { user(username: $u) { sessions { id } externalAccounts { totalCount } builtinAuth } }';
    expect(at((await grace.browser.graphql(query, { u: ada.username })).data, 'user')).toEqual({
      sessions: null,
      externalAccounts: null,
      builtinAuth: null,
    });
  });
});

describe('a password', () => {
  it('is changed by who knows the one before; all other sessions end, and the one in use gets a new id (row 24)', async () => {
    const { username, password, browser } = await site.aPerson();
    const other = site.browser();
    await other.signIn(username, password);
    const before = browser.cookies.get('sgs');
    const wrong = await browser.post('/-/account/password', { before: 'not it at all', password: 'another long password' });
    expect([wrong.status, wrong.body]).toEqual([401, expect.stringContaining('role="alert"')]);
    expect((await browser.post('/-/account/password', { before: password, password: 'short' })).status).toBe(400);
    const { location } = await browser.post('/-/account/password', { before: password, password: 'another long password' });
    expect(location).toBe('/-/account?note=password');
    expect(browser.cookies.get('sgs')).not.toBe(before);
    expect([await browser.whoAmI(), await other.whoAmI()]).toEqual([username, undefined]);
    expect((await site.browser().signIn(username, password)).status).toBe(401);
    expect((await site.browser().signIn(username, 'another long password')).status).toBe(303);
  });

  it('is changed through GraphQL as well, and ends the others', async () => {
    const { username, password, browser } = await site.aPerson();
    const other = site.browser();
    await other.signIn(username, password);
    const change =
      'mutation($o: String!, $n: String!, $r: Boolean) { updatePassword(oldPassword: $o, newPassword: $n, revokeAccessTokens: $r) { alwaysNil } }';
    expect((await browser.graphql(change, { o: 'wrong', n: 'another long password' })).codes).toEqual(['SEXTANT_SIGN_IN_FAILED']);
    const mine = await site.people.createToken(await idOf(username));
    const asked = () => site.ask('{ currentUser { username } }', {}, mine.token).then(({ data }) => data !== null);
    expect((await browser.graphql(change, { o: password, n: 'another long password', r: false })).codes).toEqual([]);
    expect(await asked()).toBe(true);
    // Unless that is declined (row 24).
    const revoking =
      'mutation { updatePassword(oldPassword: "another long password", newPassword: "the third long password") { alwaysNil } }';
    expect((await browser.graphql(revoking)).codes).toEqual([]);
    expect(await asked()).toBe(false);
    expect([await browser.whoAmI(), await other.whoAmI()]).toEqual([username, undefined]);
    expect((await browser.graphql('mutation { createPassword(newPassword: "and yet another one") { alwaysNil } }')).codes).toEqual([
      'SEXTANT_SIGN_IN_UNAVAILABLE',
    ]);
  });

  it('taken away by a site admin ends all sessions, and is set anew by the link', async () => {
    const { username, password, browser } = await site.aPerson();
    const randomize = 'mutation($u: ID!) { randomizeUserPassword(user: $u) { resetPasswordURL emailSent } }';
    expect((await browser.graphql(randomize, { u: await idOf(username) })).codes).toEqual(['SEXTANT_AUTH_SITE_ADMIN_REQUIRED']);
    const mine = await site.people.createToken(await idOf(username));
    const asked = () => site.ask('{ currentUser { username } }', {}, mine.token).then(({ data }) => data !== null);
    expect(await asked()).toBe(true);
    const url = new URL(textAt((await site.ask(randomize, { u: await idOf(username) })).data, 'randomizeUserPassword.resetPasswordURL'));
    expect(await asked()).toBe(false);
    expect(await browser.whoAmI()).toBeUndefined();
    expect((await browser.signIn(username, password)).status).toBe(401);
    const code = url.searchParams.get('code')!;
    expect((await browser.get(`${url.pathname}${url.search}`)).body).toContain(`Set the password of ${username}`);
    expect((await browser.post('/-/reset-password-code', { code, password: 'short' })).body).toContain('12 are the least');
    expect((await browser.post('/-/reset-password-code', { code, password: 'yet another password' })).location).toBe(
      '/sign-in?note=password-set',
    );
    expect((await browser.post('/-/reset-password-code', { code, password: 'a thief’s password' })).status).toBe(400);
    expect((await browser.signIn(username, 'yet another password')).status).toBe(303);
  });

  it('is set by a user that a site admin made, by the link that comes with it', async () => {
    const { data } = await site.ask('mutation { createUser(username: "made", email: "made@example.com") { resetPasswordURL } }');
    const code = new URL(textAt(data, 'createUser.resetPasswordURL')).searchParams.get('code')!;
    await site.browser().post('/-/reset-password-code', { code, password: 'made a long password' });
    const browser = site.browser();
    await browser.signIn('Made@example.com', 'made a long password');
    expect(await browser.whoAmI()).toBe('made');
  });
});

describe('an account elsewhere', () => {
  it('is linked by who is signed in and says so, and then opens', async () => {
    const { username, browser } = await site.aPerson();
    expect((await link(browser, 'linked-1')).location).toBe('/-/account?note=linked');
    expect((await browser.get('/-/account')).body).toContain('linked-1');
    expect(await (await cameBy('linked-1')).whoAmI()).toBe(username);
  });

  it('of one user is not taken by another (row 24)', async () => {
    await cameBy('owned-1');
    const { browser } = await site.aPerson();
    const refused = await link(browser, 'owned-1');
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('belongs to another user')]);
  });

  it('is linked to nobody who has signed out meanwhile, or to whoever else uses the browser', async () => {
    const [ada, grace] = [await site.aPerson(), await site.aPerson()];
    const page = await ada.browser.post('/-/account/link', { type: 'acme', way: 'acme' });
    const state = /state=([\w-]{43})/.exec(page.body)![1];
    ada.browser.cookies.set('sgs', grace.browser.cookies.get('sgs')!);
    expect((await ada.browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId: 'tossed' })}`)).status).toBe(403);
    expect((await site.kernel.service(externalAccounts).byAccountIds({ type: 'acme', id: 'https://acme.example/' }, ['tossed'])).size).toBe(
      0,
    );
  });

  it('takes with it what its groups gave, and gives it to one user at a time (row 24)', async () => {
    const isAdmin = async (username: string): Promise<boolean> =>
      (await site.kernel.service(users).byUsername(username))?.siteAdmin ?? false;
    const [ada, grace] = [await site.aPerson(), await site.aPerson()];
    const remove = 'mutation($id: ID!) { deleteExternalAccount(externalAccount: $id) { alwaysNil } }';
    await link(ada.browser, 'boss-1', ['bosses']);
    expect(await isAdmin(ada.username)).toBe(true);
    // The session from before ended with the rights that it had not.
    await ada.browser.signIn(ada.username, ada.password);
    const { data } = await ada.browser.graphql('{ currentUser { externalAccounts { nodes { id } } } }');
    const id = textAt(data, 'currentUser.externalAccounts.nodes.0.id');
    expect((await ada.browser.graphql(remove, { id })).codes).toEqual([]);
    expect(await isAdmin(ada.username)).toBe(false);
    expect(await ada.browser.whoAmI()).toBeUndefined();
    await link(grace.browser, 'boss-1', ['bosses']);
    expect([await isAdmin(ada.username), await isAdmin(grace.username)]).toEqual([false, true]);
  });

  it('is unlinked, which ends the sessions by it, unless it is the last way in', async () => {
    const browser = await cameBy('only-1');
    const query = '{ currentUser { externalAccounts { totalCount nodes { id serviceType accountID user { username } } } builtinAuth } }';
    const { data } = await browser.graphql(query);
    expect(at(data, 'currentUser')).toMatchObject({
      externalAccounts: { totalCount: 1, nodes: [{ serviceType: 'acme', accountID: 'only-1' }] },
      builtinAuth: false,
    });
    const id = textAt(data, 'currentUser.externalAccounts.nodes.0.id');
    const remove = 'mutation($id: ID!) { deleteExternalAccount(externalAccount: $id) { alwaysNil } }';
    expect((await browser.graphql(remove, { id })).codes).toEqual(['SEXTANT_SIGN_IN_LAST_WAY']);
    const { browser: stranger } = await site.aPerson();
    expect((await stranger.graphql(remove, { id })).codes).toEqual(['SEXTANT_USER_NOT_FOUND']);
    expect((await browser.graphql('mutation { createPassword(newPassword: "now with a password") { alwaysNil } }')).codes).toEqual([]);
    expect((await browser.graphql(remove, { id })).codes).toEqual([]);
    expect(await browser.whoAmI()).toBeUndefined();
  });
});

describe('addresses', () => {
  it('that nobody has proved are bounded per person', async () => {
    const { username, browser } = await site.aPerson();
    const user = await idOf(username);
    const add = async (n: number) =>
      (
        await browser.graphql('mutation($user: ID!, $email: String!) { addUserEmail(user: $user, email: $email) { alwaysNil } }', {
          user,
          email: `unproved-${n}-${username}@example.com`,
        })
      ).codes;
    let added = 0;
    let codes: readonly unknown[] = [];
    while (codes.length === 0 && added < 20) codes = await add(added++);
    expect([added <= 6, codes]).toEqual([true, ['SEXTANT_USER_EMAIL_UNPROVED_LIMIT']]);
  });

  it('are added, proved, made primary and removed by their user and by site admins', async () => {
    const { username, browser } = await site.aPerson();
    const user = await idOf(username);
    const email = `second-${username}@example.com`;
    const run = (what: string, more = '', by: Pick<Browser, 'graphql'> = browser) =>
      by.graphql(`mutation($user: ID!, $email: String!) { ${what}(user: $user, email: $email${more}) { alwaysNil } }`, { user, email });
    expect((await run('addUserEmail')).codes).toEqual([]);
    expect((await run('resendVerificationEmail')).codes).toEqual([]);
    expect((await run('setUserEmailVerified', ', verified: true')).codes).toEqual(['SEXTANT_AUTH_SITE_ADMIN_REQUIRED']);
    expect((await run('setUserEmailPrimary')).codes).toEqual(['SEXTANT_USER_EMAIL_UNPROVED']);
    expect(
      (
        await site.ask(
          'mutation($user: ID!, $email: String!) { setUserEmailVerified(user: $user, email: $email, verified: true) { alwaysNil } }',
          { user, email },
        )
      ).codes,
    ).toEqual([]);
    expect((await run('setUserEmailPrimary')).codes).toEqual([]);
    const id = (await site.kernel.service(users).byUsername(username))!.id;
    expect((await site.kernel.service(accounts).emails([id])).find(({ primary }) => primary)).toMatchObject({
      address: email,
      verified: true,
    });
    expect((await run('removeUserEmail')).codes).toEqual([]);
    expect((await run('resendVerificationEmail')).codes).toEqual(['SEXTANT_USER_EMAIL_UNKNOWN']);
    expect((await run('addUserEmail', '', (await site.aPerson()).browser)).codes).toEqual(['SEXTANT_USER_NOT_FOUND']);
  });
});

it('takes requests for access from who has no account, and answers all alike', async () => {
  const browser = site.browser();
  expect((await browser.get('/sign-in')).body).toContain('href="/request-access"');
  const ask = (email: string) => browser.post('/-/request-access', { name: 'New Comer', email, additionalInfo: 'to read' });
  const { username } = await site.aPerson();
  expect((await ask(`${username}@example.com`)).body).toBe((await ask('new@example.com')).body);
  const { data } = await site.ask('{ accessRequests { nodes { name email } } }');
  expect(at(data, 'accessRequests.nodes')).toContainEqual({ name: 'New Comer', email: 'new@example.com' });
  expect((await ask('no address')).status).toBe(400);
});

it('tells everybody which ways to sign in there are', async () => {
  const query =
    '{ site { authProviders { nodes { serviceType serviceID displayName isBuiltin authenticationURL configID } } sendsEmailVerificationEmails } }';
  expect(at((await site.browser().graphql(query)).data, 'site')).toEqual({
    authProviders: {
      nodes: [
        { serviceType: 'builtin', serviceID: '', displayName: 'Password', isBuiltin: true, authenticationURL: null, configID: 'builtin' },
        {
          serviceType: 'acme',
          serviceID: 'https://acme.example/',
          displayName: 'The acme',
          isBuiltin: false,
          authenticationURL: '/.auth/acme/login?pc=acme',
          configID: 'acme',
        },
      ],
    },
    sendsEmailVerificationEmails: false,
  });
});
