import identity from '@sextant/plugin-identity';
import { Administration, type Arrival, type Fill, SigningSite } from '@sextant/plugin-identity/testing';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { LeakWatch, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { CLIENT, TestOpenidProvider } from './testing/test-openid-provider.js';

let kernel: TestKernel;
let watch: LeakWatch;
let idp: TestOpenidProvider;
let signing: SigningSite;
let entry: object;

beforeAll(async () => {
  watch = await LeakWatch.start([CLIENT.secret]);
  kernel = await startTestKernel({ plugins: [identity, site, signIn, manifest], config: { tracing: watch.tracing } });
  const logout = `${kernel.url}/.auth/openidconnect/logout`;
  idp = await TestOpenidProvider.start(
    [`${kernel.url}/.auth/callback`],
    { features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } } },
    { post_logout_redirect_uris: [logout], backchannel_logout_uri: logout, backchannel_logout_session_required: true },
  );
  idp.people.set('ada-1', { claims: { email: 'ada@example.com', email_verified: true, preferred_username: 'ada' } });
  const me = textAt((await kernel.graphql('{ currentUser { id } }')).data, 'currentUser.id');
  const { token } = await new Administration(() => kernel).createToken(me);
  entry = {
    type: 'openidconnect',
    configID: 'login',
    issuer: idp.issuer,
    clientID: CLIENT.id,
    clientSecret: CLIENT.secret,
    allowSignup: true,
  };
  signing = await SigningSite.open(kernel, token, [{ ...entry, logout: true }]);
});
afterAll(async () => {
  for (const one of [idp, watch]) await one?.[Symbol.asyncDispose]();
});

const fill: Fill = ({ fields }): Readonly<Record<string, string>> | undefined => {
  if (fields['xsrf'] !== undefined) return { logout: 'yes' };
  return fields['prompt'] === 'login' ? { login: 'ada-1', password: 'any' } : undefined;
};
const ada = (): Promise<Arrival> => signing.signIn('openidconnect', 'login', fill);
const signOut = ({ browser }: Arrival) =>
  browser.ask(`${kernel.url}/-/sign-out`, { method: 'POST', headers: { origin: new URL(kernel.url).origin } });
/** Whether the provider asks who it is. */
async function isAsked({ browser }: Arrival): Promise<boolean> {
  let asked = false;
  await browser.travel(`${kernel.url}/.auth/openidconnect/login?pc=login`, `${kernel.url}/.auth/callback`, (form) => {
    asked ||= form.fields['prompt'] === 'login';
    return fill(form);
  });
  return asked;
}

describe('Who signs out', () => {
  it('is led on to the provider, and is signed out there too; other browsers stay', async () => {
    const [one, other] = [await ada(), await ada()];
    const page = await signOut(one);
    const html = await page.text();
    const elsewhere = /href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? expect.fail();
    expect(page.headers.get('refresh')).toBe(`0; url=${elsewhere}`);
    expect(new URL(elsewhere).origin).toBe(idp.issuer);
    expect(await signing.whoIs(one.browser)).not.toBe('ada');
    await one.browser.travel(elsewhere, `${kernel.url}/sign-in`, fill);
    expect(one.browser.visited.at(-1)).toBe(`${kernel.url}/.auth/openidconnect/logout`);
    expect(await isAsked(one)).toBe(true);
    expect(await signing.whoIs(other.browser)).toBe('ada');
  });

  it('is led nowhere else by what the address of the way back says', async () => {
    const browser = (await ada()).browser;
    const answer = await browser.ask(`${kernel.url}/.auth/openidconnect/logout?returnTo=https://evil.example&state=https://evil.example`);
    expect(answer.headers.get('location')).toBe('/sign-in?note=signed-out');
  });
});

describe('Who signs out at the provider', () => {
  it('is signed out here at once, because the provider tells us; other browsers stay', async () => {
    const [one, other] = [await ada(), await ada()];
    await one.browser.travel(`${idp.issuer}/session/end?client_id=${CLIENT.id}`, `${idp.issuer}/session/end/success`, fill);
    expect(await signing.whoIs(one.browser)).not.toBe('ada');
    expect(await signing.whoIs(other.browser)).toBe('ada');
  });

  it('is believed to only by what the provider has signed', async () => {
    const one = await ada();
    const tell = async (token: string): Promise<number> =>
      (await kernel.fetch('/.auth/openidconnect/logout', { method: 'POST', body: new URLSearchParams({ logout_token: token }) })).status;
    expect(await tell(idp.logoutToken({ claims: { sub: 'ada-1' }, signed: 'by-another' }))).toBe(400);
    expect(await signing.whoIs(one.browser)).toBe('ada');
    expect(await tell(idp.logoutToken({ claims: { sub: 'ada-1' } }))).toBe(200);
    expect(await signing.whoIs(one.browser)).not.toBe('ada');
  });
});

it('keeps no ID token in clear, and none at all where the entry does not ask for it', async () => {
  await ada();
  const db = kernel.service(core.storage, 'sign-in');
  const kept = async () => JSON.stringify(await db.query('SELECT sealed_provider, provider_names FROM sessions ORDER BY id DESC LIMIT 1'));
  expect(await kept()).toContain('"sealed_provider":"');
  for (const token of idp.given) expect(await kept()).not.toContain(token);
  for (const token of idp.given) expect(kernel.log.text).not.toContain(token);
  expect(await watch.leaks(kernel)).toEqual([]);
  await signing.configure([{ ...entry, logout: false }]);
  const plain = await ada();
  expect(await kept()).toContain('"sealed_provider":null');
  expect((await signOut(plain)).headers.get('location')).toBe('/sign-in?note=signed-out');
});
