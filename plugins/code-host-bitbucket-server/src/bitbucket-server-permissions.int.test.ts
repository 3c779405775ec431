import codeHost from '@sextant/plugin-code-host';
import { type EnforcedSextant, enforceSextant } from '@sextant/plugin-code-host/testing';
import identity from '@sextant/plugin-identity';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import site from '@sextant/plugin-site';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeBitbucketServer } from './testing/fake-bitbucket-server.js';

const PLUGINS = [identity, site, codeHost, outboundWebhooks, permissions, manifest];

describe('permissions of a project of Bitbucket Server, through the API', () => {
  let server: FakeBitbucketServer;
  let sextant: EnforcedSextant;
  const set = async (projectKey: string, bindIDs: readonly string[], unrestricted?: boolean) =>
    sextant.kernel.graphql(
      `mutation($key: String!, $host: ID!, $people: [UserPermissionInput!]!, $unrestricted: Boolean) {
        setRepositoryPermissionsForBitbucketProject(projectKey: $key, codeHost: $host, userPermissions: $people, unrestricted: $unrestricted) { alwaysNil }
      }`,
      { key: projectKey, host: sextant.connectionId, people: bindIDs.map((bindID) => ({ bindID })), unrestricted: unrestricted ?? null },
    );

  beforeAll(async () => {
    server = await FakeBitbucketServer.start([
      { id: 1, name: 'TEAM/hammer' },
      { id: 2, name: 'TEAM/tongs' },
      { id: 3, name: 'ELSE/anvil' },
    ]);
    sextant = await enforceSextant(PLUGINS, 'BITBUCKETSERVER', {
      url: server.url,
      token: server.token,
      repositoryPathPattern: '{projectKey}/{repositorySlug}',
    });
    expect(await sextant.sync()).toBeNull();
    await sextant.configure({ 'permissions.userMapping': { enabled: true, bindID: 'username' } });
  }, 60_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  it('name who sees all of it, those who come later too, and nothing of another', { timeout: 60_000 }, async () => {
    const ana = await sextant.person('ana');
    await sextant.expectSees(ana, []);
    expect((await set('team', ['ana', 'later'])).errors).toEqual([]);
    await sextant.expectSees(ana, ['TEAM/hammer', 'TEAM/tongs']);
    const later = await sextant.person('later');
    await sextant.expectSees(later, ['TEAM/hammer', 'TEAM/tongs']);
    expect((await set('TEAM', ['later'])).errors).toEqual([]);
    await sextant.expectSees(ana, []);
    await sextant.expectSees(later, ['TEAM/hammer', 'TEAM/tongs']);
  });

  it('open it to everybody, and close it again', { timeout: 60_000 }, async () => {
    const ben = await sextant.person('ben');
    expect((await set('TEAM', [], true)).errors).toEqual([]);
    await sextant.expectSees(ben, ['TEAM/hammer', 'TEAM/tongs']);
    expect((await set('TEAM', [])).errors).toEqual([]);
    await sextant.expectSees(ben, []);
  });

  it.each([['NOTHING'], ['hammer'], ['']])('are refused for %j, which the connection gives no repository of', async (key) => {
    expect((await set(key, ['ana'])).errors[0]?.extensions['code']).toBe('SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND');
  });
});

describe('permissions of Bitbucket Server, through the whole of Sextant', () => {
  it('come by the name, from the readers of each repository', { timeout: 60_000 }, async () => {
    await using server = await FakeBitbucketServer.start([
      { id: 2, name: 'TEAM/hammer', readers: ['ana'] },
      { id: 5, name: 'TEAM/forge', readers: ['ana', 'ben'] },
    ]);
    const sextant = await enforceSextant(PLUGINS, 'BITBUCKETSERVER', {
      url: server.url,
      token: server.token,
      repositoryPathPattern: '{projectKey}/{repositorySlug}',
      authorization: { identityProvider: { type: 'username' } },
    });
    expect(await sextant.sync()).toBeNull();
    const [ana, ben] = [await sextant.person('ana'), await sextant.person('ben')];
    for (const name of ['TEAM/hammer', 'TEAM/forge']) expect(await sextant.syncRepository(name)).toMatchObject([{ status: 'SUCCESS' }]);
    await sextant.expectSees(ana, ['TEAM/hammer', 'TEAM/forge']);
    await sextant.expectSees(ben, ['TEAM/forge']);
    // Without a sign-in there, what somebody may read is told by the repositories alone.
    expect(await sextant.syncUser(ben)).toMatchObject([{ status: 'SKIPPED' }]);
    await sextant.expectSees(ben, ['TEAM/forge']);
  });
});
