import { startTestKernel, TestClock, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { Administration } from '../testing/administration.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

const asked = async (authorization?: string): Promise<{ status: number; body: unknown }> => {
  const response = await kernel.fetch('/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify({ query: '{currentUser{username siteAdmin}}' }),
  });
  return { status: response.status, body: await response.json() };
};

describe('a request', () => {
  it('without a credential is the local site admin in local mode', async () => {
    expect(await asked()).toEqual({ status: 200, body: { data: { currentUser: { username: 'Local-Admin', siteAdmin: true } } } });
  });

  it('with a token is its user, in every way to send one', async () => {
    const { username, token } = await admin.aPerson();
    const basic = Buffer.from(`${token}:`).toString('base64');
    for (const header of [`token ${token}`, `Bearer ${token}`, `token ${token.slice(-40)}`, `Basic ${basic}`]) {
      expect(await asked(header)).toMatchObject({ status: 200, body: { data: { currentUser: { username } } } });
    }
  });

  it.each(['token nonsense', `Bearer ${'0'.repeat(40)}`, 'token', 'Basic !'])(
    'with %j is refused in local mode too (row 22)',
    async (header) => {
      const { status, body } = await asked(header);
      expect(status).toBe(401);
      expect(JSON.stringify(body)).toContain('SEXTANT_AUTH_INVALID');
    },
  );

  it('with a scheme nobody knows is nobody', async () => {
    expect(await asked('Unheard of')).toMatchObject({ body: { data: { currentUser: null } } });
  });

  it('of a site admin may act as another user, whose rights count', async () => {
    const me = textAt((await kernel.graphql('{currentUser{id}}')).data, 'currentUser.id');
    const { username, token: weak } = await admin.aPerson();
    const { token } = await admin.createToken(me, { scopes: ['user:all', 'site-admin:sudo'] });
    expect(await asked(`token-sudo user="${username.toUpperCase()}",token="${token}"`)).toMatchObject({
      body: { data: { currentUser: { username, siteAdmin: false } } },
    });
    expect((await asked(`token-sudo user="Local-Admin",token="${weak}"`)).status).toBe(403);
  });

  it('leaves an audit line when its credential is wrong, without the credential', async () => {
    await asked('token canary-of-the-log');
    expect(kernel.log.lines.some((line) => line.message === 'auth.accessToken invalid')).toBe(true);
    expect(kernel.log.text).not.toContain('canary-of-the-log');
  });

  it('from an address that failed too often is answered 429, unless its credential is valid', async () => {
    const { token } = await admin.aPerson();
    const answers = await Promise.all(Array.from({ length: 40 }, () => asked('token wrong')));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    expect((await asked(`token ${token}`)).status).toBe(200);
  });
});

describe('row 18: a token that opens nothing', () => {
  it('answers alike, whether it is unknown, malformed, expired, revoked or of a deleted user', async () => {
    const clock = new TestClock();
    const site = await startTestKernel({ plugins: [manifest], clock });
    const here = new Administration(() => site);
    const answer = async (token: string) => {
      const response = await site.fetch('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `token ${token}` },
        body: '{"query":"{currentUser{id}}"}',
      });
      const headers = Object.fromEntries([...response.headers].filter(([name]) => !['date', 'x-request-id', 'x-trace'].includes(name)));
      const own = response.headers.get('x-request-id') as string;
      return { status: response.status, headers, body: (await response.text()).replaceAll(own, 'ID') };
    };
    const [revoked, gone, expired] = [await here.aPerson(), await here.aPerson(), await here.aPerson()];
    for (const { token } of [revoked, gone, expired]) expect((await answer(token)).status).toBe(200);
    const { data } = await site.graphql('query($id:ID!){node(id:$id){...on User{accessTokens{nodes{id}}}}}', { id: revoked.id });
    await site.graphql('mutation($id:ID){deleteAccessToken(byID:$id){alwaysNil}}', { id: textAt(data, 'node.accessTokens.nodes.0.id') });
    await site.graphql('mutation($id:ID!){deleteUser(user:$id){alwaysNil}}', { id: gone.id });
    clock.jump(3_600_000);
    const unknown = await answer(`sgp_local_${'0'.repeat(40)}`);
    expect(unknown).toMatchObject({ status: 401, body: expect.stringContaining('SEXTANT_AUTH_INVALID') });
    for (const token of [revoked.token, gone.token, expired.token, 'nonsense', `${revoked.token}0`, expired.token.slice(-40)])
      expect(await answer(token)).toEqual(unknown);
    await site.stop();
  });
});

describe('several processes of one database', () => {
  it('agree on the local site admin, and on what was revoked a moment ago', async () => {
    const first = await startTestKernel({ plugins: [manifest] });
    const others = await Promise.all([1, 2].map(() => startTestKernel({ plugins: [manifest], databaseUrl: first.databaseUrl })));
    const me = (k: TestKernel, token?: string): Promise<Response> =>
      k.fetch('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `token ${token}` }) },
        body: '{"query":"{currentUser{id}}"}',
      });
    const ids = await Promise.all(
      [first, ...others].map(async (k) => ((await (await me(k)).json()) as { data: { currentUser: { id: string } } }).data.currentUser.id),
    );
    expect(new Set(ids).size).toBe(1);
    const { id, token } = await new Administration(() => first).createToken(ids[0] ?? '');
    for (const k of others) expect((await me(k, token)).status).toBe(200);
    await first.graphql('mutation($id:ID){deleteAccessToken(byID:$id){alwaysNil}}', { id });
    for (const k of others) expect((await me(k, token)).status).toBe(401);
    for (const k of others) await k.stop();
  });
});
