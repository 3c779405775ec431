import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';
import { Browser } from './testing/browser.js';

const other = new AProvider('other');
let one: ASite;
let two: TestKernel;

beforeAll(async () => {
  const tiles = { type: 'other', configID: 'other', url: 'https://other.example/', allowSignup: true, unsolicited: true };
  one = await ASite.start({ 'auth.providers': [{ type: 'builtin', allowSignup: true }, tiles] }, { more: [other.plugin] });
  await one.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
  two = await startTestKernel({
    plugins: [identity, site, manifest, other.plugin],
    databaseUrl: one.kernel.databaseUrl,
    config: { keysDir: join(one.kernel.dataDir, 'keys') },
  });
});

const elsewhere = (browser: Browser): Browser => {
  const other = new Browser(two);
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  return other;
};

it('a process that cannot read how people sign in does not start, rather than ask nobody', async () => {
  const other = startTestKernel({ plugins: [identity, site, manifest], databaseUrl: one.kernel.databaseUrl });
  await expect(other).rejects.toMatchObject({ code: 'SEXTANT_BOOT_ABORTED' });
});

describe('two processes of one site', () => {
  it('know each other’s sessions, and their ends, at once', async () => {
    const { username, browser } = await one.aPerson();
    expect(await elsewhere(browser).whoAmI()).toBe(username);
    await elsewhere(browser).post('/-/sign-out');
    expect(await browser.whoAmI()).toBeUndefined();
  });

  it('take what a provider gave out, and nobody asked for, once between them (row 24)', async () => {
    const proof = { id: 'assertion-1', until: new Date(Date.now() + 300_000) };
    const answer = { code: other.code({ accountId: 'tile-1', username: 'tile', proof }) };
    const browser = one.browser();
    expect((await browser.post('/.auth/other/callback', answer)).status).toBe(303);
    expect(await browser.whoAmI()).toBe('tile');
    for (const thief of [one.browser(), new Browser(two)]) {
      expect((await thief.post('/.auth/other/callback', answer, { origin: new URL(one.kernel.url).origin })).status).toBe(400);
      expect(await thief.whoAmI()).toBeUndefined();
    }
  });

  it('count wrong passwords together', async () => {
    const { username, password } = await one.aPerson();
    for (let i = 0; i < 5; i++) await (i % 2 ? one.browser() : new Browser(two)).signIn(username, 'wrong wrong wrong');
    for (const browser of [one.browser(), new Browser(two)]) expect((await browser.signIn(username, password)).status).toBe(429);
  });

  it('end all others of a person together', async () => {
    const { username, password, browser } = await one.aPerson();
    const other = new Browser(two);
    await other.signIn(username, password);
    await browser.post('/-/account/sessions', { session: 'others' });
    expect([await browser.whoAmI(), await other.whoAmI()]).toEqual([username, undefined]);
  });

  it('refuse what is of a former generation, though neither hears of the revocation', async () => {
    const { username, password, browser } = await one.aPerson();
    const there = new Browser(two);
    await there.signIn(username, password);
    const next = async () => [await browser.whoAmI(), await there.whoAmI(), await elsewhere(browser).whoAmI()];
    expect(await next()).toEqual([username, username, username]);
    const db = one.kernel.service(core.storage, 'identity');
    // As a revocation whose event is lost, with a session that began beside it.
    await db.query('UPDATE users SET credential_generation = credential_generation + 1 WHERE username = $1', [username]);
    expect(await next()).toEqual([undefined, undefined, undefined]);
    await there.signIn(username, password);
    expect(await there.whoAmI()).toBe(username);
  });

  it('let nobody in by a password that was right before all was revoked', async () => {
    const { username, password } = await one.aPerson();
    const [db, own] = [one.kernel.service(core.storage, 'identity'), one.kernel.service(core.storage, 'sign-in')];
    const browser = one.browser();
    let coming: Promise<unknown> = Promise.resolve();
    await own.transaction(async (tx) => {
      // The user is found, and the password is not looked at before the try is counted.
      await tx.query('LOCK TABLE attempt_counters IN SHARE MODE');
      coming = browser.signIn(username, password);
      await expect
        .poll(() => own.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = to_regclass('attempt_counters')`))
        .toHaveLength(1);
      await db.query('UPDATE users SET credential_generation = credential_generation + 1 WHERE username = $1', [username]);
    });
    await coming;
    expect([browser.cookies.has('sgs'), await browser.whoAmI()]).toEqual([true, undefined]);
  });
});
