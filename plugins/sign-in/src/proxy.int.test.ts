import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { accounts, users } from '@sextant/plugin-identity/api';
import { smallPlugin } from '@sextant/plugin-identity/testing';
import siteManifest from '@sextant/plugin-site';
import { at, startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import manifest from './manifest.js';
import { ASite } from './testing/a-site.js';

const eventually = { timeout: 30_000, interval: 50 };
const HEADER = {
  type: 'http-header',
  usernameHeader: 'X-Forwarded-User',
  emailHeader: 'X-Forwarded-Email',
  stripUsernameHeaderPrefix: 'accounts.example.com:',
  trustedProxies: ['127.0.0.1', '::1'],
};
const SECRET = 'what the proxy and Sextant know';
const asker = smallPlugin('asker', (r) => r.http((router) => router.get('/-/who', ({ actor }) => ({ body: actor }))));
let site: ASite;
let open: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [HEADER] }, { config: { http: { port: 0, trustProxy: true } } });
  open = await ASite.start({ 'auth.providers': [HEADER] }, { more: [asker] });
});

const whoIs = async (headers: Readonly<Record<string, string>>, of = site): Promise<{ status: number; username: unknown }> => {
  const response = await of.kernel.fetch('/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ currentUser { username } }' }),
  });
  const body: unknown = await response.json();
  return { status: response.status, username: response.status === 200 ? at(body, 'data.currentUser') : at(body, 'error.code') };
};

describe('a proxy that says who sends a request', () => {
  it('is believed where it is trusted; whom it lets in for the first time becomes a user', async () => {
    expect(await whoIs({ 'x-forwarded-user': 'accounts.example.com:ada', 'x-forwarded-email': 'ada@example.com' })).toEqual({
      status: 200,
      username: { username: 'ada' },
    });
    expect(await whoIs({ 'x-forwarded-user': 'ADA' })).toEqual({ status: 200, username: { username: 'ada' } });
    expect(await whoIs({})).toEqual({ status: 200, username: null });
    expect((await site.kernel.service(accounts).byVerifiedEmails(['ada@example.com'])).get('ada@example.com')?.username).toBe('ada');
  });

  it('makes one user of many requests that are the first', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => whoIs({ 'x-forwarded-user': 'crowd' })));
    expect(new Set(all.map(({ username }) => JSON.stringify(username)))).toEqual(new Set(['{"username":"crowd"}']));
  });

  it.each(['ada, root', 'root,ada', 'accounts.example.com:', 'x'.repeat(300)])(
    'is not believed when it says what is not one name: %j',
    async (name) => {
      expect(await whoIs({ 'x-forwarded-user': name })).toEqual({ status: 403, username: 'SEXTANT_SIGN_IN_PROXY' });
    },
  );

  it('is not believed where nobody said that it is there: anybody could write the header', async () => {
    expect(await whoIs({ 'x-forwarded-user': 'root' }, open)).toEqual({ status: 403, username: 'SEXTANT_SIGN_IN_PROXY' });
    expect(await whoIs({}, open)).toEqual({ status: 200, username: null });
  });

  it('is not believed when it connects from elsewhere, which is noted', async () => {
    await site.configure({ 'auth.providers': [{ ...HEADER, trustedProxies: ['10.0.0.0/8', '2001:db8::/32'] }] });
    await expect.poll(() => whoIs({ 'x-forwarded-user': 'root' }), eventually).toEqual({ status: 403, username: 'SEXTANT_SIGN_IN_PROXY' });
    // Whom it says that it passes on is no matter: anybody could write that too.
    expect(await whoIs({ 'x-forwarded-user': 'root', 'x-forwarded-for': '10.1.2.3' })).toMatchObject({ status: 403 });
    expect(await whoIs({})).toEqual({ status: 200, username: null });
    expect(site.kernel.log.text).toMatch(/"entity":"auth\.httpHeader","action":"failed".*"reason":"not-the-proxy"/);
    await site.configure({ 'auth.providers': [{ ...HEADER, trustedProxies: ['192.0.2.1', '127.0.0.0/8'] }] });
    await expect.poll(() => whoIs({ 'x-forwarded-user': 'ada' }), eventually).toMatchObject({ status: 200 });
  });

  it('is believed by a secret that it shares with Sextant, and without it is not', async () => {
    const { trustedProxies: _none, ...rest } = HEADER;
    await site.configure({ 'auth.providers': [{ ...rest, secretHeader: 'X-Proxy-Secret', secret: SECRET }] });
    const bySecret = (secret: string) => whoIs({ 'x-forwarded-user': 'ada', 'x-proxy-secret': secret });
    await expect.poll(() => bySecret('guessed'), eventually).toEqual({ status: 403, username: 'SEXTANT_SIGN_IN_PROXY' });
    expect(await bySecret(SECRET)).toEqual({ status: 200, username: { username: 'ada' } });
    for (const wrong of ['', `${SECRET}x`, `${SECRET}, ${SECRET}`]) expect((await bySecret(wrong)).status).toBe(403);
    const { data } = await site.ask('{ site { configuration { effectiveContents } } }');
    expect(JSON.stringify(data)).toContain('REDACTED');
    expect(`${JSON.stringify(data)}${site.kernel.log.text}`).not.toContain(SECRET);
    // Both are asked for where both are given.
    await site.configure({
      'auth.providers': [{ ...rest, secretHeader: 'X-Proxy-Secret', secret: SECRET, trustedProxies: ['10.0.0.0/8'] }],
    });
    await expect.poll(() => bySecret(SECRET), eventually).toMatchObject({ status: 403 });
    await site.configure({ 'auth.providers': [HEADER] });
    await expect.poll(() => bySecret('none'), eventually).toMatchObject({ status: 200 });
  });

  it('is not set up without what proves it, and nobody comes in by it', async () => {
    const { trustedProxies: _none, ...unproved } = HEADER;
    for (const [entry, words] of [
      [unproved, 'SEXTANT_SIGN_IN_PROXY_UNPROVED'],
      [{ ...unproved, trustedProxies: [] }, 'name the proxy'],
      [{ ...unproved, trustedProxies: ['proxy.example.com'] }, 'write an address'],
      [{ ...unproved, secret: SECRET }, 'belong together'],
      [{ ...unproved, secretHeader: 'x-proxy-secret' }, 'belong together'],
      [{ ...unproved, secretHeader: 'x-proxy-secret', secret: 'short' }, 'at least 16'],
      [{ ...unproved, secretHeader: 'x-forwarded-user', secret: SECRET }, 'a header of its own'],
    ] as const)
      expect((await site.configure({ 'auth.providers': [entry] })).join()).toContain(words);
    // Saved by a version that took it: it is left out, and the site says so.
    const dataDir = mkdtempSync(join(tmpdir(), 'sextant-proxy-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const before = await startTestKernel({ plugins: [identity, siteManifest], dataDir });
    const text = JSON.stringify({ 'auth.providers': [{ type: 'builtin' }, unproved] });
    await before.graphql('mutation($text: String!) { updateSiteConfiguration(lastID: 0, input: $text) }', { text });
    const { databaseUrl } = before;
    await before.kernel.stop();
    const stored = await startTestKernel({
      plugins: [identity, siteManifest, manifest],
      dataDir,
      databaseUrl,
      config: { http: { port: 0, trustProxy: true } },
    });
    const answer = await stored.fetch('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-user': 'root' },
      body: '{"query":"{ currentUser { username } }"}',
    });
    expect(await answer.json()).toEqual({ data: { currentUser: null } });
    expect(stored.log.text).toContain('SEXTANT_SIGN_IN_PROXY_UNPROVED');
  });

  it('does not bring back who was deleted (row 24)', async () => {
    await whoIs({ 'x-forwarded-user': 'leaver' });
    await site.kernel.service(accounts).delete((await site.kernel.service(users).byUsername('leaver'))!.id, { hard: false });
    expect(await whoIs({ 'x-forwarded-user': 'leaver' })).toEqual({ status: 403, username: 'SEXTANT_SIGN_IN_REFUSED' });
  });
});

describe('a site that lets in some addresses', () => {
  const from = (address: string) =>
    whoIs({ 'x-forwarded-for': address, authorization: `token ${site.adminToken}` }).then(({ status }) => status);
  const rule = (more: object) => ({ 'auth.providers': [HEADER], 'auth.allowedIpAddress': { enabled: true, ...more } });

  it('refuses everybody else, with a credential and without, and says so', async () => {
    await site.configure(
      rule({ userIpAddress: ['10.0.0.0/8', '2001:db8::/32', '203.0.113.7', '127.0.0.1'], errorMessageTemplate: 'No: {{.UserIP}}' }),
    );
    await expect.poll(() => from('192.0.2.1'), eventually).toBe(403);
    for (const address of ['10.1.2.3', '2001:db8::1', '203.0.113.7', '::ffff:10.1.2.3']) expect(await from(address)).toBe(200);
    for (const address of ['11.0.0.1', '2001:db9::1', '203.0.113.8', 'nonsense', '10.1.2.3, 192.0.2.1'])
      expect(await from(address)).toBe(403);
    const page = await site.kernel.fetch('/sign-in', { headers: { 'x-forwarded-for': '192.0.2.1', accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('No: 192.0.2.1')]);
    expect((await site.kernel.fetch('/healthz')).status).toBe(200);
  });

  it('is not told to lock out who tells it', async () => {
    const messages = await site.configure(rule({ userIpAddress: ['10.0.0.0/8'] }));
    expect(messages.join()).toContain('you come from 127.0.0.1');
    expect(await from('192.0.2.1')).toBe(403);
  });

  it('looks at what connects as well: only the proxy may, but for those that are trusted', async () => {
    await site.configure(rule({ userIpAddress: ['10.0.0.0/8', '127.0.0.1'], trustedClientIpAddress: ['127.0.0.1'] }));
    await expect.poll(() => from('192.0.2.1'), eventually).toBe(200);
    await site.configure(rule({ clientIpAddress: ['198.51.100.0/24'] }));
    await expect.poll(() => from('10.1.2.3'), eventually).toBe(403);
  });

  it('refuses to save what is no address', async () => {
    const messages = await open.configure({ 'auth.allowedIpAddress': { enabled: true, userIpAddress: ['10.0.0.0/33'] } });
    expect(messages.join()).toContain('10.0.0.0/8');
  });
});

describe('who brings nothing', () => {
  const who = async () => {
    const response = await open.kernel.fetch('/-/who');
    return response.status === 200 ? response.json() : response.status;
  };

  it('is nobody, and a guest where the site lets everybody read what is public', async () => {
    expect(await who()).toBe(401);
    await open.configure({ 'auth.providers': [HEADER], 'auth.anonymousAccess': 'public-repositories' });
    await expect.poll(who, eventually).toMatchObject({ kind: 'anonymous', guest: true, siteAdmin: false });
    expect((await open.kernel.fetch('/-/who', { headers: { authorization: 'token wrong' } })).status).toBe(401);
    // Row 18: whoever comes by learns of nobody who has an account here.
    await open.people.createUser('resident');
    const query = '{ user(username: "resident") { id } }';
    expect((await open.browser().graphql(query)).data).toEqual({ user: null });
    expect((await open.ask(query)).data).toEqual({ user: { id: expect.any(String) } });
    await open.configure({ 'auth.providers': [HEADER] });
    await expect.poll(who, eventually).toBe(401);
  });
});
