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

it('a person who is not signed in confirms a device by way of the sign-in page; and what it got ends with all their sessions', async () => {
  const kernel = await startTestKernel({ plugins: [identity, site, signIn, manifest] });
  const asked = async (token: string, query = '{ currentUser { id username } }') => {
    const { data, errors } = await kernel.graphql(query, {}, { token });
    return errors[0]?.extensions['code'] ?? data;
  };
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

  const elsewhere = new ABrowser(kernel.url);
  await elsewhere.open('/sign-up');
  await elsewhere.submit(undefined, { username: 'ada', email: 'ada@example.com', password: PASSWORD });

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

  await asked(admin, `mutation { invalidateSessionsByID(userID: "${textAt(ada, 'currentUser.id')}") { alwaysNil } }`);
  await expect.poll(() => asked(got.access_token)).not.toEqual(ada);
  await expect(oauth.refreshTokenGrant(src, got.refresh_token as string)).rejects.toMatchObject({ error: 'invalid_grant' });
});
