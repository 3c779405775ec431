import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canBeAnotherAccount, NOBODY, type OtherRequest, requestsAs } from '@sextant/plugin-identity/testing';
import { builtinPlugins } from '@sextant/preset';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';

const json = { 'content-type': 'application/json' };
const graphql = (query: string, headers: Readonly<Record<string, string>> = {}): OtherRequest => ({
  url: `${kernel.url}/.api/graphql`,
  method: 'POST',
  headers: { ...json, ...headers },
  body: JSON.stringify({ query }),
});
const WHO = '{ currentUser { username siteAdmin } }';
const ADMIN = { username: 'mallory', email: 'm@example.com', password: 'a long enough password' };

let kernel: TestKernel;
/** Where the system does not say whose a connection is. */
let blind: TestKernel;
beforeAll(async () => {
  const plugins = builtinPlugins;
  kernel = await startTestKernel({ plugins });
  blind = await startTestKernel({ plugins, peerLookup: { uidOf: async () => undefined } });
});

const secretFile = (of: TestKernel): string => join(of.dataDir, 'run', 'local-secret');
const secretOf = (of: TestKernel): string => /^x-sextant-local-secret: (\S+)$/m.exec(readFileSync(secretFile(of), 'utf8'))![1]!;

// Skipped where the tests do not run as root: nobody else may become another account.
describe.runIf(canBeAnotherAccount)('another account of this machine', () => {
  it('is let in nowhere, and told what to do', async () => {
    const surfaces: readonly OtherRequest[] = [
      graphql(WHO),
      graphql('mutation { createAccessToken(user: "VXNlcjox", scopes: ["user:all"], note: "mine") { token } }'),
      { url: `${kernel.url}/.api/search/stream?q=TODO` },
      { url: `${kernel.url}/some/repository/-/raw/README.md` },
      { url: `${kernel.url}/-/site-init`, method: 'POST', headers: json, body: JSON.stringify(ADMIN) },
      { url: `${kernel.url}/-/account` },
      { url: `${kernel.url}/-/plugins` },
      { url: `${kernel.url}/-/local` },
    ];
    for (const { status, body, cookies } of await requestsAs(NOBODY, surfaces)) {
      const { error } = JSON.parse(body) as { error: Readonly<Record<string, string>> };
      expect([status, error['code'], cookies]).toEqual([401, 'SEXTANT_AUTH_LOCAL_ACCOUNT', []]);
      // In some containers this account stands for others, too.
      expect(error['why']).toMatch(/comes from another account|cannot be determined/);
      expect(error['fix']).toContain('sextant token create');
      expect(body).not.toContain('root');
    }
  });

  it('is asked for no account by what watches the process', async () => {
    expect((await requestsAs(NOBODY, [{ url: `${kernel.url}/healthz` }]))[0]?.status).toBe(200);
  });

  it('comes in with a token, or with the secret of the start', async () => {
    const { data } = await kernel.graphql('{ currentUser { id } }');
    const made = await kernel.graphql(
      'mutation($user: ID!) { createAccessToken(user: $user, scopes: ["user:all"], note: "n") { token } }',
      {
        user: at(data, 'currentUser.id'),
      },
    );
    const token = String(at(made.data, 'createAccessToken.token'));
    const answers = await requestsAs(NOBODY, [
      graphql(WHO, { authorization: `token ${token}` }),
      graphql(WHO, { 'x-sextant-local-secret': secretOf(kernel) }),
      graphql(WHO, { 'x-sextant-local-secret': secretOf(blind) }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
    expect(answers[1]?.body).toContain('"siteAdmin":true');
    expect(answers[2]?.body).toContain('SEXTANT_AUTH_LOCAL_SECRET');
  });

  it('gains nothing by the cookie of another account’s browser', async () => {
    const link = { url: `${kernel.url}/-/local?token=${secretOf(kernel)}` };
    const cookieOf = async (uid: number | undefined): Promise<string> => (await requestsAs(uid, [link]))[0]!.cookies[0]!.split(';')[0]!;
    const [own, stolen] = [await cookieOf(NOBODY), await cookieOf(NOBODY - 1)];
    const answers = await requestsAs(NOBODY, [graphql(WHO, { cookie: own }), graphql(WHO, { cookie: stolen })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
  });
});

describe('the account that runs Sextant', () => {
  it('is the local site admin without anything, from another process too', async () => {
    expect(at((await kernel.graphql(WHO)).data, 'currentUser.siteAdmin')).toBe(true);
    const [answer, stream] = await requestsAs(undefined, [graphql(WHO), { url: `${kernel.url}/.api/search/stream?q=TODO` }]);
    expect([answer?.status, answer?.body]).toEqual([200, expect.stringContaining('"siteAdmin":true')]);
    expect(stream?.status).toBe(200);
  });
});

describe('where the system does not say whose a connection is', () => {
  const ask = (headers: Readonly<Record<string, string>> = {}) =>
    blind.fetch('/.api/graphql', { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query: WHO }) });

  it('nobody is let in without the secret of the start, which the account alone can read', async () => {
    const refused = await ask();
    expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining('cannot be determined')]);
    expect(statSync(secretFile(blind)).mode & 0o777).toBe(0o600);
    const admitted = await ask({ 'x-sextant-local-secret': secretOf(blind) });
    expect(await admitted.text()).toContain('"siteAdmin":true');
  });

  it('the link that the start prints lets a browser in, and its secret stays in no address', async () => {
    const secret = secretOf(blind);
    expect(blind.kernel.localAccess.invitation(blind.url)?.link).toBe(`${blind.url}/-/local?token=${secret}`);
    const opened = await blind.fetch(`/-/local?token=${secret}`, { redirect: 'manual' });
    const [set = ''] = opened.headers.getSetCookie();
    expect([
      opened.status,
      opened.headers.get('location'),
      opened.headers.get('referrer-policy'),
      opened.headers.get('cache-control'),
    ]).toEqual([303, 'local', 'no-referrer', 'no-store']);
    expect(set).toMatch(/^sextant-local-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(';')[0]!;
    expect(cookie).not.toContain(secret);
    expect(await (await ask({ cookie: `other=1; ${cookie}` })).text()).toContain('"siteAdmin":true');
    expect((await blind.fetch('/-/local', { headers: { cookie } })).status).toBe(200);
    expect((await ask({ cookie: `${cookie}x` })).status).toBe(401);
    // A page elsewhere does not read by the cookie, and a proxy does not pass it on.
    expect((await ask({ cookie, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await (await ask({ cookie, 'x-forwarded-for': '203.0.113.9' })).json()).toEqual({ data: { currentUser: null } });
    for (const one of [kernel, blind]) expect(one.log.text).not.toContain(secretOf(one));
  });

  it('a wrong secret is refused, and many of them are slowed down without locking the right one out', async () => {
    const guess = async (): Promise<string> => {
      const answer = await blind.fetch('/-/local?token=guessed', { redirect: 'manual' });
      return `${answer.status} ${((await answer.json()) as { error: { code: string } }).error.code}`;
    };
    expect(await guess()).toBe('401 SEXTANT_AUTH_LOCAL_SECRET');
    for (let i = 0; i < 30; i++) await guess();
    expect(await guess()).toBe('429 SEXTANT_AUTH_LOCAL_THROTTLED');
    expect((await ask({ 'x-sextant-local-secret': secretOf(blind) })).status).toBe(200);
    expect((await blind.fetch(`/-/local?token=${secretOf(blind)}`, { redirect: 'manual' })).status).toBe(303);
  });
});

describe('the command line of the account that runs Sextant', () => {
  // The built program, as people run it.
  const program = join(import.meta.dirname, '..', '..', 'cli', 'dist', 'main.js');
  const search = (of: TestKernel, env: Readonly<Record<string, string>>): Promise<{ readonly code: number; readonly text: string }> =>
    new Promise((resolve) => {
      const home = { HOME: join(of.dataDir, 'nowhere'), PATH: process.env['PATH'] ?? '', SEXTANT_DATA_DIR: join(of.dataDir, 'nowhere') };
      execFile(process.execPath, [program, 'search', 'TODO', '--endpoint', of.url], { env: { ...home, ...env } }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, text: out + err }),
      );
    });

  it('searches without anything where the system says whose a connection is, and by the secret of the start elsewhere', async () => {
    const [known, unknown, withSecret] = await Promise.all([
      search(kernel, {}),
      search(blind, {}),
      search(blind, { SEXTANT_DATA_DIR: blind.dataDir }),
    ]);
    expect(known).toEqual({ code: 0, text: expect.stringContaining('Everything you may see was searched.') });
    expect(withSecret).toEqual({ code: 0, text: expect.stringContaining('Everything you may see was searched.') });
    expect(unknown).toEqual({ code: 1, text: expect.stringContaining('SEXTANT_AUTH_LOCAL_ACCOUNT') });
  }, 120_000);
});
