import identity from '@sextant/plugin-identity';
import { Administration, SigningSite } from '@sextant/plugin-identity/testing';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import { LeakWatch, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';
import { type KeyPair, keyPair, TestIdentityProvider } from './testing/test-identity-provider.js';

let kernel: TestKernel;
let watch: LeakWatch;
let idp: TestIdentityProvider;
let ours: KeyPair;
let signing: SigningSite;

beforeAll(async () => {
  [idp, ours] = await Promise.all([TestIdentityProvider.start(), keyPair()]);
  // A line of the key.
  watch = await LeakWatch.start([ours.private.split('\n')[3]!.trim()]);
  kernel = await startTestKernel({ plugins: [identity, site, signIn, manifest], config: { tracing: watch.tracing } });
  idp.people.set('ada', { nameId: 'a1b2c3', attributes: { username: 'ada', email: 'ada@example.com' } });
  const token = await new Administration(() => kernel).ownToken();
  const keys = { serviceProviderCertificate: ours.cert, serviceProviderPrivateKey: ours.private };
  const entry = { type: 'saml', configID: 'okta', identityProviderMetadataURL: idp.metadataUrl, allowSignup: true };
  signing = await SigningSite.open(kernel, token, [{ ...entry, ...keys, logout: true }]);
  idp.spCert = ours.cert;
});
afterAll(async () => {
  for (const one of [idp, watch]) await one?.[Symbol.asyncDispose]();
});

const fill = () => ({ login: 'ada' });

it('takes somebody to the identity provider and back as a new user, and again as the same one', async () => {
  expect((await signing.signIn('saml', 'okta', fill)).username).toBe('ada');
  expect((await signing.signIn('saml', 'okta', fill)).username).toBe('ada');
});

it('tells the identity provider of us', async () => {
  const response = await kernel.fetch('/.auth/saml/metadata');
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(`Location="${signing.callbackUrl('/.auth/saml/acs')}"`);
});

it('signs somebody out at the identity provider too, and nobody else', async () => {
  const [{ browser }, other] = [await signing.signIn('saml', 'okta', fill), await signing.signIn('saml', 'okta', fill)];
  const before = idp.sessions.all.length;
  const page = await browser.ask(`${kernel.url}/-/sign-out`, { method: 'POST', headers: { origin: new URL(kernel.url).origin } });
  const elsewhere = /href="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&') ?? expect.fail();
  expect(elsewhere).toMatch(`${idp.url}/logout?SAMLRequest=`);
  await browser.travel(elsewhere, `${kernel.url}/sign-in`);
  expect(idp.sessions.all).toHaveLength(before - 1);
  expect([(await signing.whoIs(browser)) === 'ada', await signing.whoIs(other.browser)]).toEqual([false, 'ada']);
});

it('signs somebody out whom the identity provider signs out, and tells it so', async () => {
  const [{ browser }, other] = [await signing.signIn('saml', 'okta', fill), await signing.signIn('saml', 'okta', fill)];
  const { sessionIndex } = idp.sessions.all.at(-2) ?? expect.fail();
  await expect(browser.travel(`${idp.url}/logout?index=${sessionIndex}`, `${kernel.url}/nowhere`)).rejects.toThrow(
    `${idp.url}/logout leads nowhere: 200`,
  );
  expect(browser.visited).toContain(`${kernel.url}/.auth/saml/logout`);
  expect(idp.sessions.all.map((one) => one.sessionIndex)).not.toContain(sessionIndex);
  expect([(await signing.whoIs(browser)) === 'ada', await signing.whoIs(other.browser)]).toEqual([false, 'ada']);
  const refused = await kernel.fetch('/.auth/saml/logout', { method: 'POST', body: new URLSearchParams({ SAMLRequest: 'PGE+' }) });
  expect(refused.status).toBe(400);
});

it('says in words what it refuses, and leaves no key anywhere', async () => {
  idp.fault = { recipient: 'https://other.example/' };
  await expect(signing.signIn('saml', 'okta', fill)).rejects.toThrow('leads nowhere: 502');
  expect(kernel.log.text).toContain('SEXTANT_SAML_ANSWER');
  expect(await watch.leaks(kernel)).toEqual([]);
});
