import identity from '@sextant/plugin-identity';
import { Administration } from '@sextant/plugin-identity/testing';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { expect, it } from 'vitest';
import manifest from './manifest.js';
import { ABrowser } from './testing/a-browser.js';

const PASSWORD = 'a long enough password';

/** How often the database is asked to tell who a request is from: the least of several, because work of its own goes on meanwhile. */
async function lookUps(kernel: TestKernel, headers: Readonly<Record<string, string>>): Promise<string> {
  const ask = async (query: string): Promise<unknown> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) };
    return (await kernel.fetch('/.api/graphql', init)).json();
  };
  const pool = kernel.kernel.stored?.database.databases.pool('main').pool;
  let leases = 0;
  const note = (): void => void leases++;
  const counts: number[] = [];
  pool?.on('acquire', note);
  for (let i = 0; i < 10; i++) {
    leases = 0;
    await ask('{ __typename }');
    counts.push(leases);
  }
  pool?.off('acquire', note);
  const known = JSON.stringify(await ask('{ currentUser { username } }')).includes('"username":');
  return `${known ? 'somebody' : 'nobody'}: ${Math.min(...counts)}`;
}

/** A Sextant at which people sign up with a password. */
async function start(first: (kernel: TestKernel) => Promise<void> = async () => undefined) {
  const kernel = await startTestKernel({ plugins: [identity, site, signIn, manifest] });
  await first(kernel);
  const me = textAt((await kernel.graphql('{ currentUser { id } }')).data, 'currentUser.id');
  const { token: admin } = await new Administration(() => kernel).createToken(me);
  const { data } = await kernel.graphql('{ site { configuration { id } } }', {}, { token: admin });
  const configured = await kernel.graphql(
    'mutation($id: Int!, $input: String!) { updateSiteConfiguration(lastID: $id, input: $input) }',
    { id: at(data, 'site.configuration.id'), input: JSON.stringify({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] }) },
    { token: admin },
  );
  expect(configured.errors).toEqual([]);
  // As after the first set-up.
  await kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
  return { kernel, admin };
}

async function signedUp(url: string, username: string): Promise<ABrowser> {
  const browser = new ABrowser(url);
  await browser.open('/sign-up');
  await browser.submit(undefined, { username, email: `${username}@example.com`, password: PASSWORD });
  return browser;
}

it('a person who is not signed in confirms a device by way of the sign-in page; and what it got ends with all their sessions', async () => {
  const { kernel, admin } = await start();
  const asked = async (token: string, query = '{ currentUser { id username } }') => {
    const { data, errors } = await kernel.graphql(query, {}, { token });
    return errors[0]?.extensions['code'] ?? data;
  };
  await signedUp(kernel.url, 'ada');
  const src = await oauth.discovery(new URL(kernel.url), 'sgo_cid_sourcegraph-cli', undefined, oauth.None(), {
    execute: [oauth.allowInsecureRequests],
  });
  const begun = await oauth.initiateDeviceAuthorization(src, { scope: 'offline_access user:all' });
  const browser = new ABrowser(kernel.url);
  await browser.open(begun.verification_uri_complete as string);
  expect(new URL(browser.url).pathname).toBe('/sign-in');
  await browser.submit(undefined, { username: 'ada', password: PASSWORD });
  expect(browser.html).toContain(`value="${begun.user_code}"`);
  await browser.submit(undefined);
  await browser.submit(['confirm', 'yes']);
  const got = await oauth.pollDeviceAuthorizationGrant(src, { ...begun, interval: 0.01 });
  const ada = await asked(got.access_token);
  expect(ada).toMatchObject({ currentUser: { username: 'ada' } });

  const signedIn = await kernel.fetch('/-/sign-in', {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: kernel.url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ username: 'ada', password: PASSWORD }).toString(),
  });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] as string;
  expect({
    nobody: await lookUps(kernel, {}),
    token: await lookUps(kernel, { authorization: `token ${admin}` }),
    session: await lookUps(kernel, { cookie }),
    program: await lookUps(kernel, { authorization: `Bearer ${got.access_token}` }),
  }).toEqual({ nobody: 'nobody: 0', token: 'somebody: 1', session: 'somebody: 2', program: 'somebody: 2' });

  // By the token of the person: site admins who end sessions of others need one themselves.
  await asked(got.access_token, `mutation { invalidateSessionsByID(userID: "${textAt(ada, 'currentUser.id')}") { alwaysNil } }`);
  await expect.poll(() => asked(got.access_token)).not.toEqual(ada);
  await expect(oauth.refreshTokenGrant(src, got.refresh_token as string)).rejects.toMatchObject({ error: 'invalid_grant' });
});

it('a program that wants to be sure makes a person sign in once more, and is told when they did', async () => {
  let clientId = '';
  const { kernel } = await start(async (local) => {
    const made = await local.graphql('mutation($input: OAuthClientInput!) { createOAuthClient(input: $input) { client { clientID } } }', {
      input: { name: 'App', redirectURIs: ['https://app.example/callback'], scopes: ['openid'], confidential: false },
    });
    clientId = textAt(made.data, 'createOAuthClient.client.clientID');
  });
  const app = await oauth.discovery(new URL(kernel.url), clientId, undefined, oauth.None(), {
    execute: [oauth.allowInsecureRequests],
  });
  const asked = async (browser: ABrowser, more: Readonly<Record<string, string>>) => {
    const verifier = oauth.randomPKCECodeVerifier();
    const challenge = { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
    const url = oauth.buildAuthorizationUrl(app, { redirect_uri: 'https://app.example/callback', scope: 'openid', ...challenge, ...more });
    await browser.open(url.href);
    return async () => {
      if (browser.html.includes('name="decision"') && browser.url.startsWith(kernel.url)) await browser.submit(['decision', 'allow']);
      const callback = new URL(browser.url);
      if (callback.searchParams.has('error')) return callback.searchParams.get('error');
      const maxAge = more['max_age'] === undefined ? {} : { maxAge: Number(more['max_age']) };
      return (await oauth.authorizationCodeGrant(app, callback, { pkceCodeVerifier: verifier, ...maxAge })).claims();
    };
  };

  const db = kernel.service(core.storage, 'sign-in');
  const hourAgo = async (): Promise<number> => {
    const [row] = await db.query<{ at: Date }>(`UPDATE sessions SET confirmed_at = now() - interval '1 hour' RETURNING confirmed_at AS at`);
    return Math.floor(row!.at.getTime() / 1000);
  };
  const [known, fresh] = [await signedUp(kernel.url, 'ada'), new ABrowser(kernel.url)];
  const before = await hourAgo();
  const recent = await asked(known, { max_age: '7200' });
  expect(await recent()).toMatchObject({ auth_time: before });
  await fresh.open('/sign-in');
  await fresh.submit(undefined, { username: 'ada', password: PASSWORD });
  const ways = [
    [known, { max_age: '60' }],
    [known, { prompt: 'login' }],
    [fresh, { max_age: '60' }],
  ] as const;
  for (const [browser, more] of ways) {
    await hourAgo();
    const finished = await asked(browser, more);
    expect([new URL(browser.url).pathname, browser.html.includes('Sign in once more')]).toEqual(['/sign-in', true]);
    // Going round the page is no signing in.
    const around = browser.copy();
    await around.open(new URL(browser.url).searchParams.get('returnTo') as string);
    expect(new URL(around.url).pathname).toBe('/sign-in');
    await browser.submit(undefined, { username: 'ada', password: 'not the right words' });
    expect(browser.html).toContain('name="anew"');
    await browser.submit(undefined, { username: 'ada', password: PASSWORD });
    const claims = (await finished()) as { readonly auth_time?: number };
    expect(claims).toMatchObject({ sub: expect.any(String) });
    if ('max_age' in more) expect(claims.auth_time).toBeGreaterThan(before + 1800);
  }
  // Silently nobody is asked anything.
  await hourAgo();
  const silent = await asked(new ABrowser(kernel.url), { prompt: 'none', max_age: '60' });
  expect(await silent()).toBe('login_required');
  // Whoever signs in as somebody else in between lets in nobody.
  await signedUp(kernel.url, 'grace');
  await hourAgo();
  await asked(known, { prompt: 'login' });
  await known.submit(undefined, { username: 'grace', password: PASSWORD });
  expect([known.status, known.html.includes('You are somebody else now')]).toEqual([400, true]);
});
