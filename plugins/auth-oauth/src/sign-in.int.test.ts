import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import authOpenidConnect from '@sextant/plugin-auth-openid-connect';
import codeHost from '@sextant/plugin-code-host';
import identity from '@sextant/plugin-identity';
import { externalAccounts, users } from '@sextant/plugin-identity/api';
import { Administration, SigningSite } from '@sextant/plugin-identity/testing';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import { LeakWatch, startTestKernel, TestClock, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';
import { dialects } from './testing/dialects.js';
import { CLIENT, OAuthServer } from './testing/oauth-server.js';

const PLUGINS = [identity, site, codeHost, signIn, authOpenidConnect, manifest];
const clock = new TestClock(new Date());
let kernel: TestKernel;
let watch: LeakWatch;
let server: OAuthServer;
let signing: SigningSite;

beforeAll(async () => {
  server = await OAuthServer.start(dialects['github']!);
  watch = await LeakWatch.start([CLIENT.secret]);
  kernel = await startTestKernel({
    plugins: PLUGINS,
    config: { tracing: watch.tracing },
    clock,
  });
  server.redirects.push(`${kernel.url}/.auth/github/callback`);
  server.people.set('ada', { id: 12, login: 'ada', emails: [{ address: 'ada@example.com', verified: true, primary: true }] });
  const token = await new Administration(() => kernel).ownToken();
  const entry = { type: 'github', configID: 'github', url: server.url, clientID: CLIENT.id, clientSecret: CLIENT.secret };
  signing = await SigningSite.open(kernel, token, [{ ...entry, allowSignup: true, permissionSync: true }]);
});
afterAll(async () => {
  for (const one of [server, watch]) await one?.[Symbol.asyncDispose]();
});

const fill = () => ({ login: 'ada' });
const never = new AbortController().signal;

it('takes somebody to the code host and back as a new user, and again as the same one', async () => {
  expect((await signing.signIn('github', 'github', fill)).username).toBe('ada');
  expect((await signing.signIn('github', 'github', fill)).username).toBe('ada');
});

it('keeps the token for the sync of permissions, renewed when it ends, once for all who want it', async () => {
  const user = await kernel.service(users).byUsername('ada');
  const accounts = kernel.service(externalAccounts);
  const [account] = await accounts.ofUser(user!.id);
  expect(account).toMatchObject({ service: { type: 'github', id: server.url }, accountId: '12', hasCredential: true });
  const first = await accounts.credential(account!.id, never);
  await clock.advance(9 * 3_600_000);
  const given = server.given.length;
  const renewed = await Promise.all([1, 2, 3].map(() => accounts.credential(account!.id, never)));
  expect(new Set(renewed.map((one) => one?.reveal())).size).toBe(1);
  expect(renewed[0]?.reveal()).not.toBe(first?.reveal());
  // An access token, and what renews it.
  expect(server.given.length - given).toBe(2);
});

it('keeps it in a process that runs jobs alone, too', async () => {
  // Another machine with the same keys.
  const dataDir = mkdtempSync(join(tmpdir(), 'sextant-worker-'));
  cpSync(join(kernel.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true });
  const worker = await startTestKernel({
    plugins: PLUGINS,
    roles: ['worker'],
    databaseUrl: kernel.databaseUrl,
    dataDir,
    clock,
  });
  const user = await kernel.service(users).byUsername('ada');
  const [account] = await kernel.service(externalAccounts).ofUser(user!.id);
  await clock.advance(9 * 3_600_000);
  const given = server.given.length;
  const renewed = await worker.service(externalAccounts).credential(account!.id, never);
  expect(renewed?.reveal()).toBe(server.given[given]);
  await worker.stop();
  rmSync(dataDir, { recursive: true });
});

it('leaves no secret and no token anywhere in clear', async () => {
  const dump = await watch.leaks(kernel);
  expect(dump).toEqual([]);
  for (const token of server.given) expect(kernel.log.text).not.toContain(token);
});
