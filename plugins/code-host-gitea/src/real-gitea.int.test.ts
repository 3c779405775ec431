import codeHost from '@sextant/plugin-code-host';
import { codeHostKindContract, failureOf, kindOnHost, testHostClients } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { at, describeContract, LeakWatch, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giteaKind } from './gitea-kind.js';
import manifest from './manifest.js';
import { missingForGitea, RealGitea } from './testing/real-gitea.js';

const SECRET = 'hunter2-canary';
const eventually = { timeout: 30_000, interval: 100 };

const itself = `Gitea itself${missingForGitea === undefined ? '' : ` (skipped: ${missingForGitea})`}`;
describe.skipIf(missingForGitea !== undefined)(itself, () => {
  let gitea: RealGitea;
  let [ana, ben, team] = ['', '', ''];
  let ids: Readonly<Record<'anvil' | 'hammer' | 'tongs', string>>;

  beforeAll(async () => {
    gitea = new RealGitea();
    ana = await gitea.user('ana');
    ben = await gitea.user('ben');
    team = await gitea.organization('team', ben);
    const anvil = await gitea.repository(ana, 'anvil');
    const hammer = await gitea.repository(team, 'hammer');
    const tongs = await gitea.repository(team, 'tongs');
    ids = { anvil, hammer, tongs };
    await gitea.ask('PATCH', `repos/${team}/tongs`, { archived: true });
    await gitea.ask('PUT', `repos/${ana}/anvil/topics`, { topics: ['tools'] });
  }, 60_000);
  afterAll(() => gitea?.[Symbol.asyncDispose]());

  const kind = () => giteaKind(testHostClients({ timeout: 20_000 }));
  const good = () => ({ url: gitea.url, token: gitea.token, users: [ana], orgs: [team] });
  const { listed, namesAtHost, check, usersOf, repositoriesOf } = kindOnHost(kind, good);

  describeContract(
    codeHostKindContract(() => ({
      good: good(),
      refused: { ...good(), token: 'wrong' },
      unreachable: { ...good(), url: 'http://127.0.0.1:1' },
    })),
    'Gitea, for real',
    kind,
  );

  it('lists organizations, users, searches and single repositories, with what it says of them', async () => {
    expect(await namesAtHost()).toEqual([`${team}/hammer`, `${team}/tongs`, `${ana}/anvil`]);
    expect(await namesAtHost({ users: [], orgs: [], repositoryQuery: ['tongs'] })).toContain(`${team}/tongs`);
    const all = await namesAtHost({ users: [], orgs: [] });
    expect(all).toEqual(expect.arrayContaining([`${team}/hammer`, `${team}/tongs`, `${ana}/anvil`]));
    const [anvil] = await listed({ users: [], orgs: [], repos: [`${ana}/anvil`] });
    expect(anvil).toMatchObject({
      externalId: ids.anvil,
      nameAtHost: `${ana}/anvil`,
      description: 'For tests',
      private: true,
      fork: false,
      archived: false,
      topics: ['tools'],
      cloneUrl: `${gitea.url}${ana}/anvil.git`,
    });
    expect((await listed()).find(({ externalId }) => externalId === ids.tongs)?.archived).toBe(true);
  });

  it.each<[string, readonly string[], () => object, string]>([
    ['everything', ['read:user'], () => ({ users: [], orgs: [] }), 'read:repository'],
    ['an organization', ['read:repository'], () => ({ users: [] }), 'read:organization'],
    ['a user', ['read:repository'], () => ({ orgs: [] }), 'read:user'],
  ])('is checked for %s, and the scope is named that the token lacks', async (_what, scopes, config, scope) => {
    const token = await gitea.tokenOf(ana, scopes);
    expect(await failureOf(check({ ...config(), token }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: `The token lacks the scope ${scope}.`,
    });
  });

  it('takes the least that is needed, and refuses a token that is wrong', async () => {
    expect(await check({ users: [], orgs: [], token: await gitea.tokenOf(ana, ['read:repository']) })).toEqual({ ok: true });
    expect(await failureOf(check({ token: 'wrong' }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_REFUSED' });
  });

  it('says who may read what', async () => {
    await gitea.ask('PUT', `repos/${ana}/anvil/collaborators/${ben}`, { permission: 'read' });
    const names = async (externalId: string) => (await usersOf({ externalId })).map(({ username }) => username);
    expect(await names(ids.anvil)).toEqual([ana, ben]);
    expect(await names(ids.hammer)).toEqual(expect.arrayContaining([team, ben]));
    const of = (username: string) => ({ id: '1', username });
    expect([...(await repositoriesOf(of(ana)))].sort()).toEqual([ids.anvil]);
    expect([...(await repositoriesOf(of(ben)))].sort()).toEqual(Object.values(ids).sort());
  });

  describe('with the whole of Sextant', () => {
    let kernel: TestKernel;
    let watch: LeakWatch;
    let connectionId: string;
    let token: string;
    const matches = async (query: string): Promise<unknown> =>
      at(
        (await kernel.graphql('query($q: String!) { search(query: $q) { results { matchCount } } }', { q: query })).data,
        'search.results.matchCount',
      );
    const names = async (): Promise<unknown> =>
      at((await kernel.graphql('{ repositories(first: 10) { nodes { name } } }')).data, 'repositories.nodes.*.name');
    const sync = async (): Promise<unknown> => {
      await kernel.graphql('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id: connectionId });
      await kernel.jobs.drain();
      const query = 'query($id: ID!) { node(id: $id) { ... on ExternalService { lastSyncError } } }';
      return at((await kernel.graphql(query, { id: connectionId })).data, 'node.lastSyncError');
    };

    beforeAll(async () => {
      token = await gitea.tokenOf(ana, ['read:repository', 'read:user']);
      await gitea.push(`${ana}/anvil`, 'first.txt', 'needleone\n');
      watch = await LeakWatch.start([token, SECRET]);
      kernel = await startTestKernel({
        plugins: [identity, codeHost, manifest, git, highlight, search],
        config: { tracing: watch.tracing },
      });
      const { data, errors } = await kernel.graphql(
        'mutation($config: String!) { addExternalService(input: { kind: GITEA, displayName: "Real", config: $config }) { id } }',
        { config: JSON.stringify({ url: gitea.url, token, users: [ana], repositoryPathPattern: 'real/{nameWithOwner}' }) },
      );
      expect(errors).toEqual([]);
      connectionId = textAt(data, 'addExternalService.id');
    }, 60_000);
    afterAll(() => watch?.[Symbol.asyncDispose]());

    it('clones a private repository with the token, and finds what is in it', { timeout: 60_000 }, async () => {
      await expect.poll(() => matches('needleone'), eventually).toBe(1);
    });

    it('finds what was pushed when the server tells of it', { timeout: 60_000 }, async () => {
      const { data } = await kernel.graphql(
        'mutation($urn: String!, $secret: String) { createWebhook(name: "Real", codeHostKind: "GITEA", codeHostURN: $urn, secret: $secret) { url } }',
        { urn: gitea.url, secret: SECRET },
      );
      const url = `${kernel.url}${new URL(textAt(data, 'createWebhook.url')).pathname}`;
      const hook = { type: 'gitea', active: true, events: ['push'], config: { url, content_type: 'json', secret: SECRET } };
      await gitea.ask('POST', `repos/${ana}/anvil/hooks`, hook);
      await gitea.push(`${ana}/anvil`, 'second.txt', 'needletwo\n');
      await expect.poll(() => matches('needletwo'), eventually).toBe(1);
      const log = await kernel.graphql('{ webhookLogs { nodes { statusCode request { headers { name } } } } }');
      expect(at(log.data, 'webhookLogs.nodes.*.statusCode')).toEqual([200]);
    });

    it('follows a rename and a transfer', { timeout: 60_000 }, async () => {
      await gitea.ask('PATCH', `repos/${ana}/anvil`, { name: 'forge' });
      expect(await sync()).toBeNull();
      expect(await names()).toEqual([`real/${ana}/forge`]);
      // Asked for by its former name, the server redirects.
      expect(await namesAtHost({ users: [], orgs: [], repos: [`${ana}/anvil`] })).toEqual([`${ana}/forge`]);
      await expect.poll(() => matches('repo:forge needletwo'), eventually).toBe(1);
      await gitea.ask('POST', `repos/${ana}/forge/transfer`, { new_owner: team });
      expect(await sync()).toBeNull();
      // The connection has the repositories of a user, whose it is no more.
      expect(await names()).toEqual([]);
      await gitea.ask('POST', `repos/${team}/forge/transfer`, { new_owner: ana });
      expect(await sync()).toBeNull();
      expect(await names()).toEqual([`real/${ana}/forge`]);
    });

    it('deletes nothing while the token is refused, and says so', { timeout: 60_000 }, async () => {
      await gitea.ask('PATCH', `admin/users/${ana}`, { login_name: ana, source_id: 0, prohibit_login: true });
      expect(await sync()).toMatch(/token|refused/i);
      expect(await names()).toEqual([`real/${ana}/forge`]);
      await gitea.ask('PATCH', `admin/users/${ana}`, { login_name: ana, source_id: 0, prohibit_login: false });
      expect(await sync()).toBeNull();
    });

    it('deletes what the server has no more', { timeout: 60_000 }, async () => {
      await gitea.ask('DELETE', `repos/${ana}/forge`);
      expect(await sync()).toBeNull();
      expect(await names()).toEqual([]);
    });

    it('leaves the token and the secret in no file, table, answer, log, trace or process (row 22)', async () => {
      const { data } = await kernel.graphql(
        '{ externalServices { nodes { config lastSyncError } } webhookLogs { nodes { request { body } } } }',
      );
      expect(await watch.leaks(kernel, data)).toEqual([]);
    });
  });
});
