import { users } from '@sextant/plugin-identity/api';
import { core, encodeNodeId } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { tidy } from './jobs.js';
import { ASite, REDIRECT_URI, type Signed } from './testing/a-site.js';

let site: ASite;
let ada: Signed;
beforeAll(async () => {
  site = await ASite.start();
  ada = await site.aPerson();
});
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { error?: string; code?: string }) => error.error ?? error.code,
  );

async function aServiceAccount(): Promise<number> {
  const { userId } = await site.aPerson();
  await site.kernel.service(core.storage, 'identity').query('UPDATE users SET service_account = true WHERE id = $1', [userId]);
  return userId;
}

describe('clients that admins register', () => {
  it('are listed, changed and removed, and their secret is shown once', async () => {
    const { id, secret, clientId } = await site.aClient({ name: 'Listed' });
    expect(secret).toMatch(/^sgo_cs_[0-9a-f]{64}$/);
    const listed = await site.kernel.graphql(
      '{ oauthClients { totalCount nodes { id clientID name confidential dynamic redirectURIs scopes } } }',
    );
    expect(at(listed.data, 'oauthClients.nodes')).toContainEqual(
      expect.objectContaining({ id, clientID: clientId, name: 'Listed', confidential: true, dynamic: false }),
    );
    expect(JSON.stringify(listed)).not.toContain(secret);
    const changed = await site.kernel.graphql(
      'mutation($id: ID!) { updateOAuthClient(id: $id, input: { name: "Other", scopes: ["openid"] }) { name scopes redirectURIs } }',
      { id },
    );
    expect(changed.data).toEqual({ updateOAuthClient: { name: 'Other', scopes: ['openid'], redirectURIs: [REDIRECT_URI] } });
    await site.kernel.graphql('mutation($id: ID!) { deleteOAuthClient(id: $id) { alwaysNil } }', { id });
    expect((await site.kernel.graphql('query($id: ID!) { node(id: $id) { id } }', { id })).data).toEqual({ node: null });
  });

  it('prove themselves by their secret, and by the new one alone once it is another', async () => {
    const { id, config, clientId } = await site.aClient();
    const guessed = await site.discovered(clientId, 'sgo_cs_0');
    expect(await failure(oauth.tokenIntrospection(guessed, 'sgo_at_x'))).toBe('OAUTH_WWW_AUTHENTICATE_CHALLENGE');
    expect(await oauth.tokenIntrospection(config, 'sgo_at_x')).toEqual({ active: false });
    const { data } = await site.kernel.graphql('mutation($id: ID!) { rotateOAuthClientSecret(id: $id) { clientSecret } }', { id });
    expect(await failure(oauth.tokenIntrospection(config, 'sgo_at_x'))).toBe('OAUTH_WWW_AUTHENTICATE_CHALLENGE');
    const renewed = await site.discovered(clientId, textAt(data, 'rotateOAuthClientSecret.clientSecret'));
    expect(await oauth.tokenIntrospection(renewed, 'sgo_at_x')).toEqual({ active: false });
  });

  it('learn nothing of the tokens of others, and end none', async () => {
    const [mine, other] = [await site.aClient(), await site.aClient()];
    const { access_token } = await (await site.byCode(mine.config, ada.browser, { scope: 'user:all' })).tokens();
    expect(await oauth.tokenIntrospection(other.config, access_token)).toEqual({ active: false });
    await oauth.tokenRevocation(other.config, access_token);
    expect(await site.asked(access_token)).toEqual({ currentUser: { username: ada.username } });
  });

  it.each([
    [{ redirectURIs: ['http://app.example/callback'] }],
    [{ redirectURIs: ['javascript:alert(1)'] }],
    [{ redirectURIs: ['https://user:pass@app.example/'] }],
    [{ redirectURIs: ['https://app.example/#x'] }],
    [{ redirectURIs: ['https://*.example/'] }],
    [{ redirectURIs: [] }],
    [{ scopes: ['site-admin:sudo'] }],
    [{ scopes: [] }],
    [{ name: 'a‮b' }],
    [{ serviceAccount: encodeNodeId('User', 1) }],
  ])('are refused when they cannot be: %j', async (input) => {
    expect(await failure(site.aClient(input))).toBe('SEXTANT_OAUTH_CLIENT_INVALID');
  });

  it('are no matter for who is no site admin, and the one that comes with Sextant is for nobody to change', async () => {
    const { token } = await site.admin.aPerson();
    for (const query of ['{ oauthClients { totalCount } }', 'mutation { deleteOAuthClient(id: "x") { alwaysNil } }']) {
      const { errors } = await site.kernel.graphql(query, {}, { token });
      expect(errors[0]?.extensions['code']).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
    }
    const id = encodeNodeId('OAuthClient', 'sgo_cid_sourcegraph-cli');
    const { errors } = await site.kernel.graphql('mutation($id: ID!) { deleteOAuthClient(id: $id) { alwaysNil } }', { id });
    expect(errors[0]?.extensions['code']).toBe('SEXTANT_OAUTH_CLIENT_INVALID');
  });
});

describe('a program that acts as a service account', () => {
  it('gets a token for an hour, that stands for that account, and as much as its scopes', async () => {
    const userId = await aServiceAccount();
    const { config } = await site.aClient({ redirectURIs: [], scopes: ['externalapi:read'], serviceAccount: encodeNodeId('User', userId) });
    const got = await oauth.clientCredentialsGrant(config, { scope: 'externalapi:read' });
    expect(got).toMatchObject({ expires_in: 3600, scope: 'externalapi:read' });
    expect(got.refresh_token).toBeUndefined();
    const user = await site.kernel.service(users, 'identity').byId(userId);
    expect(await site.asked(got.access_token)).toEqual({ currentUser: { username: user?.username } });
    expect(await failure(oauth.clientCredentialsGrant(config, { scope: 'user:all' }))).toBe('invalid_scope');
    const db = site.kernel.service(core.storage, 'identity');
    await db.query('UPDATE users SET credential_generation = 1 WHERE id = $1', [userId]);
    expect(await site.asked(got.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    const next = await oauth.clientCredentialsGrant(config, { scope: 'externalapi:read' });
    expect(await site.asked(next.access_token)).toEqual({ currentUser: { username: user?.username } });
    await db.query('UPDATE users SET service_account = false WHERE id = $1', [userId]);
    expect(await site.asked(next.access_token)).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
  });

  it('is one that an admin tied to one, and no other', async () => {
    const { config } = await site.aClient();
    expect(await failure(oauth.clientCredentialsGrant(config, { scope: 'user:all' }))).toBe('invalid_request');
  });
});

describe('programs that register themselves', () => {
  const configure = async (enabled: boolean) => {
    const { data } = await site.kernel.graphql('{ site { configuration { id } } }');
    const { errors } = await site.kernel.graphql(
      'mutation($last: Int!, $text: String!) { updateSiteConfiguration(lastID: $last, input: $text) }',
      {
        last: at(data, 'site.configuration.id'),
        text: JSON.stringify({ 'auth.idpDynamicClientRegistrationEnabled': enabled }),
      },
    );
    expect(errors).toEqual([]);
    await expect
      .poll(
        async () => 'registration_endpoint' in ((await (await site.kernel.fetch('/.well-known/openid-configuration')).json()) as object),
      )
      .toBe(enabled);
  };
  const register = async (metadata: object) => {
    const response = await site.kernel.fetch('/.auth/idp/oauth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
      body: JSON.stringify(metadata),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('cannot while the site has not switched it on', async () => {
    expect(await register({ redirect_uris: [REDIRECT_URI] })).toMatchObject({ status: 403, body: { error: 'access_denied' } });
  });

  it('get a client that can ask people, for less than all; and say on the page that nobody knows them', async () => {
    await configure(true);
    const config = await oauth.dynamicClientRegistration(
      new URL(site.kernel.url),
      { redirect_uris: [REDIRECT_URI], client_name: 'Editor', token_endpoint_auth_method: 'client_secret_basic' },
      oauth.ClientSecretBasic(),
      { execute: [oauth.allowInsecureRequests] },
    );
    const { browser } = await site.aPerson();
    const { tokens } = await site.byCode(config, browser, { scope: 'openid mcp' });
    expect((await tokens()).scope).toBe('openid mcp');
    expect(browser.html).toContain('This program registered itself');
    const all = await site.byCode(config, browser, { scope: 'user:all' });
    expect(all.callback.searchParams.get('error')).toBe('invalid_scope');
    await configure(false);
  });

  it.each([
    [{ redirect_uris: ['http://evil.example/'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['custom:/x'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['http://localhost.evil.example/'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['https:evil.example'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['https://app.example/\u0000'] }, 'invalid_redirect_uri'],
    [{}, 'invalid_redirect_uri'],
    [{ redirect_uris: [REDIRECT_URI], client_name: 'x'.repeat(101) }, 'invalid_client_metadata'],
    [{ redirect_uris: [REDIRECT_URI], grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    [{ redirect_uris: [REDIRECT_URI], scope: 'user:all' }, 'invalid_client_metadata'],
  ])('are refused what they may not have: %j', async (metadata, error) => {
    const { checkedRegistration } = await import('./engine/registration.js');
    expect(checkedRegistration(metadata)).toMatchObject({ ok: false, error });
  });

  it('are so many from one address, and forgotten when nobody lets them in', async () => {
    await configure(true);
    const statuses = [];
    for (let i = 0; i < 11; i++) statuses.push((await register({ redirect_uris: ['http://127.0.0.1/cb'] })).status);
    expect(statuses.slice(-2)).toContain(429);
    const db = site.kernel.service(core.storage, 'oauth-provider');
    await db.query(`UPDATE clients SET created_at = now() - interval '8 days' WHERE dynamic`);
    await site.kernel.jobs.enqueue(tidy, {});
    await site.kernel.jobs.drain();
    const [left] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM clients WHERE dynamic');
    // The one that a person has let in stays.
    expect(left?.count).toBe(1);
    await configure(false);
  });
});

describe('a token that is limited in scope', () => {
  const token = async (scope: string) => {
    const { config } = await site.aClient({ scopes: ['externalapi:read', 'externalapi:write', 'mcp', 'openid', 'user:all'] });
    return (await (await site.byCode(config, ada.browser, { scope })).tokens()).access_token;
  };
  const REVOKE = 'mutation { revokeAuthorizedApplication(id: "x") { alwaysNil } }';

  it('does what its scopes say, and no more', async () => {
    const said = async (scope: string) => {
      const bearer = await token(scope);
      return [await site.asked(bearer), await site.asked(bearer, REVOKE)];
    };
    const me = { currentUser: { username: ada.username } };
    expect(await said('externalapi:read')).toEqual([me, 'SEXTANT_AUTH_SCOPE_REQUIRED']);
    expect(await said('externalapi:write')).toEqual([me, 'SEXTANT_OAUTH_GRANT_NOT_FOUND']);
    expect(await said('user:all')).toEqual([me, 'SEXTANT_OAUTH_GRANT_NOT_FOUND']);
    expect(await said('mcp')).toEqual(['SEXTANT_AUTH_SCOPE_REQUIRED', 'SEXTANT_AUTH_SCOPE_REQUIRED']);
    expect(await said('openid')).toEqual(['SEXTANT_AUTH_SCOPE_REQUIRED', 'SEXTANT_AUTH_SCOPE_REQUIRED']);
  });

  it('makes no access token, which would do more, or outlast it', async () => {
    const user = encodeNodeId('User', ada.userId);
    const create = `mutation { createAccessToken(user: "${user}", scopes: ["user:all"], note: "x") { token } }`;
    for (const scope of ['externalapi:write', 'user:all'])
      expect(await site.asked(await token(scope), create)).toBe('SEXTANT_AUTH_SESSION_REQUIRED');
  });
});

describe('an OAuth access token that is none', () => {
  it('is refused, is never somebody else’s, and is worth so many tries', async () => {
    const codes = [];
    for (let i = 0; i < 35; i++) codes.push(await site.asked(`sgo_at_${String(i).repeat(43).slice(0, 43)}`));
    expect(codes[0]).toBe('SEXTANT_OAUTH_TOKEN_INVALID');
    expect(codes.at(-1)).toBe('SEXTANT_AUTH_THROTTLED');
  });
});
