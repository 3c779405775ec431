import identity from '@sextant/plugin-identity';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { LeakWatch, startTestKernel } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { describe, expect, it } from 'vitest';
import { tidy } from './jobs.js';
import manifest from './manifest.js';
import { ASite } from './testing/a-site.js';

describe('the OpenID provider', () => {
  it('is found at the root and below a path prefix, and knows its own address whatever a request says', async () => {
    const kernel = await startTestKernel({
      plugins: [identity, site, manifest],
      config: { http: { port: 0, pathPrefix: '/sextant', externalUrl: 'http://localhost:7080/sextant' } },
    });
    const response = await kernel.fetch('/.well-known/openid-configuration', { headers: { 'x-forwarded-host': 'evil.example' } });
    const found = (await response.json()) as Record<string, string>;
    expect(found['issuer']).toBe('http://localhost:7080/sextant');
    const addresses = Object.entries(found).filter(([name]) => /_endpoint$|jwks_uri/.test(name));
    expect(addresses.length).toBeGreaterThan(6);
    for (const [name, address] of addresses) expect(address, name).toMatch(/^http:\/\/localhost:7080\/sextant\/\.auth\/idp\/oauth\//);
    const alike = await kernel.fetch('/.well-known/oauth-authorization-server');
    expect(await alike.json()).toEqual(found);
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
    const secrets: string[] = [];
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
    secrets.push(
      secret as string,
      callback.searchParams.get('code') as string,
      got.access_token,
      got.refresh_token as string,
      next.access_token,
      next.refresh_token as string,
      begun.device_code,
      begun.user_code,
    );
    const hunt = await LeakWatch.start(secrets);
    Object.assign(hunt, { collector: (watch as unknown as { collector: unknown }).collector });
    expect(await hunt.leaks(world.kernel)).toEqual([]);
    await watch[Symbol.asyncDispose]();
  });
});
