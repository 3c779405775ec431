import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { users } from '@sextant/plugin-identity/api';
import { unauditedThenAudited } from '@sextant/plugin-identity/testing';
import sitePlugin from '@sextant/plugin-site';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { SETUP_FILE } from './setup.js';
import { AMailbox } from './testing/a-mailbox.js';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';
import { Browser } from './testing/browser.js';

const acme = new AProvider('acme');
const mailbox = new AMailbox();
let site: ASite;

beforeAll(async () => {
  site = await ASite.start(
    {
      'auth.providers': [
        { type: 'builtin', allowSignup: true },
        { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true, linkByVerifiedEmail: true },
      ],
    },
    { more: [acme.plugin, mailbox.plugin] },
  );
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

interface Person {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly email: string;
  readonly browser: Browser;
}

async function aPerson(): Promise<Person> {
  const { username, password, browser } = await site.aPerson();
  const userId = (await site.kernel.service(users, 'identity').byUsername(username))?.id as number;
  return { id: encodeNodeId('User', userId), username, password, browser, email: `${username}@example.com` };
}

/** By a provider. */
async function arrive(browser: Browser, identity: Parameters<AProvider['code']>[0]): Promise<unknown> {
  const state = new URL((await browser.get('/.auth/acme/login')).location ?? '').searchParams.get('state');
  return browser.get(`/.auth/acme/callback?state=${state}&code=${acme.code(identity)}`);
}

const proved = async ({ id, email }: Person): Promise<void> =>
  void (await site.ask('mutation($u:ID!,$e:String!){setUserEmailVerified(user:$u,email:$e,verified:true){alwaysNil}}', {
    u: id,
    e: email,
  }));
const byAdmin =
  (mutation: string) =>
  async ({ id: user, email }: Person): Promise<() => Promise<unknown>> =>
  () =>
    site.ask(mutation, mutation.includes('$e:') ? { u: user, e: email } : { u: user });

/** Each: makes what is needed, and gives the change. */
const CHANGES: readonly (readonly [string, string, (person: Person) => Promise<() => Promise<unknown>>])[] = [
  [
    'the end of a session',
    'sign-in.sessions',
    async ({ id, browser }) => {
      const { data } = await browser.graphql('query($u:ID!){node(id:$u){... on User{sessions{id}}}}', { u: id });
      return () =>
        site.ask('mutation($u:ID!,$s:ID!){endSession(user:$u,session:$s){alwaysNil}}', { u: id, s: at(data, 'node.sessions.0.id') });
    },
  ],
  ['the end of all sessions', 'identity.users', byAdmin('mutation($u:ID!){invalidateSessionsByID(userID:$u){alwaysNil}}')],
  [
    'another password, with an end of access tokens',
    'sign-in.passwords',
    async ({ password, browser }) =>
      () =>
        browser.graphql(
          'mutation($b:String!){updatePassword(oldPassword:$b,newPassword:"another long one",revokeAccessTokens:true){alwaysNil}}',
          {
            b: password,
          },
        ),
  ],
  ['the loss of a password', 'sign-in.passwords', byAdmin('mutation($u:ID!){randomizeUserPassword(user:$u){resetPasswordURL}}')],
  [
    'a password by a mailed link',
    'sign-in.passwords',
    async (person) => {
      await proved(person);
      await person.browser.post('/-/reset-password-init', { email: person.email });
      await expect.poll(() => mailbox.code('reset-password-code', person.email)).toBeDefined();
      const code = mailbox.code('reset-password-code', person.email) as string;
      return () => person.browser.post('/-/reset-password-code', { code, password: 'a quite new password' });
    },
  ],
  [
    'the proof of an address',
    'identity.emails',
    async ({ browser, email }) => {
      const code = mailbox.code('verify-email', email) as string;
      return () => browser.post('/-/verify-email', { code });
    },
  ],
  ['an address', 'identity.emails', byAdmin('mutation($u:ID!){addUserEmail(user:$u,email:"second@example.com"){alwaysNil}}')],
  ['the end of an address', 'identity.emails', byAdmin('mutation($u:ID!,$e:String!){removeUserEmail(user:$u,email:$e){alwaysNil}}')],
  [
    'the word of a site admin on an address',
    'identity.emails',
    byAdmin('mutation($u:ID!,$e:String!){setUserEmailVerified(user:$u,email:$e,verified:true){alwaysNil}}'),
  ],
  [
    'the unlinking of an account elsewhere',
    'identity.external_accounts',
    async (person) => {
      await proved(person);
      await arrive(site.browser(), { accountId: `of-${person.username}`, emails: [{ address: person.email, verified: true }] });
      const { data } = await person.browser.graphql('query($u:ID!){node(id:$u){... on User{externalAccounts{nodes{id}}}}}', {
        u: person.id,
      });
      const a = at(data, 'node.externalAccounts.nodes.0.id');
      return () => site.ask('mutation($a:ID!){deleteExternalAccount(externalAccount:$a){alwaysNil}}', { a });
    },
  ],
  [
    'the linking of an account elsewhere, by a proved address',
    'identity.external_accounts',
    async (person) => {
      await proved(person);
      const emails = [{ address: person.email, verified: true }];
      return () => arrive(site.browser(), { accountId: `of-${person.username}`, emails });
    },
  ],
  [
    'somebody who signs up',
    'identity.users',
    async ({ username }) =>
      () =>
        site
          .browser()
          .post('/-/sign-up', { username: `new-${username}`, email: `new-${username}@example.com`, password: 'long enough a word' }),
  ],
  [
    'somebody whom a provider names',
    'identity.external_accounts',
    async ({ username }) =>
      () =>
        arrive(site.browser(), { accountId: `new-${username}` }),
  ],
];

describe('while nothing can be written to the audit log', () => {
  it.each(CHANGES)('%s is refused whole, and done afterwards', async (_what, table, prepare) => {
    const change = await prepare(await aPerson());
    const { refused, done } = await unauditedThenAudited(site.kernel, ['sign-in', 'identity'], change);
    // That a provider's answer has come once is known whatever comes of it.
    expect(refused.filter((name) => name !== 'sign-in.used_states')).toEqual([]);
    expect(done).toContain(table);
  });
});

it('the first site admin is not made without the entry, and can be made by the same token afterwards', async () => {
  const kernel = await startTestKernel({ plugins: [identity, sitePlugin, manifest], config: { http: { port: 0, host: '0.0.0.0' } } });
  const token = readFileSync(join(kernel.dataDir, 'run', 'sign-in', SETUP_FILE), 'utf8').trim();
  const init = { username: 'admin', email: 'admin@example.com', password: 'the first admin’s words', token };
  const statuses: number[] = [];
  const { refused, done } = await unauditedThenAudited(kernel, ['sign-in', 'identity'], async () => {
    statuses.push((await new Browser(kernel).post('/-/site-init', init, { 'x-forwarded-for': '203.0.113.9' })).status);
  });
  expect(statuses).toEqual([503, 303]);
  expect(refused).toEqual([]);
  expect(done).toEqual(expect.arrayContaining(['identity.users', 'sign-in.passwords', 'sign-in.initialized']));
});
