import { accounts, credentialsRevoked } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { tidy } from './jobs.js';
import { ABrowser } from './testing/a-browser.js';
import { ASite, REDIRECT_URI, type Signed } from './testing/a-site.js';

const ALL = 'openid profile email offline_access user:all';
let site: ASite;
let ada: Signed;
let client: Awaited<ReturnType<ASite['aClient']>>;
beforeAll(async () => {
  site = await ASite.start();
  ada = await site.aPerson('ada@example.com');
  client = await site.aClient();
});
const letIn = async (more: Readonly<Record<string, string>> = {}, who = ada) =>
  (await site.byCode(client.config, who.browser, { scope: ALL, ...more })).tokens();
const active = async (token: string) => (await oauth.tokenIntrospection(client.config, token)).active;
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { error?: string; code?: string }) => error.error ?? error.code,
  );

describe('a program that a person lets in by a code', () => {
  it('gets tokens for the person, that the API and userinfo take', async () => {
    const got = await letIn();
    expect(got.access_token).toMatch(/^sgo_at_[\w-]{43}$/);
    expect(got.refresh_token).toMatch(/^sgo_rt_[\w-]{43}$/);
    expect(got.expires_in).toBe(3600);
    expect(got.claims()).toMatchObject({ sub: String(ada.userId), iss: site.kernel.url });
    expect(await oauth.fetchUserInfo(client.config, got.access_token, String(ada.userId))).toMatchObject({
      sub: String(ada.userId),
      preferred_username: ada.username,
      email: 'ada@example.com',
      email_verified: true,
    });
    expect(await site.asked(got.access_token)).toEqual({ currentUser: { username: ada.username } });
  });

  it('shows the person what it wants before it gets anything, and gets nothing when the answer is no', async () => {
    const named = await site.aClient({ name: 'Look <b>here</b>' });
    const { browser } = await site.aPerson();
    const { callback } = await site.byCode(named.config, browser, { scope: 'openid mcp', answer: 'deny' });
    expect(callback.searchParams.get('error')).toBe('access_denied');
    expect(callback.searchParams.get('code')).toBeNull();
    expect(browser.html).toContain('Look &lt;b&gt;here&lt;/b&gt;');
    expect(browser.html).toContain('<code>mcp</code>');
    expect(browser.html).not.toContain('<script');
    expect(browser.headers.get('content-security-policy') ?? '').not.toContain('script-src');
  });

  it('sends who is not signed in to sign in first, and back', async () => {
    const nobody = new ABrowser(site.kernel.url);
    await site.byCode(client.config, nobody, { scope: 'openid' });
    const { pathname, searchParams } = new URL(nobody.url);
    expect(pathname).toBe('/sign-in');
    expect(searchParams.get('returnTo')).toMatch(/^\/\.auth\/idp\/oauth\/interaction\/[\w-]+$/);
  });

  it('gets nothing for who signed out, or for the next person in the same browser, without asking them', async () => {
    const eve = await site.aPerson();
    const browser = new ABrowser(site.kernel.url, ada.userId);
    await site.byCode(client.config, browser, { scope: 'openid' });
    browser.signOut();
    browser.signIn(eve.userId);
    const { tokens } = await site.byCode(client.config, browser, { scope: 'openid' });
    expect(browser.html).toContain(eve.username);
    expect((await tokens()).claims()?.sub).toBe(String(eve.userId));
  });

  it('is let in from two pages of one browser at the same time', async () => {
    const { browser } = await site.aPerson();
    await site.byCode(client.config, browser, { scope: 'openid' });
    const pages = await Promise.all([1, 2, 3].map(() => site.byCode(client.config, browser.copy(), { scope: 'openid' })));
    for (const { tokens } of pages) expect((await tokens()).token_type).toBe('bearer');
  });

  it('is not told that a person was signed in anew who cannot be asked, such as by a proxy’s header', async () => {
    const anew: Record<string, string>[] = [{ prompt: 'login' }, { max_age: '0' }];
    for (const more of anew) {
      const { callback } = await site.byCode(client.config, ada.browser, { scope: 'openid', ...more });
      expect(callback.searchParams.get('error')).toBe('login_required');
    }
  });

  it('may name Sextant as what its token is for, and nobody else', async () => {
    const { tokens } = await site.byCode(client.config, ada.browser, { scope: 'mcp', resource: `${site.kernel.url}/.api/mcp` });
    const got = await tokens();
    expect(got.scope).toBe('mcp');
    expect(await active(got.access_token)).toBe(true);
    const elsewhere = await site.byCode(client.config, ada.browser, { scope: 'mcp', resource: 'https://evil.example/mcp' });
    expect(elsewhere.callback.searchParams.get('error')).toBe('invalid_target');
    const beside = await site.byCode(client.config, ada.browser, { scope: 'mcp', resource: `${site.kernel.url}.evil.example/` });
    expect(beside.callback.searchParams.get('error')).toBe('invalid_target');
  });
});

describe('a refresh token', () => {
  it('is good once, and its second use ends what came of it', async () => {
    const first = await letIn();
    const second = await oauth.refreshTokenGrant(client.config, first.refresh_token as string);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await site.asked(second.access_token)).toEqual({ currentUser: { username: ada.username } });
    expect(await failure(oauth.refreshTokenGrant(client.config, first.refresh_token as string))).toBe('invalid_grant');
    expect(await failure(oauth.refreshTokenGrant(client.config, second.refresh_token as string))).toBe('invalid_grant');
    expect(await site.asked(second.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
  });

  it('is good for one of those who use it at the same moment', async () => {
    const { refresh_token } = await letIn();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => failure(oauth.refreshTokenGrant(client.config, refresh_token as string))));
    expect(outcomes.filter((outcome) => outcome === undefined).length).toBeLessThanOrEqual(1);
    expect(new Set(outcomes.filter((outcome) => outcome !== undefined))).toEqual(new Set(['invalid_grant']));
  });

  it('gives no more than the person allowed', async () => {
    const { tokens } = await site.byCode(client.config, ada.browser, { scope: 'offline_access externalapi:read' });
    const { refresh_token } = await tokens();
    expect(await failure(oauth.refreshTokenGrant(client.config, refresh_token as string, { scope: 'user:all' }))).toBe('invalid_scope');
    const other = await site.aClient();
    expect(await failure(oauth.refreshTokenGrant(other.config, refresh_token as string))).toBe('invalid_grant');
  });

  it('comes only with offline_access', async () => {
    const { tokens } = await site.byCode(client.config, ada.browser, { scope: 'openid user:all' });
    expect((await tokens()).refresh_token).toBeUndefined();
  });
});

describe('what a program was given ends at once', () => {
  it('when the program revokes it', async () => {
    const got = await letIn();
    expect(await active(got.access_token)).toBe(true);
    await oauth.tokenRevocation(client.config, got.refresh_token as string);
    expect(await active(got.access_token)).toBe(false);
    expect(await site.asked(got.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    expect(await failure(oauth.fetchUserInfo(client.config, got.access_token, String(ada.userId)))).toBeDefined();
  });

  it('when the person revokes it, who sees it listed with what it may do; others neither see nor revoke it', async () => {
    const bob = await site.aPerson();
    const got = await letIn({}, bob);
    const mine = '{ currentUser { id authorizedApplications { totalCount nodes { id name clientID scopes lastUsedAt } } } }';
    const seen = await site.asked(got.access_token, mine);
    const [application] = at(seen, 'currentUser.authorizedApplications.nodes') as { id: string; name: string; scopes: string[] }[];
    expect(application).toMatchObject({ name: 'App', clientID: client.clientId, scopes: ALL.split(' ') });
    const adas = await letIn();
    const revoke = (token: string) => site.asked(token, `mutation { revokeAuthorizedApplication(id: "${application?.id}") { alwaysNil } }`);
    const theirs = `{ node(id: "${textAt(seen, 'currentUser.id')}") { ... on User { authorizedApplications { totalCount } } } }`;
    expect(await site.asked(adas.access_token, theirs)).toEqual({ node: { authorizedApplications: null } });
    expect(await site.asked(adas.access_token, `{ node(id: "${application?.id}") { id } }`)).toEqual({ node: null });
    expect(await revoke(adas.access_token)).toBe('SEXTANT_OAUTH_GRANT_NOT_FOUND');
    expect(await revoke(got.access_token)).toEqual({ revokeAuthorizedApplication: { alwaysNil: null } });
    expect(await site.asked(got.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    expect(await site.asked(adas.access_token)).toEqual({ currentUser: { username: ada.username } });
  });

  it('when the person ends it on their page, where nobody else ends it, and no other origin', async () => {
    const bob = await site.aPerson();
    const got = await letIn({}, bob);
    const page = '/.auth/idp/oauth/applications';
    await bob.browser.open(page);
    expect(bob.browser.html).toContain('<b>App</b>');
    const [, number = ''] = /name="revoke" value="(\d+)"/.exec(bob.browser.html) ?? [];
    const eve = await site.aPerson();
    await eve.browser.open(page);
    expect(eve.browser.html).not.toContain('<b>App</b>');
    await eve.browser.submit(['revoke', number]);
    await bob.browser.submit(['revoke', number], {}, { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
    expect(await active(got.access_token)).toBe(true);
    await bob.browser.open(page);
    await bob.browser.submit(['revoke', number]);
    expect(bob.browser.html).toContain('You let no program act for you');
    expect(await active(got.access_token)).toBe(false);
    const nobody = await new ABrowser(site.kernel.url).open(page);
    expect(new URL(nobody.url).searchParams.get('returnTo')).toBe(page);
  });

  it('row 24: when the user is deleted, for good; and when all their credentials are revoked', async () => {
    const directory = site.kernel.service(accounts, 'identity');
    const bob = await site.aPerson();
    const bobs = await letIn({}, bob);
    await directory.delete(bob.userId, { hard: false });
    expect(await site.asked(bobs.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    expect(await failure(oauth.refreshTokenGrant(client.config, bobs.refresh_token as string))).toBe('invalid_grant');
    const db = site.kernel.service(core.storage, 'oauth-provider');
    const left = async (userId: number) => (await db.query('SELECT 1 FROM artifacts WHERE account_id = $1', [userId])).length;
    await expect.poll(() => left(bob.userId)).toBe(0);
    await directory.recover(bob.userId);
    expect(await site.asked(bobs.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');

    const carl = await site.aPerson();
    const carls = await letIn({}, carl);
    await site.kernel.service(core.events, 'identity').publish(credentialsRevoked, { userId: carl.userId });
    await expect.poll(() => left(carl.userId)).toBe(0);
    expect(await site.asked(carls.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
  });

  it('when all credentials of the user are revoked, though nobody hears of it', async () => {
    const dora = await site.aPerson();
    const doras = await letIn({}, dora);
    const begun = await site.byCode(client.config, dora.browser, { scope: ALL });
    const db = site.kernel.service(core.storage, 'identity');
    // As a revocation whose event is lost.
    await db.query('UPDATE users SET credential_generation = credential_generation + 1 WHERE id = $1', [dora.userId]);
    expect(await site.asked(doras.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    expect(await active(doras.access_token)).toBe(false);
    expect(await failure(oauth.fetchUserInfo(client.config, doras.access_token, String(dora.userId)))).toBeDefined();
    expect(await failure(oauth.refreshTokenGrant(client.config, doras.refresh_token as string))).toBe('invalid_grant');
    expect(await failure(begun.tokens())).toBe('invalid_grant');
    const anew = await letIn({}, dora);
    expect(await site.asked(anew.access_token)).toEqual({ currentUser: { username: dora.username } });
    await site.kernel.jobs.enqueue(tidy, {});
    await site.kernel.jobs.drain();
    expect(await site.asked(anew.access_token)).toEqual({ currentUser: { username: dora.username } });
    const left = await site.kernel
      .service(core.storage, 'oauth-provider')
      .query(`SELECT 1 FROM artifacts WHERE account_id = $1 AND model = 'Grant'`, [dora.userId]);
    expect(left).toHaveLength(1);
  });

  it('when its client is deleted', async () => {
    const { id, config } = await site.aClient();
    const got = await (await site.byCode(config, ada.browser, { scope: 'user:all' })).tokens();
    await site.kernel.graphql(`mutation { deleteOAuthClient(id: "${id}") { alwaysNil } }`);
    expect(await site.asked(got.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
  });
});

describe('what a code, or who asks for one, cannot do', () => {
  const authorize = (more: Readonly<Record<string, string>>) => {
    const url = new URL(`${site.kernel.url}/.auth/idp/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: client.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      state: 's',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      ...more,
    }).toString();
    return new ABrowser(site.kernel.url, ada.userId).open(url.href);
  };

  it.each([
    'https://evil.example/callback',
    'https://app.example/callback/../evil',
    'https://app.example/callback?x=1',
    'https://app.example.evil.example/callback',
    'https://app.example@evil.example/callback',
    'http://app.example/callback',
    'https://app.example/callback#fragment',
    'https://APP.example/callback',
    '//app.example/callback',
    'javascript:alert(1)//app.example/callback',
    '',
  ])('row 24: leads to no address that was not registered: %j', async (redirect_uri) => {
    const browser = await authorize({ redirect_uri });
    expect(browser.url.startsWith(`${site.kernel.url}/`)).toBe(true);
    expect(browser.status).toBe(400);
  });

  it('is not asked without PKCE, or with a challenge that is the verifier', async () => {
    const without: Record<string, string>[] = [{ code_challenge: '' }, { code_challenge_method: 'plain' }];
    for (const more of without) {
      const { searchParams } = new URL((await authorize(more)).url);
      expect(searchParams.get('error'), JSON.stringify(more)).toBe('invalid_request');
    }
  });

  it('is not used by who has not the verifier, by another program, with another address, or twice', async () => {
    const { callback, verifier, state } = await site.byCode(client.config, ada.browser, { scope: 'user:all' });
    const exchange = async (config: oauth.Configuration, pkceCodeVerifier: string) =>
      failure(oauth.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState: state }));
    const other = await site.aClient();
    expect(await exchange(client.config, oauth.randomPKCECodeVerifier())).toBe('invalid_grant');
    const fresh = await site.byCode(client.config, ada.browser, { scope: 'user:all' });
    expect(
      await failure(
        oauth.authorizationCodeGrant(other.config, fresh.callback, { pkceCodeVerifier: fresh.verifier, expectedState: fresh.state }),
      ),
    ).toBe('invalid_grant');
    expect(verifier).not.toBe(fresh.verifier);

    const last = await site.byCode(client.config, ada.browser, { scope: 'user:all' });
    const got = await last.tokens();
    expect(await failure(last.tokens())).toBe('invalid_grant');
    // The second use is theft, and whoever was first may be the thief.
    expect(await site.asked(got.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
  });

  it('a form of another origin, or without the browser of the person, allows nothing', async () => {
    const { browser } = await site.aPerson();
    await browser.open((await askedFor(browser)).href);
    expect(browser.html).toContain('name="decision"');
    const { url, html } = browser;
    await browser.submit(['decision', 'allow'], {}, { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
    expect(browser.status).toBe(403);
    const thief = new ABrowser(site.kernel.url, ada.userId);
    Object.assign(thief, { url, html });
    await thief.submit(['decision', 'allow']);
    expect([thief.status, thief.url]).toEqual([400, url]);
  });

  it('a token allows nothing either: a narrow one would make itself a wide one', async () => {
    const { tokens } = await site.byCode(client.config, ada.browser, { scope: 'externalapi:read' });
    const { access_token } = await tokens();
    const { browser } = await site.aPerson();
    const url = await askedFor(browser);
    const response = await fetch(url, { redirect: 'manual', headers: { authorization: `Bearer ${access_token}` } });
    const interaction = new URL(response.headers.get('location') ?? '', url);
    const cookie = response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const answer = await fetch(interaction, { redirect: 'manual', headers: { authorization: `Bearer ${access_token}`, cookie } });
    expect(new URL(answer.headers.get('location') ?? '', url).pathname).toBe('/sign-in');
  });

  it('row 24: signing out of a program leads to no address from outside', async () => {
    for (const query of ['', `client_id=${client.clientId}&`]) {
      const browser = new ABrowser(site.kernel.url, ada.userId);
      await browser.open(`/.auth/idp/oauth/end-session?${query}post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F&state=s`);
      await browser.submit(['logout', 'yes']);
      expect(browser.url.startsWith(site.kernel.url)).toBe(true);
    }
  });

  it('comes past no gate of the site', async () => {
    const headers = { 'x-test-refused': 'yes' };
    for (const path of ['token', 'userinfo', 'revoke', 'introspect', 'device/code', 'register'])
      expect((await site.kernel.fetch(`/.auth/idp/oauth/${path}`, { method: 'POST', headers })).status, path).toBe(418);
    expect((await site.kernel.fetch('/.auth/idp/oauth/device', { headers })).status).toBe(418);
  });

  it('nobody fills the database by asking for pages without end', async () => {
    const flooded = await ASite.start();
    const statuses = new Set<number>();
    for (let i = 0; i < 200; i++) statuses.add((await flooded.kernel.fetch('/.auth/idp/oauth/end-session')).status);
    expect(statuses).toEqual(new Set([200, 429]));
    const [row] = await flooded.kernel
      .service(core.storage, 'oauth-provider')
      .query<{ count: number }>('SELECT count(*)::int AS count FROM artifacts');
    expect(row?.count).toBeLessThan(180);
    // Programs ask for others, and are not held up by it.
    expect((await flooded.kernel.fetch('/.auth/idp/oauth/userinfo')).status).toBe(401);
  });

  it.each(['interaction', 'authorize', 'device'])('no path leads around what stands before another: %s', async (route) => {
    for (const hidden of ['..%2Ftoken', '..%2Fregister', '..%2fdevice%2fcode', '%2e%2e%2Ftoken', '..%5Ctoken', 'x%2F..%2F..%2Ftoken'])
      for (const method of ['GET', 'POST']) {
        const response = await site.kernel.fetch(`/.auth/idp/oauth/${route}/${hidden}`, { method });
        expect([404, 405], `${method} ${hidden}`).toContain(response.status);
      }
  });

  it('bodies are small, and forms', async () => {
    const send = async (path: string, body: string, type = 'application/x-www-form-urlencoded') =>
      (await site.kernel.fetch(`/.auth/idp/oauth/${path}`, { method: 'POST', body, headers: { 'content-type': type } })).status;
    for (const path of ['token', 'revoke', 'introspect', 'device/code', 'register'])
      expect(await send(path, `token=${'x'.repeat(40_000)}`), path).toBe(path === 'register' ? 403 : 413);
    expect(await send('token', '{"grant_type":"client_credentials"}', 'application/json')).toBe(400);
  });

  const askedFor = async (browser: ABrowser) => {
    expect(browser.url).toBe('');
    return oauth.buildAuthorizationUrl(client.config, {
      redirect_uri: REDIRECT_URI,
      scope: 'user:all',
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
  };
});
