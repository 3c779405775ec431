import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignInAttempt, signInProviderContract } from '@sextant/plugin-identity/testing';
import { describeContract, inMemoryServices, silentLog, TestClock } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openidConnectProvider } from './openid-connect-provider.js';
import { CLIENT, TestOpenidProvider, type TokenFault } from './testing/test-openid-provider.js';

const CALLBACK = 'https://sextant.example/.auth/callback';
const ADA = {
  email: 'ada@example.com',
  email_verified: true,
  preferred_username: 'ada',
  name: 'Ada Lovelace',
  groups: ['engines', 'staff'],
};

let idp: TestOpenidProvider;

beforeAll(async () => {
  idp = await TestOpenidProvider.start([CALLBACK, 'https://sextant.example/.auth/openidconnect/callback']);
});
afterAll(async () => await idp[Symbol.asyncDispose]());
beforeEach(() => {
  idp.fault = undefined;
  idp.misdirection = {};
  idp.cacheControl = undefined;
  idp.asked.length = 0;
  idp.people.clear();
  idp.people.set('ada-1', { claims: ADA });
});

const provider = () => openidConnectProvider({ ...inMemoryServices(), log: silentLog });
const entry = () => ({ issuer: idp.issuer, clientID: CLIENT.id, clientSecret: CLIENT.secret });
const attempt = (more: Readonly<Record<string, unknown>> = {}) =>
  new SignInAttempt(provider(), { ...entry(), ...more }, { callbackUrl: CALLBACK });
/** The provider's own pages: a name and any password, then consent. */
const as =
  (login: string) =>
  ({ fields }: { readonly fields: Readonly<Record<string, string>> }) =>
    fields['prompt'] === 'login' ? { login, password: 'any' } : undefined;

describeContract(
  signInProviderContract(() => ({
    good: { ...entry() },
    unreachable: { ...entry(), issuer: 'http://127.0.0.1:9' },
    fill: as('ada-1'),
    secrets: () => [CLIENT.secret, ...idp.given],
  })),
  'OpenID Connect',
  provider,
);

describe('A person who signs in', () => {
  it('is known by the subject, and told of by the claims', async () => {
    expect(await attempt().signIn(as('ada-1'))).toEqual({
      accountId: 'ada-1',
      username: 'ada',
      displayName: 'Ada Lovelace',
      emails: [{ address: 'ada@example.com', verified: true }],
      groups: ['engines', 'staff'],
    });
  });

  it.each([
    ['says no', { email_verified: false }, false],
    ['says nothing', { email_verified: undefined }, false],
    ['says yes as a text', { email_verified: 'true' }, true],
  ])('has a proved address only where the provider says so: it %s', async (_name, claims, verified) => {
    idp.people.set('ada-1', { claims: { ...ADA, ...claims } });
    const { emails } = await attempt().signIn(as('ada-1'));
    expect(emails).toEqual([{ address: 'ada@example.com', verified }]);
    const trusted = await attempt({ trustEmails: true }).signIn(as('ada-1'));
    expect(trusted.emails).toEqual([{ address: 'ada@example.com', verified: true }]);
  });

  it('has no address that is proved by what is said of another one', async () => {
    idp.fault = { claims: { email: 'boss@example.com' } };
    expect((await attempt().signIn(as('ada-1'))).emails).toEqual([{ address: 'boss@example.com', verified: false }]);
  });

  it('is asked after only where the token says too little', async () => {
    await using talkative = await TestOpenidProvider.start([CALLBACK], { conformIdTokenClaims: false });
    talkative.people.set('ada-1', { claims: ADA });
    const one = attempt({ issuer: talkative.issuer });
    expect(await one.signIn(as('ada-1'))).toMatchObject({ username: 'ada', emails: [{ verified: true }] });
    expect(talkative.asked).not.toContain('GET /me');
    await attempt().signIn(as('ada-1'));
    expect(idp.asked).toContain('GET /me');
  });

  it('is told of by an answer about the same subject alone', async () => {
    idp.fault = { claims: { sub: 'another' } };
    await expect(attempt().signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_ANSWER' });
  });

  it('in too many groups for the token is in none, and the admin is told', async () => {
    idp.fault = { claims: { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example/' } } } };
    idp.people.set('ada-1', { claims: { ...ADA, groups: undefined } });
    const warned: unknown[] = [];
    const log = { warn: (_message: string, fields?: object) => void warned.push(fields) };
    const one = new SignInAttempt(openidConnectProvider({ ...inMemoryServices(), log }), entry(), { callbackUrl: CALLBACK, id: 'login' });
    expect((await one.signIn(as('ada-1'))).groups).toEqual([]);
    expect(warned).toEqual([{ provider: 'login' }]);
  });

  it('comes in by a domain only with an address of it that is proved', async () => {
    const gate = { requireEmailDomain: 'example.com' };
    expect(await attempt(gate).signIn(as('ada-1'))).toMatchObject({ accountId: 'ada-1' });
    for (const claims of [{ email_verified: false }, { email: 'ada@example.com.evil' }, { email: 'ada@evil.example' }]) {
      idp.people.set('ada-1', { claims: { ...ADA, ...claims } });
      await expect(attempt(gate).signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
    }
  });

  it('comes in by a group only as one of its members', async () => {
    expect(await attempt({ allowGroups: ['engines'] }).signIn(as('ada-1'))).toMatchObject({ accountId: 'ada-1' });
    await expect(attempt({ allowGroups: ['others'] }).signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
    idp.people.set('ada-1', { claims: { ...ADA, groups: undefined } });
    await expect(attempt({ allowGroups: ['engines'] }).signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
  });

  it('is in no group where the provider leaves the claim out', async () => {
    idp.people.set('ada-1', { claims: { ...ADA, groups: undefined } });
    expect((await attempt().signIn(as('ada-1'))).groups).toEqual([]);
  });

  it('is named by the claim that the admin chose', async () => {
    expect((await attempt({ usernameClaimNames: ['email'] }).signIn(as('ada-1'))).username).toBe('ada');
    expect((await attempt({ usernameClaimNames: ['sub'] }).signIn(as('ada-1'))).username).toBe('ada-1');
  });

  it('who says no at the provider is told so', async () => {
    const one = attempt();
    const answer = await one.answer(as('ada-1'));
    const parameters = new URLSearchParams({ error: 'access_denied', error_description: 'not today', state: one.state, iss: idp.issuer });
    await expect(one.finish({ ...answer, parameters })).rejects.toMatchObject({
      code: 'SEXTANT_SIGN_IN_REFUSED',
      why: expect.stringContaining('not today'),
    });
  });
});

describe('An answer that proves nothing', () => {
  const FAULTS: readonly (readonly [string, () => TokenFault])[] = [
    ['has the nonce of another sign-in', () => ({ claims: { nonce: 'another' } })],
    ['is for another client', () => ({ claims: { aud: 'another' } })],
    ['is of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['has expired', () => ({ claims: { exp: Math.floor(Date.now() / 1_000) - 120 } })],
    ['is signed by nobody', () => ({ header: { alg: 'none' }, signed: 'not' })],
    ['has no signature', () => ({ signed: 'not' })],
    ['is signed by a key that the provider does not publish', () => ({ signed: 'by-another' })],
    ['is signed by the secret of the client', () => ({ header: { alg: 'HS256' } })],
    ['has no subject', () => ({ claims: { sub: undefined } })],
  ];

  it.each(FAULTS)('%s', async (_name, fault) => {
    idp.fault = fault();
    await expect(attempt().signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_ANSWER' });
  });

  it('says by itself that another provider sent it', async () => {
    idp.misdirection = { iss: 'https://evil.example' };
    await expect(attempt().signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_ANSWER' });
  });

  it('has the state of another sign-in', async () => {
    idp.misdirection = { state: 'another' };
    await expect(attempt().signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_ANSWER' });
  });

  it('brings a code that somebody else was given', async () => {
    const stolen = await attempt().answer(as('ada-1'));
    const one = attempt();
    const mine = await one.answer(as('ada-1'));
    mine.parameters.set('code', stolen.parameters.get('code') ?? '');
    await expect(one.finish(mine)).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_ANSWER' });
  });

  it('is off by no more than the clocks may be', async () => {
    idp.fault = { claims: { exp: Math.floor(Date.now() / 1_000) - 30 } };
    expect(await attempt().signIn(as('ada-1'))).toMatchObject({ accountId: 'ada-1' });
    await expect(attempt({ clockTolerance: '1s' }).signIn(as('ada-1'))).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_ANSWER' });
  });
});

describe('The provider', () => {
  it('may change its keys at any time', async () => {
    const same = provider();
    const sign = () => new SignInAttempt(same, entry(), { callbackUrl: CALLBACK }).signIn(as('ada-1'));
    await sign();
    idp.rotate();
    expect(await sign()).toMatchObject({ accountId: 'ada-1' });
  });

  it.each([
    ['as long as it says', 'max-age=3600', 1],
    ['for a minute where it wants no copy', 'no-store', 2],
  ])('is asked for its addresses again: %s', async (_name, cacheControl, times) => {
    idp.cacheControl = cacheControl;
    const clock = new TestClock();
    await clock.advance(1);
    const services = inMemoryServices({ clock });
    const same = openidConnectProvider({ ...services, log: silentLog });
    const begin = () => new SignInAttempt(same, entry(), { callbackUrl: CALLBACK }).begin();
    await begin();
    await begin();
    await clock.advance(2 * 60_000);
    await begin();
    expect(idp.asked.filter((path) => path === 'GET /.well-known/openid-configuration')).toHaveLength(times);
  });

  it('is one that says who it is', async () => {
    await expect(attempt({ issuer: idp.issuer.replace('127.0.0.1', 'localhost') }).begin()).rejects.toMatchObject({
      code: 'SEXTANT_OPENID_CONNECT_PROVIDER',
    });
  });

  it('leads nowhere inside but to the host that the admin has written (row 21)', async () => {
    const issuer = 'https://login.example.com';
    const asked: [host: string, from: string][] = [];
    const fetch = async (url: string | URL, { from }: { readonly from: string }): Promise<Response> => {
      const { hostname, pathname } = new URL(url);
      asked.push([hostname, from]);
      const inside = {
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: 'https://10.0.0.7/token',
        jwks_uri: 'https://10.0.0.7/jwks',
      };
      return Response.json(pathname.endsWith('/openid-configuration') ? { issuer, ...inside } : {}, {
        status: pathname === '/token' ? 500 : 200,
      });
    };
    const asking = openidConnectProvider({ ...inMemoryServices(), log: silentLog, http: { fetch: fetch as never } });
    const one = new SignInAttempt(asking, { ...entry(), issuer }, { callbackUrl: CALLBACK });
    const { keep: kept = {} } = await one.begin();
    const { callbackUrl, state } = one;
    const answer = { method: 'GET', parameters: new URLSearchParams({ code: 'x', state, iss: issuer }), callbackUrl, state, kept } as const;
    await expect(one.finish({ ...answer, signal: new AbortController().signal })).rejects.toThrow();
    expect(asked).toEqual([
      ['login.example.com', 'admin'],
      ['10.0.0.7', 'person'],
    ]);
  });

  it('that hangs is given up with the sign-in', async () => {
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const { port } = hanging.address() as AddressInfo;
    const leaves = new AbortController();
    const begun = attempt({ issuer: `http://127.0.0.1:${port}` }).begin(leaves.signal);
    hanging.once('request', () => leaves.abort());
    await expect(begun).rejects.toMatchObject({ code: 'SEXTANT_OPENID_CONNECT_PROVIDER' });
    hanging.closeAllConnections();
    hanging.close();
  });

  it('is reached by https, or on this machine', () => {
    expect(() => attempt({ issuer: 'http://login.example.com' })).toThrow('must begin with https://');
  });

  it('is asked for what the admin adds, and for nothing in place of what protects the sign-in', async () => {
    const { url } = await attempt({ apiPermissionsAuthorizationParameters: { prompt: 'select_account' } }).begin();
    expect(new URL(url).searchParams.get('prompt')).toBe('select_account');
    expect(() => attempt({ apiPermissionsAuthorizationParameters: { state: 'fixed' } })).toThrow();
  });

  it('is sent a challenge, and never its answer', async () => {
    const { url, keep } = await attempt().begin();
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
    expect(url).not.toContain(keep?.['verifier']);
  });
});
