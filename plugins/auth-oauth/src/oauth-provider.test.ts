import { testHostClients } from '@sextant/plugin-code-host/testing';
import { SignInAttempt, signInProviderContract } from '@sextant/plugin-identity/testing';
import { Secret } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hosts } from './hosts/hosts.js';
import type { AnyOAuthHost } from './oauth-host.js';
import { oauthProvider } from './oauth-provider.js';
import { dialects, guidOf, uuidOf } from './testing/dialects.js';
import { CLIENT, type FakePerson, OAuthServer } from './testing/oauth-server.js';

const ADA: FakePerson = {
  id: 12,
  login: 'ada',
  name: 'Ada Lovelace',
  emails: [
    { address: 'old@example.com', verified: false, primary: false },
    { address: 'ada@example.com', verified: true, primary: true },
    { address: 'ada@home.example', verified: true, primary: false },
  ],
  groups: ['engines', 'Poets', 'third', 'engines/builders'],
};

let server: OAuthServer;
afterEach(async () => await server?.[Symbol.asyncDispose]());

const NOW = new Date('2026-02-03T04:05:06Z');
const hostOf = (type: string): AnyOAuthHost => hosts.find((host) => host.type === type) ?? expect.fail(type);
function provider(type: string) {
  const clients = testHostClients();
  return oauthProvider(hostOf(type), { http: clients.services.http, clients, clock: { now: () => NOW } });
}
const callbackOf = (type: string): string => `https://sextant.example/.auth/${type}/callback`;
const fill = () => ({ login: 'ada' });

async function started(type: string): Promise<void> {
  const dialect = dialects[type] ?? expect.fail(type);
  server = await OAuthServer.start(dialect);
  server.redirects.push(callbackOf(type));
  server.people.set('ada', ADA);
}

function entryOf(type: string, at = server.url): Readonly<Record<string, unknown>> {
  const client = { clientID: CLIENT.id, clientSecret: CLIENT.secret };
  if (type === 'azuredevops') return { ...client, tenantID: 'acme.example', loginURL: at, profileURL: at };
  return { ...client, url: at, ...(type === 'bitbucketcloud' ? { apiURL: at } : {}) };
}

const attempt = (type: string, more: Readonly<Record<string, unknown>> = {}) =>
  new SignInAttempt(provider(type), { ...entryOf(type), ...more });

const TYPES = hosts.map(({ type }) => type);

describe.each(TYPES)('%s', (type) => {
  beforeEach(() => started(type));

  describeContract(
    signInProviderContract(() => ({
      good: entryOf(type),
      unreachable: entryOf(type, 'http://127.0.0.1:9/'),
      fill,
      secrets: () => [CLIENT.secret, ...server.given],
    })),
    type,
    () => provider(type),
  );

  it('asks for no more than who somebody is, and keeps no token', async () => {
    const identity = await attempt(type).signIn(fill);
    expect(identity.credential).toBeUndefined();
    expect(server.scopes).toEqual(LEAST[type]);
    expect(server.scopes.filter((scope) => /write|admin|^repo$|^api$/i.test(scope))).toEqual([]);
  });

  it('keeps the token for the sync of permissions, with when it ends', async () => {
    const { credential } = await attempt(type, { permissionSync: true }).signIn(fill);
    expect(server.given).toContain(credential?.accessToken.reveal());
    expect(server.scopes).toEqual(SYNC[type]);
    const lifetime = dialects[type]?.lifetime ?? 0;
    expect(credential?.expiresAt).toEqual(new Date(NOW.getTime() + lifetime * 1_000));
  });

  it('renews a token that ends, and says when the person must sign in again', async () => {
    const one = attempt(type, { permissionSync: true });
    const { credential } = await one.signIn(fill);
    const renew = provider(type).redirect?.renew;
    if (!credential || !renew) return expect.fail('nothing to renew');
    const signal = new AbortController().signal;
    const renewed = await renew(one.entry, credential, signal);
    expect(renewed.accessToken.reveal()).not.toBe(credential.accessToken.reveal());
    expect(renewed.refreshToken?.reveal()).not.toBe(credential.refreshToken?.reveal());
    expect(renewed.expiresAt?.getTime()).toBeGreaterThan(NOW.getTime());
    await expect(renew(one.entry, credential, signal)).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
    await expect(renew(one.entry, { accessToken: new Secret('x') }, signal)).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
    await server[Symbol.asyncDispose]();
    await expect(renew(one.entry, renewed, signal)).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_HOST' });
  });

  it('tells who said no', async () => {
    await expect(attempt(type).signIn(() => ({ login: 'nobody' }))).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
  });

  it('does not believe a code that another browser was given', async () => {
    if (dialects[type]?.challenge === false) return;
    const theirs = await attempt(type).answer(fill);
    const one = attempt(type);
    const mine = await one.answer(fill);
    mine.parameters.set('code', theirs.parameters.get('code') ?? '');
    await expect(one.finish(mine)).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_ANSWER' });
  });

  it('believes an answer with its own state alone', async () => {
    const one = attempt(type);
    const answer = await one.answer(fill);
    answer.parameters.set('state', 'another');
    await expect(one.finish(answer)).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_ANSWER' });
  });

  it('says that its client is not the one that is registered, without the secret', async () => {
    const wrong = attempt(type, { clientSecret: 'canary-wrong-secret' });
    const signing = wrong.signIn(fill);
    await expect(signing).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_ANSWER', why: expect.stringContaining('invalid_client') });
    await expect(signing).rejects.not.toThrow('canary');
  });

  it.each([
    ['fails', { status: 500, body: {} }],
    ['gives no JSON', { body: '<html>' }],
    ['gives another shape', { body: { id: 'x' } }],
    ['sends the token elsewhere', { status: 302, body: {}, headers: { location: 'https://evil.example/' } }],
  ])('is a coded failure where the API %s', async (_name, fault) => {
    server.fault = fault;
    await expect(attempt(type).signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_HOST' });
  });
});

const AZURE = '499b84ac-1321-427f-aa17-267ca6975798';
const LEAST: Readonly<Record<string, readonly string[]>> = {
  github: ['read:user', 'user:email'],
  gitlab: ['read_user'],
  gitea: ['read:user'],
  bitbucketcloud: ['account', 'email'],
  bitbucketserver: ['PUBLIC_REPOS'],
  azuredevops: [`${AZURE}/vso.profile`],
};
const SYNC: Readonly<Record<string, readonly string[]>> = {
  github: ['read:user', 'user:email', 'read:org', 'repo'],
  gitlab: ['read_user', 'read_api'],
  gitea: ['read:user', 'read:repository'],
  bitbucketcloud: ['account', 'email', 'repository'],
  bitbucketserver: ['REPO_READ'],
  azuredevops: [`${AZURE}/vso.profile`, `${AZURE}/vso.code`, `${AZURE}/vso.project`, 'offline_access'],
};

describe('A person at a code host', () => {
  const PROVED = [
    { address: 'ada@example.com', verified: true },
    { address: 'old@example.com', verified: false },
    { address: 'ada@home.example', verified: true },
  ];
  const unproved = (list: readonly { readonly address: string }[]) => list.map(({ address }) => ({ address, verified: false }));
  const ONE = [{ address: 'ada@example.com', verified: true }];

  it.each([
    ['github', '12', PROVED, PROVED],
    ['bitbucketcloud', uuidOf(12), PROVED, PROVED],
    // Whether a server of one's own proves addresses is known to its admin alone.
    ['gitlab', '12', unproved(ONE), ONE],
    ['gitea', '12', unproved(PROVED), PROVED],
    ['bitbucketserver', '12', unproved(ONE), ONE],
    ['azuredevops', guidOf(12), unproved(ONE), ONE],
  ])('of %s is known by an id that stays, with addresses as far as they are proved', async (type, accountId, emails, trusted) => {
    await started(type);
    expect(await attempt(type).signIn(fill)).toMatchObject({ accountId, username: 'ada', displayName: 'Ada Lovelace', emails, groups: [] });
    if ('trustEmails' in hostOf(type).config.shape)
      expect(await attempt(type, { trustEmails: true }).signIn(fill)).toMatchObject({ emails: trusted });
  });

  it.each([
    ['github', { allowOrgs: ['ENGINES'] }, { allowOrgs: ['others'] }],
    ['github', { allowOrgsMap: { engines: ['builders'] } }, { allowOrgsMap: { Poets: ['builders'] } }],
    ['github', { allowOrgs: ['others'], allowOrgsMap: { engines: ['builders'] } }, { allowOrgs: ['engine'] }],
    ['github', { requiredSsoOrgs: ['engines'] }, { requiredSsoOrgs: ['engines', 'others'] }],
    ['gitlab', { allowGroups: ['engines/builders'] }, { allowGroups: ['builders'] }],
    ['gitlab', { allowGroups: ['poets'] }, { allowGroups: ['everybody'] }],
    ['gitea', { allowGroups: ['engines/builders'] }, { allowGroups: ['engines/others'] }],
    ['gitea', { allowGroups: ['third'] }, { allowGroups: [] }],
    ['bitbucketcloud', { allowGroups: ['others', 'engines'] }, { allowGroups: ['others'] }],
    ['azuredevops', { allowOrgs: ['Engines'] }, { allowOrgs: ['others'] }],
  ])('of %s comes in by %j, and not by %j', async (type, open, closed) => {
    await started(type);
    expect(await attempt(type, open).signIn(fill)).toMatchObject({ username: 'ada' });
    await expect(attempt(type, closed).signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
  });

  it('of an organization with single sign-on must have authorized the sign-in for it', async () => {
    await started('github');
    server.people.set('ada', { ...ADA, withoutSso: ['engines'] });
    for (const gate of [{ requiredSsoOrgs: ['engines'] }, { allowOrgs: ['engines'] }])
      await expect(attempt('github', gate).signIn(fill)).rejects.toMatchObject({ code: 'SEXTANT_SIGN_IN_REFUSED' });
  });

  it.each([
    ['github', ['engines', 'Poets', 'third', 'engines/builders'], ['read:user', 'user:email', 'read:org']],
    ['gitlab', ['engines', 'Poets', 'third', 'engines/builders'], ['read_user', 'read_api']],
    ['gitea', ['engines', 'Poets', 'third', 'engines/builders'], ['read:user', 'read:organization']],
    ['azuredevops', ['engines', 'Poets', 'third'], [`${AZURE}/vso.profile`]],
  ])('of %s brings groups where the admin wants them', async (type, groups, scopes) => {
    await started(type);
    expect((await attempt(type, { readGroups: true }).signIn(fill)).groups).toEqual(groups);
    expect(server.scopes).toEqual(scopes);
  });

  it('of GitHub has no address that GitHub made up', async () => {
    await started('github');
    const emails = [{ address: '12+ada@users.noreply.github.com', verified: true, primary: true }];
    server.people.set('ada', { ...ADA, emails });
    expect((await attempt('github').signIn(fill)).emails).toEqual([]);
  });

  it('of Azure DevOps is of one tenant', async () => {
    await started('azuredevops');
    for (const tenantID of ['common', 'organizations', 'consumers', '../evil', ''])
      expect(() => attempt('azuredevops', { tenantID })).toThrow();
  });
});
