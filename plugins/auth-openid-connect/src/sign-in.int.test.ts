import identity from '@sextant/plugin-identity';
import { Administration, SigningSite } from '@sextant/plugin-identity/testing';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import { LeakWatch, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';
import { CLIENT, TestOpenidProvider } from './testing/test-openid-provider.js';

let kernel: TestKernel;
let watch: LeakWatch;
let idp: TestOpenidProvider;
let signing: SigningSite;

beforeAll(async () => {
  watch = await LeakWatch.start([CLIENT.secret]);
  kernel = await startTestKernel({ plugins: [identity, site, signIn, manifest], config: { tracing: watch.tracing } });
  idp = await TestOpenidProvider.start([`${kernel.url}/.auth/callback`]);
  idp.people.set('ada-1', { claims: { email: 'ada@example.com', email_verified: true, preferred_username: 'ada', name: 'Ada' } });
  const token = await new Administration(() => kernel).ownToken();
  const entry = { type: 'openidconnect', configID: 'login', issuer: idp.issuer, clientID: CLIENT.id, clientSecret: CLIENT.secret };
  signing = await SigningSite.open(kernel, token, [{ ...entry, allowSignup: true }]);
});
afterAll(async () => {
  for (const one of [idp, watch]) await one?.[Symbol.asyncDispose]();
});

const fill = ({ fields }: { readonly fields: Readonly<Record<string, string>> }) =>
  fields['prompt'] === 'login' ? { login: 'ada-1', password: 'any' } : undefined;

it('takes somebody to the provider and back as a new user, and again as the same one', async () => {
  expect((await signing.signIn('openidconnect', 'login', fill)).username).toBe('ada');
  expect((await signing.signIn('openidconnect', 'login', fill)).username).toBe('ada');
});

it('says in words what it refuses, and leaves no secret and no token anywhere', async () => {
  idp.fault = { claims: { nonce: 'another' } };
  await expect(signing.signIn('openidconnect', 'login', fill)).rejects.toThrow('leads nowhere: 502');
  for (const token of idp.given) expect(kernel.log.text).not.toContain(token);
  expect(kernel.log.text).toContain('SEXTANT_OPENID_CONNECT_ANSWER');
  expect(await watch.leaks(kernel)).toEqual([]);
});
