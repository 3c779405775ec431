import { at } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABrowser } from './testing/a-browser.js';
import { ASite, REDIRECT_URI, type Signed } from './testing/a-site.js';

const PAGE = new URL(REDIRECT_URI).origin;
let site: ASite;
let ada: Signed;
let program: Awaited<ReturnType<ASite['aClient']>>;

beforeAll(async () => {
  site = await ASite.start();
  ada = await site.aPerson('ada@example.com');
  program = await site.aClient({ confidential: false });
  await site.aClient({ redirectURIs: ['https://server.example/callback'] });
  await site.aClient({ confidential: false, redirectURIs: ['https://other.example/callback'] });
  await site.aClient({ confidential: false, native: true, redirectURIs: ['http://127.0.0.1/callback'] });
});

/** As the script of a page asks; a browser shows it the answer if `allowed` is its origin. */
async function ask(origin: string, path: string, init: RequestInit = {}) {
  const headers = { origin, 'sec-fetch-site': 'cross-site', ...(init.headers as Record<string, string> | undefined) };
  const response = await site.kernel.fetch(path, { ...init, headers });
  const text = await response.text();
  expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  return { status: response.status, allowed: response.headers.get('access-control-allow-origin'), text, headers: response.headers };
}
const preflight = (origin: string, path: string, method: string) =>
  ask(origin, path, {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
  });
const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});
const aCode = async () => {
  const { callback, verifier } = await site.byCode(program.config, new ABrowser(site.kernel.url, ada.userId), { scope: 'openid profile' });
  return {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code')!,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    client_id: program.clientId,
  };
};
const OAUTH = '/.auth/idp/oauth';

describe('a page of another origin', () => {
  it('that a public program is registered for gets tokens, asks who the person is, and gives tokens back', async () => {
    for (const path of ['/.well-known/openid-configuration', `${OAUTH}/jwks`])
      expect(await ask(PAGE, path)).toMatchObject({ status: 200, allowed: PAGE });
    const got = await ask(PAGE, `${OAUTH}/token`, form(await aCode()));
    expect(got).toMatchObject({ status: 200, allowed: PAGE });
    const { access_token: token } = JSON.parse(got.text) as { access_token: string };
    const before = await preflight(PAGE, `${OAUTH}/userinfo`, 'GET');
    expect([before.status, before.allowed, before.headers.get('access-control-allow-headers')]).toEqual([204, PAGE, 'authorization']);
    const who = await ask(PAGE, `${OAUTH}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect([who.allowed, JSON.parse(who.text)]).toEqual([PAGE, expect.objectContaining({ preferred_username: ada.username })]);
    expect(await ask(PAGE, `${OAUTH}/revoke`, form({ token, client_id: program.clientId }))).toMatchObject({ status: 200, allowed: PAGE });
    expect(await site.asked(token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
  });

  it.each(['https://evil.example', 'https://server.example', 'http://127.0.0.1', `${PAGE}.evil.example`, 'https://app.exampl', 'null'])(
    'reads and sends nothing where none is: %s',
    async (origin) => {
      for (const path of ['/.well-known/openid-configuration', `${OAUTH}/jwks`])
        expect(await ask(origin, path)).toMatchObject({ status: 200, allowed: null });
      for (const path of ['token', 'revoke', 'userinfo'])
        expect(await preflight(origin, `${OAUTH}/${path}`, 'POST')).toMatchObject({ status: 403, allowed: null });
      const code = await aCode();
      expect(await ask(origin, `${OAUTH}/token`, form(code))).toMatchObject({ status: 403, allowed: null });
      expect((await site.kernel.fetch(`${OAUTH}/token`, form(code))).status).toBe(200);
    },
  );

  it('that corsOrigin names does the same with any public program, until it does so no more', async () => {
    const trusted = 'https://trusted.example';
    const configure = async (corsOrigin: string | undefined) => {
      const before = at((await site.kernel.graphql('{ site { configuration { id } } }')).data, 'site.configuration.id');
      const save = 'mutation($id: Int!, $input: String!) { updateSiteConfiguration(lastID: $id, input: $input) }';
      return (await site.kernel.graphql(save, { id: before, input: JSON.stringify({ corsOrigin }) })).errors.length === 0;
    };
    for (const wrong of ['*', 'trusted.example', 'null', `${trusted}/`, `${trusted} *`]) expect(await configure(wrong), wrong).toBe(false);
    expect((await ask(trusted, `${OAUTH}/token`, form(await aCode()))).status).toBe(403);
    expect(await configure(`https://first.example ${trusted}`)).toBe(true);
    expect(await preflight(trusted, `${OAUTH}/token`, 'POST')).toMatchObject({ status: 204, allowed: trusted });
    expect(await ask(trusted, `${OAUTH}/token`, form(await aCode()))).toMatchObject({ status: 200, allowed: trusted });
    // A program that keeps a secret keeps it on a server.
    const server = await site.aClient();
    const secret = { grant_type: 'client_credentials', client_id: server.clientId, client_secret: server.secret! };
    expect((await ask(trusted, `${OAUTH}/token`, form(secret))).allowed).toBeNull();
    expect(await configure(undefined)).toBe(true);
    expect(await ask(trusted, `${OAUTH}/token`, form(await aCode()))).toMatchObject({ status: 403, allowed: null });
  });

  it('that corsOrigin names asks GraphQL with a token, and is nobody without one', async () => {
    const trusted = 'https://reads.example';
    const query = { method: 'POST', body: '{"query":"{currentUser{username}}"}' };
    const whoIs = (headers: Record<string, string>) =>
      ask(trusted, '/.api/graphql', { ...query, headers: { 'content-type': 'application/json', ...headers } });
    const { access_token: token } = await oauthTokens('openid user:all');
    expect(await whoIs({ authorization: `Bearer ${token}` })).toMatchObject({ status: 403, allowed: null });
    const id = at((await site.kernel.graphql('{ site { configuration { id } } }')).data, 'site.configuration.id');
    const save = 'mutation($id: Int!, $input: String!) { updateSiteConfiguration(lastID: $id, input: $input) }';
    await site.kernel.graphql(save, { id, input: JSON.stringify({ corsOrigin: trusted }) });
    expect(await preflight(trusted, '/.api/graphql', 'POST')).toMatchObject({ status: 204, allowed: trusted });
    expect(await preflight('https://evil.example', '/.api/graphql', 'POST')).toMatchObject({ status: 405, allowed: null });
    const answered = await whoIs({ authorization: `Bearer ${token}`, cookie: `test-person=${ada.userId}` });
    expect([answered.status, answered.allowed, answered.text.includes(ada.username)]).toEqual([200, trusted, true]);
    const nobody = await whoIs({ cookie: `test-person=${ada.userId}` });
    expect([nobody.allowed, nobody.text]).toEqual([trusted, '{"data":{"currentUser":null}}']);
  });

  it('uses no program of another page, and nobody’s cookies', async () => {
    const other = 'https://other.example';
    expect(await ask(other, `${OAUTH}/token`, form(await aCode()))).toMatchObject({ status: 400, allowed: null });
    const { access_token: token } = await oauthTokens();
    const who = await ask(other, `${OAUTH}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect([who.allowed, who.text.includes(ada.username)]).toEqual([null, false]);
    const cookie = { cookie: `test-person=${ada.userId}` };
    expect((await ask(PAGE, `${OAUTH}/userinfo`, { headers: cookie })).status).toBe(401);
    for (const path of ['register', 'device/code', 'introspect'])
      expect((await ask(PAGE, `${OAUTH}/${path}`, form({ client_id: program.clientId }))).status, path).toBe(403);
  });
});

async function oauthTokens(scope = 'openid profile'): Promise<oauth.TokenEndpointResponse> {
  const { tokens } = await site.byCode(program.config, new ABrowser(site.kernel.url, ada.userId), { scope });
  return tokens();
}
