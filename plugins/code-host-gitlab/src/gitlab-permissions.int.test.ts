import codeHost from '@sextant/plugin-code-host';
import { type EnforcedSextant, enforceSextant, type KnownAs } from '@sextant/plugin-code-host/testing';
import identity from '@sextant/plugin-identity';
import type { User } from '@sextant/plugin-identity/api';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import site from '@sextant/plugin-site';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeGitlab } from './testing/fake-gitlab.js';

const PLUGINS = [identity, site, codeHost, outboundWebhooks, permissions, manifest];
const PROJECTS = [
  { id: 1, name: 'acme/one', visibility: 'private', members: { hal: 20, ivy: 10 } },
  { id: 2, name: 'acme/two', visibility: 'private', members: {} },
  { id: 3, name: 'else/three', visibility: 'private', members: { ivy: 30 } },
] as const;

const aForge = async (): Promise<FakeGitlab> => {
  const gitlab = await FakeGitlab.start(PROJECTS);
  gitlab.tokens.set('root', ['read_api', 'read_repository', 'sudo']);
  gitlab.administrators.add('root');
  gitlab.groups.set('acme', Object.fromEntries(['ana', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus'].map((name) => [name, 30])));
  return gitlab;
};
const enforced = async (gitlab: FakeGitlab, authorization: object): Promise<EnforcedSextant> => {
  const sextant = await enforceSextant(PLUGINS, 'GITLAB', {
    url: gitlab.url,
    token: 'root',
    repositoryPathPattern: '{pathWithNamespace}',
    authorization,
  });
  expect(await sextant.sync()).toBeNull();
  return sextant;
};

describe('permissions of GitLab, through the whole of Sextant', () => {
  let gitlab: FakeGitlab;
  beforeAll(async () => {
    gitlab = await aForge();
  });
  afterAll(() => gitlab?.[Symbol.asyncDispose]());

  it('come by the name, with groups that are kept', { timeout: 60_000 }, async () => {
    const sextant = await enforced(gitlab, { identityProvider: { type: 'username' }, groupsCacheTTL: 1 });
    const [ana, ivy] = [await sextant.person('ana'), await sextant.person('ivy')];
    await sextant.expectSees(ana, ['acme/one', 'acme/two']);
    await sextant.expectSees(ivy, ['else/three']);
    gitlab.asked.length = 0;
    for (const name of ['acme/one', 'acme/two']) expect(await sextant.syncRepository(name)).toMatchObject([{ status: 'SUCCESS' }]);
    await sextant.expectSees(ana, ['acme/one', 'acme/two']);
    await sextant.expectSees(ivy, ['else/three']);
  });

  it('come by the identity that another provider has of a person, and stay while GitLab does not say whose it is', {
    timeout: 60_000,
  }, async () => {
    const sextant = await enforced(gitlab, {
      identityProvider: { type: 'external', authProviderID: 'okta', authProviderType: 'saml', gitlabProvider: 'saml-okta' },
    });
    gitlab.identities.set('ana', 'saml-okta ana@example.com').set('ivy', 'saml-okta ivy@example.com');
    const signedIn = (accountId: string, providerId: string): KnownAs => ({
      service: { type: 'saml', id: 'https://okta.example.com/' },
      providerId,
      accountId,
      username: accountId,
    });
    const ana: User = await sextant.person('ana-here', signedIn('ana@example.com', 'okta'));
    const ivy = await sextant.person('ana', signedIn('ivy@example.com', 'okta'));
    const other = await sextant.person('gus', signedIn('gus@example.com', 'another'));
    await sextant.expectSees(ana, ['acme/one', 'acme/two']);
    await sextant.expectSees(ivy, ['else/three']);
    await sextant.expectSees(other, []);
    gitlab.administrators.clear();
    expect(await sextant.syncUser(ana)).toMatchObject([
      { status: 'ERROR', message: expect.stringContaining('GitLab tells it to administrators alone') },
    ]);
    await sextant.expectSees(ana, ['acme/one', 'acme/two']);
    gitlab.administrators.add('root');
    gitlab.identities.delete('ana');
    await sextant.syncUser(ana);
    await sextant.expectSees(ana, []);
  });
});
