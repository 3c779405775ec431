import { at } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { ASite, type Signed } from './testing/a-site.js';

let site: ASite;
let ada: Signed;
let client: Awaited<ReturnType<ASite['aClient']>>;
beforeAll(async () => {
  site = await ASite.start();
  ada = await site.aPerson('ada@example.com');
  client = await site.aClient();
});

const tokens = async (scope: string) => (await site.byCode(client.config, ada.browser, { scope })).tokens();

describe('a program without the scope email', () => {
  it('learns no address from userinfo or the id token', async () => {
    const got = await tokens('openid profile');
    const told = await oauth.fetchUserInfo(client.config, got.access_token, String(ada.userId));
    expect(told).toMatchObject({ preferred_username: ada.username });
    expect(JSON.stringify([told, got.claims()])).not.toContain('@example.com');
  });

  it.each(['openid externalapi:read', 'openid profile externalapi:read', 'externalapi:read'])(
    'learns none from the API: %s',
    async (scope) => {
      const { access_token: token } = await tokens(scope);
      const user = `username primaryEmail { email } emails { email }`;
      expect(await site.asked(token, `{ currentUser { ${user} } user(username: "${ada.username}") { ${user} } }`)).toEqual({
        currentUser: { username: ada.username, primaryEmail: null, emails: null },
        user: { username: ada.username, primaryEmail: null, emails: null },
      });
      // Nor whether an address is somebody's.
      expect(await site.asked(token, '{ user(email: "ada@example.com") { username } }')).toEqual({ user: null });
    },
  );

  it('does with it', async () => {
    const { access_token: token } = await tokens('openid email externalapi:read');
    const addresses = await site.asked(token, '{ currentUser { emails { email } } }');
    expect(at(addresses, 'currentUser.emails.*.email')).toEqual(['ada@example.com']);
    expect(await oauth.fetchUserInfo(client.config, (await tokens('openid email')).access_token, String(ada.userId))).toMatchObject({
      email: 'ada@example.com',
    });
  });

  it('does with user:all, which is everything that the person can do', async () => {
    const { access_token: token } = await tokens('user:all');
    expect(at(await site.asked(token, '{ currentUser { emails { email } } }'), 'currentUser.emails.*.email')).toEqual(['ada@example.com']);
  });
});
