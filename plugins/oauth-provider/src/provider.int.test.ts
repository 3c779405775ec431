import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { accounts } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { LeakWatch } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { describe, expect, it } from 'vitest';
import { tidy } from './jobs.js';
import { ASite } from './testing/a-site.js';

async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the OpenID provider', () => {
  it('is found at the root and below a path prefix, and knows its own address whatever a request says', async () => {
    const port = await aFreePort();
    const world = await ASite.start({ http: { port, pathPrefix: '/sextant', externalUrl: `http://127.0.0.1:${port}/sextant` } });
    const { kernel } = world;
    const response = await kernel.fetch('/.well-known/openid-configuration', { headers: { 'x-forwarded-host': 'evil.example' } });
    const found = (await response.json()) as Record<string, string>;
    expect(found['issuer']).toBe(`http://127.0.0.1:${port}/sextant`);
    const addresses = Object.entries(found).filter(([name]) => /_endpoint$|jwks_uri/.test(name));
    expect(addresses.length).toBeGreaterThan(6);
    for (const [name, address] of addresses) expect(address, name).toContain(`http://127.0.0.1:${port}/sextant/.auth/idp/oauth/`);
    const alike = await kernel.fetch('/.well-known/oauth-authorization-server');
    expect(await alike.json()).toEqual(found);
    const { browser, username } = await world.aPerson();
    const { tokens } = await world.byCode((await world.aClient()).config, browser, { scope: 'openid user:all' });
    expect(await world.asked((await tokens()).access_token)).toEqual({ currentUser: { username } });
  });

  it('marks its cookies for https, for itself and for no script', async () => {
    const port = await aFreePort();
    const { kernel } = await ASite.start({ http: { port, externalUrl: 'https://sextant.example' } });
    const { id } = await kernel.service(accounts, 'identity').create({ username: 'ada' });
    const page = await fetch(`http://127.0.0.1:${port}/.auth/idp/oauth/device`, { headers: { cookie: `test-person=${id}` } });
    expect(page.status).toBe(200);
    const [cookie = ''] = page.headers.getSetCookie();
    for (const mark of [/^sextant_oauth=/, /; *httponly/i, /; *secure/i, /; *samesite=lax/i, /; *path=\/\.auth\/idp\/oauth/i])
      expect(cookie).toMatch(mark);
  });

  it('gives nothing out where tokens would travel in the clear', async () => {
    const port = await aFreePort();
    await ASite.start({ http: { port, externalUrl: 'http://sextant.example' } });
    const answer = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`);
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([503, expect.stringContaining('SEXTANT_OAUTH_INSECURE')]);
  });

  it('signs by a key that it publishes, and by another after a while, without forgetting the first at once', async () => {
    const world = await ASite.start();
    const keys = async () =>
      ((await (await world.kernel.fetch('/.auth/idp/oauth/jwks')).json()) as { keys: { kid: string; d?: string }[] }).keys;
    const before = await keys();
    expect(before).toEqual([expect.objectContaining({ kty: 'RSA', alg: 'RS256' })]);
    expect(before[0]).not.toHaveProperty('d');
    const db = world.kernel.service(core.storage, 'oauth-provider');
    const tidied = async () => {
      await world.kernel.jobs.enqueue(tidy, {});
      await world.kernel.jobs.drain();
      return (await db.query<{ id: string }>('SELECT id FROM signing_keys ORDER BY created_at')).map(({ id }) => id);
    };
    await db.query(`UPDATE signing_keys SET created_at = now() - interval '91 days'`);
    const both = await tidied();
    expect(both).toEqual([before[0]?.kid, expect.any(String)]);
    await db.query(`UPDATE signing_keys SET created_at = created_at - interval '3 days'`);
    expect(await tidied()).toEqual(both.slice(1));
  });

  it('row 22: leaves tokens, codes and secrets nowhere but with who got them', async () => {
    const watch = await LeakWatch.start([]);
    const world = await ASite.start({ tracing: watch.tracing });
    const { browser, userId } = await world.aPerson();
    const { config, secret } = await world.aClient();
    const { callback, tokens } = await world.byCode(config, browser, { scope: 'openid offline_access user:all' });
    const got = await tokens();
    const next = await oauth.refreshTokenGrant(config, got.refresh_token as string);
    await oauth.fetchUserInfo(config, next.access_token, String(userId));
    await world.asked(next.access_token);
    await world.asked(`${got.access_token}x`);
    await oauth.refreshTokenGrant(config, got.refresh_token as string).catch(() => undefined);
    const begun = await oauth.initiateDeviceAuthorization(await world.discovered('sgo_cid_sourcegraph-cli'), { scope: 'user:all' });
    watch.lookFor([
      secret as string,
      callback.searchParams.get('code') as string,
      got.access_token,
      got.refresh_token as string,
      next.access_token,
      next.refresh_token as string,
      begun.device_code,
      begun.user_code,
    ]);
    expect(await watch.leaks(world.kernel)).toEqual([]);
    await watch[Symbol.asyncDispose]();
  });

  it('knows no program whose id is no text, and does not fail by it', async () => {
    const { kernel } = await ASite.start();
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const page = await kernel.fetch('/.auth/idp/oauth/authorize?client_id=a%00b&response_type=code&redirect_uri=%00');
    const token = await kernel.fetch('/.auth/idp/oauth/token', { ...form, body: 'client_id=a%00b&grant_type=authorization_code&code=%00' });
    const device = await kernel.fetch('/.auth/idp/oauth/device/code', { ...form, body: 'client_id=a%00b' });
    expect([page.status, token.status, device.status]).toEqual([400, 401, 401]);
  });
});
