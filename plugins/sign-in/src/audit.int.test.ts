import { core } from '@sextant/sdk';
import { beforeAll, expect, it } from 'vitest';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';

const acme = new AProvider('acme');
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(
    {
      'auth.providers': [
        { type: 'builtin', allowSignup: true },
        { type: 'acme', configID: 'acme', url: 'https://acme.example/' },
      ],
    },
    { more: [acme.plugin] },
  );
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

/** The entries since a moment, as `entity action`. */
const since = (from: number): string[] =>
  [...site.kernel.log.text.slice(from).matchAll(/"entity":"([\w.]+)","action":"([\w-]+)"/g)].map(
    ([, entity, action]) => `${entity} ${action}`,
  );

it('writes down who signed in, who failed to, and what was changed about how somebody signs in', async () => {
  const { username, password, browser } = await site.aPerson();
  const from = site.kernel.log.text.length;
  await site.browser().signIn(username, 'wrong wrong wrong');
  await site.browser().signIn(username, password);
  const state = new URL((await browser.get('/.auth/acme/login')).location!).searchParams.get('state');
  await browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code({ accountId: 'unknown' })}`);
  await browser.post('/-/account/password', { before: password, password: 'a longer one than before' });
  expect(since(from)).toEqual([
    'auth.password attempted',
    'auth.password failed',
    'auth.password attempted',
    'auth.password succeeded',
    'auth.provider failed',
    'auth.password attempted',
    'auth.password succeeded',
    'user.password changed',
  ]);
  expect(site.kernel.log.text.slice(from)).toMatch(/"ip":"127\.0\.0\.1"/);
});
