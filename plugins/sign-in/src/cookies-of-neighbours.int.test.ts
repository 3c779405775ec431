import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { externalAccounts } from '@sextant/plugin-identity/api';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { AProvider } from './testing/a-provider.js';
import { Browser } from './testing/browser.js';

/** Where people reach Sextant, by a proxy that ends TLS. A neighbour, such as https://evil.example.com, sets cookies for all of the domain, but none whose name begins with `__Host-`. */
const EXTERNAL = 'https://sextant.example.com';
const PASSWORD = 'a long enough password';
const acme = new AProvider('acme');
let kernel: TestKernel;
let url: string;
let people = 0;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const file = join(mkdtempSync(join(tmpdir(), 'sextant-')), 'site.json');
  const providers = [
    { type: 'builtin', allowSignup: true },
    { type: 'acme', configID: 'acme', url: 'https://acme.example/' },
  ];
  writeFileSync(file, JSON.stringify({ 'auth.providers': providers }));
  kernel = await startTestKernel({
    plugins: [identity, site, manifest, acme.plugin],
    config: { http: { port, externalUrl: EXTERNAL }, plugins: { site: { siteConfiguration: { file } } } },
  });
  await kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const aBrowser = (): Browser => new Browser({ url });

async function aPerson(): Promise<{ readonly username: string; readonly browser: Browser }> {
  const username = `person-${++people}`;
  const browser = aBrowser();
  await browser.post('/-/sign-up', { username, email: `${username}@example.com`, password: PASSWORD });
  expect(await browser.whoAmI()).toBe(username);
  return { username, browser };
}

/** Cookies as a neighbour would plant them in another browser. */
function plant(from: Browser, into: Browser): void {
  for (const [name, value] of from.cookies) into.cookies.set(name.replace(/^__Host-/, ''), value);
}

describe('row 24: a neighbour under the same domain', () => {
  it('cannot sign a browser in as itself, nor out', async () => {
    const [mallory, ada] = [await aPerson(), await aPerson()];
    const empty = aBrowser();
    plant(mallory.browser, empty);
    expect(await empty.whoAmI()).toBeUndefined();
    plant(mallory.browser, ada.browser);
    expect(await ada.browser.whoAmI()).toBe(ada.username);
  });

  it('cannot have somebody finish what it began, and so link their account elsewhere to its own user', async () => {
    const mallory = await aPerson();
    const page = await mallory.browser.post('/-/account/link', { type: 'acme', way: 'acme' });
    const state = /state=([\w-]{43})/.exec(page.body)![1]!;
    const victim = aBrowser();
    plant(mallory.browser, victim);
    // As the provider's page posts it: from another site, with which browsers send no session.
    victim.cookies.delete('sgs');
    const answer = await victim.post(
      '/.auth/acme/callback',
      { state, code: acme.code({ accountId: 'ada' }) },
      { origin: 'https://acme.example' },
    );
    expect(answer.status).toBe(400);
    const service = { type: 'acme', id: 'https://acme.example/' };
    expect((await kernel.service(externalAccounts).byAccountIds(service, ['ada'])).size).toBe(0);
  });
});

it('cookies are of the host alone where it is reached by TLS', async () => {
  const { username } = await aPerson();
  const browser = aBrowser();
  expect((await browser.signIn(username, PASSWORD)).set[0]).toMatch(
    /^__Host-sgs=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  const { set } = await browser.post('/-/account/link', { type: 'acme', way: 'acme' });
  expect(set[0]).toMatch(/^__Host-sgf_[0-9a-f]{16}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=None$/);
  expect((await browser.post('/-/sign-out')).set[0]).toMatch(/^__Host-sgs=; Max-Age=0; Path=\/; HttpOnly; Secure/);
});
