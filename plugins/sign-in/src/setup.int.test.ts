import { existsSync, readFileSync, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { users } from '@sextant/plugin-identity/api';
import { canBeAnotherAccount, NOBODY, requestsAs } from '@sextant/plugin-identity/testing';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { makeSetupToken, SETUP_FILE } from './setup.js';
import { ASite } from './testing/a-site.js';
import { Browser } from './testing/browser.js';

const ADMIN = { username: 'admin', email: 'admin@example.com', password: 'the first admin’s words' };
/** Somebody who is not at the machine: a proxy passed the request on. */
const FAR = { 'x-forwarded-for': '203.0.113.9' };

describe('a new site that others can reach', () => {
  let kernel: TestKernel;
  const token = (): string => readFileSync(join(kernel.dataDir, 'run', 'sign-in', SETUP_FILE), 'utf8').trim();

  beforeEach(async () => {
    // It starts although nobody can come in yet: the token guards it.
    kernel = await startTestKernel({ plugins: [identity, site, manifest], config: { http: { port: 0, host: '0.0.0.0' } } });
  });

  it('lets whoever has the token make the first site admin, once (row 49)', async () => {
    const browser = new Browser(kernel);
    expect((await browser.get('/sign-in', FAR)).body).toContain('"needsSiteInit":true');
    for (const none of ['', 'guessed', 'A'.repeat(43)]) {
      const refused = await browser.post('/-/site-init', { ...ADMIN, token: none }, FAR);
      expect([refused.status, refused.set]).toEqual([403, []]);
    }
    expect((await browser.post('/-/site-init', { ...ADMIN, token: token(), password: 'short' }, FAR)).status).toBe(400);
    const made = await browser.post('/-/site-init', { ...ADMIN, token: token() }, FAR);
    expect([made.status, made.location]).toEqual([303, '/-/account']);
    expect(
      at((await browser.graphql('{ currentUser { username siteAdmin primaryEmail { email verified } } }')).data, 'currentUser'),
    ).toEqual({
      username: 'admin',
      siteAdmin: true,
      // Whoever set the site up may have given somebody else's.
      primaryEmail: { email: 'admin@example.com', verified: false },
    });
    expect((await new Browser(kernel).post('/-/site-init', { ...ADMIN, username: 'second', token: token() }, FAR)).status).toBe(403);
    expect((await new Browser(kernel).get('/sign-in', FAR)).body).toContain('"needsSiteInit":false');
  });

  it('is set up by one of those who try at the same time', async () => {
    const all = [1, 2, 3, 4].map((n) =>
      new Browser(kernel).post('/-/site-init', { ...ADMIN, username: `admin-${n}`, token: token() }, FAR),
    );
    expect((await Promise.all(all)).map(({ status }) => status).sort()).toEqual([303, 403, 403, 403]);
    const names = [1, 2, 3, 4].map((n) => kernel.service(users).byUsername(`admin-${n}`));
    expect((await Promise.all(names)).filter((user) => user !== undefined)).toHaveLength(1);
  });

  it('is set up without the token on the machine itself, as src does, whose session makes its token', async () => {
    const json = { 'content-type': 'application/json' };
    const init = (headers: object) =>
      kernel.fetch('/-/site-init', { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(ADMIN) });
    expect((await init(FAR)).status).toBe(403);
    expect((await init({ via: '1.1 proxy' })).status).toBe(403);
    const answer = await init({});
    expect(answer.status).toBe(200);
    const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!;
    const ask = async (query: string, variables: object) => {
      const response = await kernel.fetch('/.api/graphql', {
        method: 'POST',
        headers: { ...json, cookie },
        body: JSON.stringify({ query, variables }),
      });
      return ((await response.json()) as { data: unknown }).data;
    };
    const user = textAt(await ask('{ currentUser { id } }', {}), 'currentUser.id');
    const create =
      'mutation($user: ID!, $scopes: [String!]!, $note: String!) { createAccessToken(user: $user, scopes: $scopes, note: $note) { token } }';
    const made = textAt(await ask(create, { user, scopes: ['user:all', 'site-admin:sudo'], note: 'src-cli' }), 'createAccessToken.token');
    expect(at((await kernel.graphql('{ currentUser { username } }', {}, { token: made })).data, 'currentUser.username')).toBe('admin');
  });

  it('has no secret of the start that lets anybody in', async () => {
    expect(existsSync(join(kernel.dataDir, 'run', 'local-secret'))).toBe(false);
    for (const path of ['/-/local', '/-/local?token=', '/-/local?token=guessed']) expect((await kernel.fetch(path)).status).toBe(404);
  });

  // Skipped where the tests do not run as root: nobody else may become another account.
  it.runIf(canBeAnotherAccount)('is not set up without the token by another account of the machine', async () => {
    const init = (more: object) => ({
      url: `${kernel.url}/-/site-init`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ADMIN, ...more }),
    });
    const answers = await requestsAs(NOBODY, [init({}), init({ token: '' }), init({ token: token() })]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 200]);
    expect(answers[0]?.body).toContain('SEXTANT_SIGN_IN_INITIALIZED');
  });

  it('keeps the token for the operator: in a file of theirs, and in no log and no table (row 22)', async () => {
    const file = join(kernel.dataDir, 'run', 'sign-in', SETUP_FILE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const rows = await kernel.service(core.storage, 'sign-in').query('SELECT * FROM links');
    expect(`${kernel.log.text}${JSON.stringify(rows)}`).not.toContain(token());
    expect(kernel.log.text).toContain(SETUP_FILE);
  });

  it('takes no page of another name for somebody at the machine', async () => {
    const { port } = new URL(kernel.url);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: 'rebound.example', origin: 'http://rebound.example', 'content-type': 'application/json' };
      request({ host: '127.0.0.1', port, path: '/-/site-init', method: 'POST', headers }, resolve)
        .on('error', reject)
        .end(JSON.stringify(ADMIN));
    });
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    expect(body).toContain('SEXTANT_SIGN_IN_INITIALIZED');
  });

  it('wants the token from everybody behind a proxy, which may not say whom it passes on', async () => {
    const proxied = await startTestKernel({ plugins: [identity, site, manifest], config: { http: { port: 0, trustProxy: true } } });
    expect((await new Browser(proxied).post('/-/site-init', ADMIN)).status).toBe(403);
  });
});

describe('a site where no site admin can sign in any more', () => {
  it('gets another one by a link of the operator’s, and everybody else goes on signing in meanwhile', async () => {
    const { site: here, link } = await lockedOut({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] });
    const person = await here.aPerson();
    expect((await here.browser().get('/sign-in', FAR)).body).toContain('"needsSiteInit":false');
    expect((await here.browser().signIn(person.username, person.password)).status).toBe(303);
    // What needs no token the first time needs it now: people of the machine are not its operators.
    expect((await here.browser().post('/-/site-init', { ...ADMIN, token: '' })).status).toBe(403);
    expect((await here.browser().get(link, FAR)).body).toContain('"needsSiteInit":true');
    const token = new URL(link, 'http://x').searchParams.get('setup') ?? '';
    const browser = here.browser();
    expect((await browser.post('/-/site-init', { ...ADMIN, email: 'other@example.com', token }, FAR)).status).toBe(303);
    expect(at((await browser.graphql('{ currentUser { siteAdmin } }')).data, 'currentUser.siteAdmin')).toBe(true);
    expect((await here.browser().post('/-/site-init', { ...ADMIN, username: 'third', token }, FAR)).status).toBe(403);
  });

  it('is told what to do first where nobody has a password', async () => {
    const { site: here, link } = await lockedOut({
      'auth.providers': [{ type: 'http-header', usernameHeader: 'x-user', trustedProxies: ['127.0.0.1'] }],
    });
    const page = await here.browser().get(link, FAR);
    expect(page.body).toContain('sextant user promote');
    expect(page.body).not.toContain('<form');
  });

  /** As after `sextant setup-link --again`. */
  async function lockedOut(configuration: Readonly<Record<string, unknown>>) {
    const here = await ASite.start(configuration, { config: { http: { port: 0, host: '0.0.0.0' } } });
    const folder = join(here.kernel.dataDir, 'run', 'sign-in');
    const token = await makeSetupToken(here.kernel.service(core.storage, 'sign-in'), here.kernel.service(core.clock, 'sign-in'), folder);
    expect(readFileSync(join(folder, SETUP_FILE), 'utf8').trim()).toBe(token);
    return { site: here, link: `/sign-in?setup=${token}` };
  }
});

it('a site that others can reach is not told to lock out who tells it', async () => {
  const here = await ASite.start({}, { config: { http: { port: 0, host: '0.0.0.0' } } });
  for (const none of [[], [{ type: 'builtin', noSignIn: true }]])
    expect(await here.configure({ 'auth.providers': none })).toEqual([expect.stringContaining('nobody could sign in any more')]);
  expect(await here.configure({ 'auth.allowedIpAddress': { enabled: true, clientIpAddress: ['10.9.9.9'] } })).toEqual([
    expect.stringContaining('you come from 127.0.0.1'),
  ]);
});

it('a site on one’s own machine asks nobody to sign in, until it says how', async () => {
  const kernel = await startTestKernel({ plugins: [identity, site, manifest] });
  const page = await new Browser(kernel).get('/sign-in');
  expect(page.body).toContain('"needsSiteInit":false');
  expect(page.body).toContain('Nobody needs to sign in');
  expect((await new Browser(kernel).get('/-/account')).body).not.toMatch(/Sign out|End all others/);
  expect((await new Browser(kernel).post('/-/site-init', ADMIN)).status).toBe(404);
  expect(at((await kernel.graphql('{ currentUser { siteAdmin } }')).data, 'currentUser.siteAdmin')).toBe(true);
});
