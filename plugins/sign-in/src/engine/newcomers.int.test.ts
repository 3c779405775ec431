import { newcomerGates } from '@sextant/plugin-identity/api';
import { smallPlugin } from '@sextant/plugin-identity/testing';
import { core } from '@sextant/sdk';
import { beforeAll, expect, it } from 'vitest';
import { AProvider } from '../testing/a-provider.js';
import { ASite } from '../testing/a-site.js';

const acme = new AProvider('acme');
/** Somebody who knows whose account has ended. */
const gate = smallPlugin('a-gate', (r) =>
  r.contribute(newcomerGates, () => ({
    refusal: async ({ addresses }) => (addresses.includes('ended@example.com') ? 'Your account has ended.' : undefined),
  })),
);

let site: ASite;
beforeAll(async () => {
  site = await ASite.start(
    {
      'auth.providers': [
        { type: 'builtin', allowSignup: true },
        { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true },
      ],
    },
    { more: [acme.plugin, gate] },
  );
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

async function come(accountId: string, address: string): Promise<string | undefined> {
  const browser = site.browser();
  const { location } = await browser.get('/.auth/acme/login?pc=acme');
  const code = acme.code({ accountId, username: accountId, emails: [{ address, verified: true }] });
  await browser.get(`/.auth/acme/callback?state=${new URL(location as string).searchParams.get('state')}&code=${code}`);
  return browser.whoAmI();
}

it('whoever may not come in as somebody new is told so, and no account is made', async () => {
  expect(await come('welcome', 'welcome@example.com')).toBe('welcome');
  const before = await site.ask('{ users { totalCount } }');
  await come('ended', 'ended@example.com');
  const password = 'a long enough password';
  const { body } = await site.browser().post('/-/sign-up', { username: 'ended', email: 'ended@example.com', password });
  expect(body).toContain('Your account has ended.');
  expect((await site.ask('{ users { totalCount } }')).data).toEqual(before.data);
  expect((await site.ask('{ user(username: "ended") { id } }')).data).toEqual({ user: null });
});
