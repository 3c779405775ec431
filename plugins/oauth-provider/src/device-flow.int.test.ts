import * as oauth from 'openid-client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ABrowser } from './testing/a-browser.js';
import { ASite, type Signed } from './testing/a-site.js';

const SRC = 'sgo_cid_sourcegraph-cli';
const SCOPE = 'email offline_access openid profile user:all';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
let site: ASite;
let ada: Signed;
let src: oauth.Configuration;
beforeAll(async () => {
  site = await ASite.start();
  ada = await site.aPerson();
  src = await site.discovered(SRC);
});
/** As src does it: a form to the token endpoint. */
const poll = async (deviceCode: string, client = SRC) => {
  const response = await site.kernel.fetch('/.auth/idp/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ client_id: client, device_code: deviceCode, grant_type: GRANT }),
  });
  return (await response.json()) as {
    error?: string;
    access_token?: string;
    refresh_token?: string;
    expires_in?: number;
    token_type?: string;
  };
};
const begin = (scope = SCOPE) => oauth.initiateDeviceAuthorization(src, { scope });

describe('src login', () => {
  it('gets tokens once the person has confirmed the code that it shows, and who asks', async () => {
    const begun = await begin();
    expect(begun).toMatchObject({ expires_in: 600, interval: 5, verification_uri: `${site.kernel.url}/.auth/idp/oauth/device` });
    expect(await poll(begun.device_code)).toMatchObject({ error: 'authorization_pending' });
    const { browser } = ada;
    await browser.open(begun.verification_uri_complete as string);
    expect(browser.html).toContain(`value="${begun.user_code}"`);
    expect(await poll(begun.device_code)).toMatchObject({ error: 'authorization_pending' });
    await browser.submit(undefined);
    for (const shown of [begun.user_code, 'src, the command line', ada.username, 'user:all', '127.0.0.1'])
      expect(browser.html).toContain(shown);
    await browser.submit(['confirm', 'yes']);
    expect(browser.html).toContain('You can close this page');
    const got = await poll(begun.device_code);
    expect(got).toMatchObject({ token_type: 'Bearer', expires_in: 3600, refresh_token: expect.stringMatching(/^sgo_rt_/) });
    expect(await site.asked(got.access_token as string)).toEqual({ currentUser: { username: ada.username } });
    const next = await oauth.refreshTokenGrant(src, got.refresh_token as string);
    expect(await site.asked(next.access_token)).toEqual({ currentUser: { username: ada.username } });
  });

  it('is told when the person says no, and can use no code twice', async () => {
    const begun = await begin();
    await ada.browser.open(begun.verification_uri_complete as string);
    await ada.browser.submit(undefined);
    await ada.browser.submit(['abort', 'yes']);
    expect(ada.browser.html).toContain('You denied it');
    expect(await poll(begun.device_code)).toMatchObject({ error: 'access_denied' });
    expect(await poll(begun.device_code)).toMatchObject({ error: 'invalid_grant' });
  });

  it('is told when the code is too old, and so is the person', async () => {
    const begun = await begin();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    try {
      expect(await poll(begun.device_code)).toMatchObject({ error: 'expired_token' });
      await ada.browser.open(begun.verification_uri_complete as string);
      await ada.browser.submit(undefined);
      expect(ada.browser.html).toContain('too old');
    } finally {
      vi.useRealTimers();
    }
  });

  it('is told to slow down when it asks too often', async () => {
    const { device_code } = await begin();
    const errors = [];
    for (let i = 0; i < 5; i++) errors.push((await poll(device_code)).error);
    expect(errors).toEqual([...Array(3).fill('authorization_pending'), 'slow_down', 'slow_down']);
  });

  it('one login does not end with another: each is a grant of its own', async () => {
    const tokens = [];
    for (let i = 0; i < 2; i++) {
      const begun = await begin();
      await ada.browser.open(begun.verification_uri_complete as string);
      await ada.browser.submit(undefined);
      await ada.browser.submit(['confirm', 'yes']);
      tokens.push((await poll(begun.device_code)).access_token as string);
    }
    const [laptop = '', desktop = ''] = tokens;
    await oauth.tokenRevocation(src, laptop);
    expect(await site.asked(laptop)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    expect(await site.asked(desktop)).toEqual({ currentUser: { username: ada.username } });
  });

  it('sends who is not signed in to sign in, and back with the code', async () => {
    const begun = await begin();
    const nobody = await new ABrowser(site.kernel.url).open(begun.verification_uri_complete as string);
    const { pathname, searchParams } = new URL(nobody.url);
    expect([pathname, searchParams.get('returnTo')]).toEqual(['/sign-in', `/.auth/idp/oauth/device?user_code=${begun.user_code}`]);
  });
});

describe('a device code', () => {
  it('confirms nothing by a link, by a form of another origin, or with what another browser was shown', async () => {
    const begun = await begin();
    const { browser } = await site.aPerson();
    await browser.open(begun.verification_uri_complete as string);
    await browser.submit(undefined);
    const { html, url } = browser;
    await browser.submit(['confirm', 'yes'], {}, { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
    expect(browser.status).toBe(403);
    const other = (await site.aPerson()).browser;
    Object.assign(other, { html, url });
    await other.submit(['confirm', 'yes']);
    expect(other.html).not.toContain('You can close this page');
    const link = new URLSearchParams({ user_code: begun.user_code, confirm: 'yes' });
    await new ABrowser(site.kernel.url, ada.userId).open(`/.auth/idp/oauth/device?${link}`);
    expect(await poll(begun.device_code)).toMatchObject({ error: 'authorization_pending' });
  });

  it('is worth nothing to another program, and no more than its scopes to its own', async () => {
    const { clientId } = await site.aClient({ confidential: false, deviceFlow: true });
    const { device_code } = await begin();
    expect(await poll(device_code, clientId)).toMatchObject({ error: 'invalid_grant' });
    await expect(begin('externalapi:write')).rejects.toMatchObject({ error: 'invalid_scope' });
  });

  it('is not found by trying: a person has so many tries', async () => {
    const { browser } = await site.aPerson();
    await browser.open('/.auth/idp/oauth/device');
    const statuses = new Set<number>();
    for (let i = 0; i < 22; i++) {
      await browser.submit(undefined, { user_code: 'BBBB-BBBB' });
      statuses.add(browser.status);
      if (browser.status === 429) break;
    }
    expect([...statuses]).toEqual([200, 429]);
  });
});
