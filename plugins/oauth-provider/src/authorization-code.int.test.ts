import * as oauth from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { ASite, type Signed } from './testing/a-site.js';

let site: ASite;
let ada: Signed;
beforeAll(async () => {
  site = await ASite.start();
  ada = await site.aPerson('ada@example.com');
});

describe('a program that a person lets in by a code', () => {
  it('gets tokens for the person, that the API and userinfo take', async () => {
    const { config } = await site.aClient();
    const { tokens } = await site.byCode(config, ada.browser, { scope: 'openid profile email offline_access user:all' });
    const got = await tokens();
    expect(got.access_token).toMatch(/^sgo_at_[\w-]{43}$/);
    expect(got.refresh_token).toMatch(/^sgo_rt_[\w-]{43}$/);
    expect(got.expires_in).toBe(3600);
    expect(got.claims()).toMatchObject({ sub: String(ada.userId), iss: site.kernel.url });
    expect(await oauth.fetchUserInfo(config, got.access_token, String(ada.userId))).toMatchObject({
      sub: String(ada.userId),
      preferred_username: ada.username,
      email: 'ada@example.com',
      email_verified: true,
    });
    expect(await site.asked(got.access_token)).toEqual({ currentUser: { username: ada.username } });
  });
});
