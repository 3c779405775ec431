import { accounts, externalAccounts, users } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { AProvider } from '../testing/a-provider.js';
import { ASite } from '../testing/a-site.js';
import type { Answer, Browser } from '../testing/browser.js';

const acme = new AProvider('acme');
const other = new AProvider('other');
const CONFIGURATION = {
  'auth.providers': [
    { type: 'builtin', allowSignup: true },
    { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true, linkByVerifiedEmail: true },
    { type: 'acme', configID: 'closed', url: 'https://closed.example/' },
    { type: 'acme', configID: 'strict', url: 'https://strict.example/', allowSignup: true },
    { type: 'other', configID: 'other', url: 'https://other.example/', allowSignup: true, unsolicited: true },
    { type: 'other', configID: 'links', url: 'https://links.example/', noSignIn: true },
  ],
};
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(CONFIGURATION, { more: [acme.plugin, other.plugin] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

const service = { type: 'acme', id: 'https://acme.example/' };
const begin = async (browser: Browser, way = 'acme', returnTo = '/search'): Promise<string> => {
  const type = way === 'acme' || way === 'closed' || way === 'strict' ? 'acme' : 'other';
  const { status, location } = await browser.get(`/.auth/${type}/login?pc=${way}&returnTo=${encodeURIComponent(returnTo)}`);
  expect(status).toBe(303);
  return new URL(location as string).searchParams.get('state') as string;
};
const back = (browser: Browser, state: string, code: string, type = 'acme'): Promise<Answer> =>
  browser.get(`/.auth/${type}/callback?state=${state}&code=${code}`);
const through = async (browser: Browser, person: Parameters<AProvider['code']>[0], way = 'acme'): Promise<Answer> =>
  back(browser, await begin(browser, way), acme.code(person));

let number = 0;
const anId = (): string => `id-${++number}`;

describe('signing in at a provider', () => {
  it('makes a user of somebody new, with what the provider has proved, and takes them back', async () => {
    const browser = site.browser();
    const answer = await through(browser, {
      accountId: 'ada-1',
      username: 'Ada L.',
      displayName: 'Ada Lovelace',
      emails: [
        { address: 'also@ada.example', verified: false },
        { address: 'ada@ada.example', verified: true },
      ],
    });
    expect([answer.status, answer.location]).toEqual([303, '/search']);
    expect(await browser.whoAmI()).toBe('Ada-L');
    const user = (await site.kernel.service(users).byUsername('ada-l'))!;
    expect(user.displayName).toBe('Ada Lovelace');
    expect(await site.kernel.service(accounts).emails([user.id])).toEqual([
      expect.objectContaining({ address: 'ada@ada.example', verified: true, primary: true }),
      expect.objectContaining({ address: 'also@ada.example', verified: false }),
    ]);
    expect((await site.kernel.service(externalAccounts).byAccountIds(service, ['ada-1'])).get('ada-1')).toMatchObject({
      userId: user.id,
      username: 'Ada L.',
    });
  });

  it('finds the same user again, whatever they are called there by now', async () => {
    const accountId = anId();
    await through(site.browser(), { accountId, username: 'before' });
    const browser = site.browser();
    await through(browser, { accountId, username: 'after' });
    expect(await browser.whoAmI()).toBe('before');
  });

  it('works without an address, and gives a name that is taken a number (row 24: SSO without email)', async () => {
    for (const expected of ['same', 'same-2']) {
      const browser = site.browser();
      await through(browser, { accountId: anId(), username: 'same' });
      expect(await browser.whoAmI()).toBe(expected);
    }
  });

  it('makes one user of a person who comes twice at the same time', async () => {
    const accountId = anId();
    const browsers = [1, 2, 3].map(() => site.browser());
    await Promise.all(browsers.map((browser) => through(browser, { accountId, username: 'twice' })));
    const names = await Promise.all(browsers.map((browser) => browser.whoAmI()));
    expect(new Set(names).size).toBe(1);
    expect(names[0]).toMatch(/^twice/);
  });

  it('refuses somebody new where the entry does not let people sign up, in words', async () => {
    const browser = site.browser();
    const answer = await back(browser, await begin(browser, 'closed'), acme.code({ accountId: anId() }));
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('no new user is made for it');
    expect(await browser.whoAmI()).toBeUndefined();
  });

  it('shows what the provider refuses, and keeps what failed in the log', async () => {
    const browser = site.browser();
    const refused = await browser.get(`/.auth/acme/callback?state=${await begin(browser)}&error=access_denied`);
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('You said no.')]);
    const failed = await back(browser, await begin(browser), 'forged');
    expect(failed.status).toBe(502);
    expect(failed.body).not.toContain('proves nothing.<');
    expect(site.kernel.log.text).toContain('The code forged proves nothing.');
  });

  it('escapes what others write (row 8)', async () => {
    const browser = site.browser();
    const page = await browser.get('/sign-in?returnTo=/%22%3E%3Cscript%3E');
    expect(page.body).not.toContain('"><script>');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/);
    const again = await browser.signIn('<img src=x onerror=alert(1)>', 'x');
    expect(again.body).toContain('&lt;img src=x');
    expect(again.body).not.toContain('<img');
  });
});

describe('the answer of a provider', () => {
  it('counts once', async () => {
    const browser = site.browser();
    const state = await begin(browser);
    const cookies = new Map(browser.cookies);
    const code = acme.code({ accountId: anId() });
    expect((await back(browser, state, code)).status).toBe(303);
    browser.cookies.clear();
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    const replayed = await back(browser, state, code);
    expect([replayed.status, replayed.set]).toEqual([400, []]);
  });

  it('counts in the browser that asked for it alone', async () => {
    const state = await begin(site.browser());
    const victim = site.browser();
    const answer = await back(victim, state, acme.code({ accountId: anId() }));
    expect([answer.status, answer.set]).toEqual([400, []]);
  });

  it('counts for the entry that was asked, and at its own door', async () => {
    const browser = site.browser();
    const answer = await back(browser, await begin(browser), other.code({ accountId: anId() }), 'other');
    expect(answer.status).toBe(400);
    const name = [...browser.cookies.keys()].find((key) => key.startsWith('sgf_'))!;
    const elsewhere = await begin(browser, 'closed');
    browser.cookies.set([...browser.cookies.keys()].at(-1)!, browser.cookies.get(name)!);
    expect((await back(browser, elsewhere, acme.code({ accountId: anId() }))).status).toBe(400);
  });

  it('counts without having been asked for where the entry says so, and then takes nobody elsewhere', async () => {
    const browser = site.browser();
    const answer = await browser.post(
      '/.auth/other/callback',
      { code: other.code({ accountId: anId(), username: 'idp-initiated' }), RelayState: '//evil.example' },
      { origin: 'https://other.example' },
    );
    expect([answer.status, answer.location]).toEqual([303, '/-/account']);
    expect(await browser.whoAmI()).toBe('idp-initiated');
    expect((await browser.post('/.auth/acme/callback', { code: acme.code({ accountId: anId() }) })).status).toBe(400);
  });

  it('is told to the other side where it may come to', async () => {
    expect((await site.browser().get('/.auth/acme/metadata?pc=acme')).body).toBe(`<acs>${site.kernel.url}/.auth/acme/callback</acs>`);
  });
});

describe('row 24: an account elsewhere', () => {
  const aUser = async (address: string, verified: boolean) => {
    const username = `mail-${anId()}`;
    await site.kernel.service(accounts).create({ username, emails: [{ address, verified }] });
    return username;
  };

  it.each([
    ['there and here, where the entry says so', 'acme', { there: true, here: true }, 'linked'],
    ['there and here, where the entry says nothing', 'strict', { there: true, here: true }, 'refused'],
    ['there and here, where nobody signs up', 'closed', { there: true, here: true }, 'refused'],
    ['there alone', 'acme', { there: true, here: false }, 'new'],
    ['here alone', 'acme', { there: false, here: true }, 'new'],
    ['nowhere', 'acme', { there: false, here: false }, 'new'],
  ] as const)('with an address that is proved %s (by %s, %j) is %s', async (_case, way, { there, here }, result) => {
    const address = `${anId()}@mail.example`;
    const username = await aUser(address, here);
    const browser = site.browser();
    const person = { accountId: anId(), emails: [{ address: address.toUpperCase(), verified: there }] };
    const answer = await back(browser, await begin(browser, way), acme.code(person));
    const name = await browser.whoAmI();
    expect([answer.status, name === undefined ? 'refused' : name === username ? 'linked' : 'new']).toEqual([
      result === 'refused' ? 403 : 303,
      result,
    ]);
  });

  it('with the proved address of a site admin is refused, and in the words that everybody unknown reads', async () => {
    const address = `${anId()}@mail.example`;
    await site.kernel.service(accounts).create({ username: `boss-${anId()}`, siteAdmin: true, emails: [{ address, verified: true }] });
    const words = async (emails: readonly { address: string; verified: boolean }[], way: string) => {
      const browser = site.browser();
      const { status, body } = await back(browser, await begin(browser, way), acme.code({ accountId: anId(), emails }));
      return { status, body };
    };
    const known = [{ address, verified: true }];
    expect((await words(known, 'acme')).status).toBe(403);
    expect(await words(known, 'closed')).toEqual(await words([{ address: `${anId()}@mail.example`, verified: true }], 'closed'));
  });

  it('whose addresses are several users’ is nobody’s', async () => {
    const addresses = [`${anId()}@mail.example`, `${anId()}@mail.example`];
    for (const address of addresses) await aUser(address, true);
    const answer = await through(site.browser(), { accountId: anId(), emails: addresses.map((address) => ({ address, verified: true })) });
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('several users')]);
  });

  it('of a user who was deleted does not come back as somebody new', async () => {
    const accountId = anId();
    const browser = site.browser();
    await through(browser, { accountId, username: 'leaver' });
    const user = (await site.kernel.service(users).byUsername('leaver'))!;
    await site.kernel.service(accounts).delete(user.id, { hard: false });
    expect(await browser.whoAmI()).toBeUndefined();
    const answer = await through(site.browser(), { accountId, username: 'leaver' });
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('deleted')]);
  });

  it('that is only for linking signs nobody in', async () => {
    expect((await site.browser().get('/.auth/other/login?pc=links')).status).toBe(404);
  });
});

describe('groups that a provider tells of', () => {
  const by = (rules: readonly object[]) => ({
    ...CONFIGURATION,
    'auth.providers': CONFIGURATION['auth.providers'].map((entry) => (entry['configID'] === 'acme' ? { ...entry, groups: rules } : entry)),
  });
  const isAdmin = async (name: string): Promise<boolean | undefined> => (await site.kernel.service(users).byUsername(name))?.siteAdmin;

  it('make a site admin of who comes with them, in the session that begins; what they gave goes with them', async () => {
    await site.configure(by([{ group: 'operators', siteAdmin: true }]));
    const accountId = anId();
    const rules = () => site.kernel.service(core.storage, 'sign-in').query('SELECT 1 FROM group_sources WHERE way = $1', ['acme']);
    await expect.poll(async () => (await site.browser().get('/sign-in')) && (await rules()).length, { timeout: 30_000 }).toBe(1);
    await site.kernel.jobs.drain();
    const browser = site.browser();
    await through(browser, { accountId, username: 'operator', groups: ['operators', 'others'] });
    expect(await browser.whoAmI()).toBe('operator');
    expect(await isAdmin('operator')).toBe(true);
    await through(site.browser(), { accountId, username: 'operator' });
    expect(await isAdmin('operator')).toBe(true);
    await through(site.browser(), { accountId, username: 'operator', groups: ['others'] });
    expect(await isAdmin('operator')).toBe(false);
    expect(await browser.whoAmI()).toBeUndefined();
  });

  it('give nothing any more when their entry is gone', async () => {
    const browser = site.browser();
    await through(browser, { accountId: anId(), username: 'second-operator', groups: ['operators'] });
    expect(await isAdmin('second-operator')).toBe(true);
    await site.configure({ 'auth.providers': CONFIGURATION['auth.providers'].filter(({ configID }) => configID !== 'acme') });
    await expect.poll(async () => (await site.browser().get('/sign-in')) && isAdmin('second-operator'), { timeout: 30_000 }).toBe(false);
  });
});
