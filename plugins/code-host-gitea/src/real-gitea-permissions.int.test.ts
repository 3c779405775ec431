import codeHost from '@sextant/plugin-code-host';
import { type EnforcedSextant, enforceSextant } from '@sextant/plugin-code-host/testing';
import identity from '@sextant/plugin-identity';
import type { User } from '@sextant/plugin-identity/api';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import site from '@sextant/plugin-site';
import { at } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { missingForGitea, RealGitea } from './testing/real-gitea.js';

const PLUGINS = [identity, site, codeHost, outboundWebhooks, permissions, manifest];
const title = `Permissions of Gitea itself${missingForGitea === undefined ? '' : ` (skipped: ${missingForGitea})`}`;

describe.skipIf(missingForGitea !== undefined)(title, () => {
  let gitea: RealGitea;
  let [ana, ben, team] = ['', '', ''];
  let readers: unknown;
  let sextant: EnforcedSextant;
  let people: Readonly<Record<'ana' | 'ben', User>>;

  beforeAll(async () => {
    gitea = new RealGitea();
    [ana, ben] = [await gitea.user('ana'), await gitea.user('ben')];
    team = await gitea.organization('team', ben);
    await gitea.repository(ana, 'anvil');
    await gitea.repository(team, 'hammer');
    readers = at(await gitea.ask('GET', `orgs/${team}/teams/search?q=readers`), 'data.0.id');
    sextant = await enforceSextant(PLUGINS, 'GITEA', {
      url: gitea.url,
      token: gitea.token,
      users: [ana],
      orgs: [team],
      repositoryPathPattern: '{nameWithOwner}',
      authorization: { groupsCacheTTL: 1 },
    });
    expect(await sextant.sync()).toBeNull();
    const known = async (username: string, token?: string) => ({
      service: { type: 'gitea', id: gitea.url },
      accountId: String(at(await gitea.ask('GET', `users/${username}`), 'id')),
      username,
      ...(token ? { token } : {}),
    });
    people = {
      // By a token of her own, as signing in with permissionSync gives; he in his name, by the administrator's.
      ana: await sextant.person('ana', await known(ana, await gitea.tokenOf(ana, ['read:user', 'read:repository']))),
      ben: await sextant.person('ben', await known(ben)),
    };
  }, 120_000);
  afterAll(() => gitea?.[Symbol.asyncDispose]());

  it('come by a token of one’s own, and in one’s name', { timeout: 60_000 }, async () => {
    await sextant.expectSees(people.ana, [`${ana}/anvil`]);
    await sextant.expectSees(people.ben, [`${team}/hammer`]);
  });

  it('follow a collaborator who is added and removed, by a sync of the user and of the repository alike', { timeout: 60_000 }, async () => {
    await gitea.ask('PUT', `repos/${ana}/anvil/collaborators/${ben}`, { permission: 'read' });
    expect(await sextant.syncUser(people.ben)).toMatchObject([{ status: 'SUCCESS', message: '2 repositories found' }]);
    await sextant.expectSees(people.ben, [`${ana}/anvil`, `${team}/hammer`]);
    await gitea.ask('DELETE', `repos/${ana}/anvil/collaborators/${ben}`);
    expect(await sextant.syncRepository(`${ana}/anvil`)).toMatchObject([{ status: 'SUCCESS' }]);
    await sextant.expectSees(people.ben, [`${team}/hammer`]);
  });

  it('follow the team of an organization, with its members kept', { timeout: 60_000 }, async () => {
    await gitea.ask('PUT', `teams/${readers}/members/${ana}`);
    expect(await sextant.syncRepository(`${team}/hammer`)).toMatchObject([{ status: 'SUCCESS' }]);
    await sextant.expectSees(people.ana, [`${ana}/anvil`, `${team}/hammer`]);
    await gitea.ask('DELETE', `teams/${readers}/members/${ana}`);
    await sextant.syncUser(people.ana);
    await sextant.expectSees(people.ana, [`${ana}/anvil`]);
    await gitea.ask('DELETE', `teams/${readers}/members/${ben}`);
    await sextant.syncRepository(`${team}/hammer`);
    await sextant.expectSees(people.ben, []);
  });

  it('go with a token that the person takes back, and the sync says so', { timeout: 60_000 }, async () => {
    await gitea.ask('PATCH', `admin/users/${ana}`, { login_name: ana, source_id: 0, prohibit_login: true });
    expect(await sextant.syncUser(people.ana)).toMatchObject([{ status: 'ERROR' }]);
  });
});
