import {
  codeHostKindContract,
  describeWhoDecides,
  failureOf,
  kindOnHost,
  RequestWindow,
  testHostClients,
} from '@sextant/plugin-code-host/testing';
import { RepoName, Secret } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bitbucketServerConfig } from './bitbucket-server-config.js';
import { bitbucketServerKind } from './bitbucket-server-kind.js';
import { FakeBitbucketServer, type FakeServerRepository } from './testing/fake-bitbucket-server.js';

const REPOSITORIES: readonly FakeServerRepository[] = [
  { id: 1, name: '~ANA/anvil' },
  { id: 2, name: 'TEAM/hammer', readers: ['ana'] },
  { id: 3, name: 'TEAM/tongs', fork: true, archived: true },
  { id: 4, name: 'BEN/bellows', public: true },
  { id: 5, name: 'TEAM/forge', readers: ['ana', 'ben'] },
];

let server: FakeBitbucketServer;
let closed: string;
beforeAll(async () => {
  server = await FakeBitbucketServer.start(REPOSITORIES);
  await using gone = await FakeBitbucketServer.start([]);
  closed = gone.url;
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.restore());

const kind = () => bitbucketServerKind(testHostClients({ faults: server.faults }));
const { listed, namesAtHost, find, cloneSource, check, usersOf, repositoriesOf, enforced } = kindOnHost(kind, () => ({
  url: server.url,
  token: server.token,
}));

describeContract(
  codeHostKindContract(() => ({
    good: { url: server.url, token: server.token },
    refused: { url: server.url, token: 'wrong' },
    unreachable: { url: closed, token: server.token },
    faults: server.faults,
    elsewhere: (url) => ({ url, token: server.token }),
  })),
  'Bitbucket Server',
  kind,
);

describe('what is listed', () => {
  const TEAM = ['TEAM/hammer', 'TEAM/tongs', 'TEAM/forge'];
  it.each<[string, object, readonly string[]]>([
    ['everything, where nothing is chosen, archived ones too', {}, REPOSITORIES.map(({ name }) => name)],
    ['a project', { projectKeys: ['team'] }, TEAM],
    ['the project of a user', { projectKeys: ['~ana'] }, ['~ANA/anvil']],
    ['repositories', { repos: ['BEN/bellows', '~ana/anvil'] }, ['BEN/bellows', '~ANA/anvil']],
    ['a query', { repositoryQuery: ['?name=o&visibility=private'] }, ['TEAM/tongs', 'TEAM/forge']],
    ['a query for what is archived', { repositoryQuery: ['?archived=ARCHIVED'] }, ['TEAM/tongs']],
    [
      'each once, however often it is chosen',
      { repos: ['TEAM/forge'], projectKeys: ['TEAM'] },
      ['TEAM/forge', 'TEAM/hammer', 'TEAM/tongs'],
    ],
    [
      'without those of users, where that is said',
      { excludePersonalRepositories: true },
      [...TEAM.slice(0, 2), 'BEN/bellows', 'TEAM/forge'],
    ],
    ['nothing, where that is asked for', { repositoryQuery: ['none'] }, []],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('has all that the server says of it', async () => {
    const [anvil, hammer, tongs, bellows] = await listed();
    expect(hammer).toEqual({
      externalId: '2',
      name: `${new URL(server.url).host.replace(':', '-')}/TEAM/hammer`,
      nameAtHost: 'TEAM/hammer',
      description: 'About hammer',
      fork: false,
      archived: false,
      private: true,
      webUrl: 'https://bitbucket.internal.example/projects/TEAM/repos/hammer',
      cloneUrl: `${server.url}/scm/team/hammer.git`,
    });
    expect([tongs?.fork, tongs?.archived, bellows?.private]).toEqual([true, true, false]);
    expect(RepoName.is(anvil?.name ?? '')).toBe(true);
  });

  it('is named by the pattern of the connection', async () => {
    const [found] = await listed({ repos: ['TEAM/forge'], repositoryPathPattern: 'forge/{projectKey}/{repositorySlug}' });
    expect(found?.name).toBe('forge/TEAM/forge');
  });

  it('keeps its id through a rename and a transfer', async () => {
    server.rename(2, 'BEN/mallet');
    expect((await listed()).map(({ externalId, nameAtHost }) => `${externalId} ${nameAtHost}`)).toContain('2 BEN/mallet');
  });

  it('is without a repository that is gone, and is not given when a project is', async () => {
    server.repositories = server.repositories.filter(({ name }) => name !== 'TEAM/forge');
    expect(await namesAtHost({ repos: ['TEAM/forge', 'TEAM/hammer'] })).toEqual(['TEAM/hammer']);
    expect(await failureOf(listed({ projectKeys: ['GONE'] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });

  it('needs no token for a user and a password, which may have a colon', async () => {
    expect(await namesAtHost({ token: undefined, username: 'ana', password: 'secret:word' })).toEqual([
      '~ANA/anvil',
      'TEAM/hammer',
      'BEN/bellows',
      'TEAM/forge',
    ]);
  });
});

describe('a repository that is asked for by itself', () => {
  const at = (name: string): string => `${server.url}/scm/${name.toLowerCase()}.git`;
  const password = { token: undefined, username: 'ana', password: 'secret:word' };

  it.each<[string, string, string, object, boolean]>([
    ['of a chosen project', '2', 'TEAM/hammer', { projectKeys: ['Team'] }, true],
    ['of another project', '4', 'BEN/bellows', { projectKeys: ['TEAM'] }, false],
    ['of a user, where those are left out', '1', '~ANA/anvil', { excludePersonalRepositories: true }, false],
    ['that only a query would find: only the list tells', '2', 'TEAM/hammer', { repositoryQuery: ['?name=hammer'] }, false],
    ['whose name another has by now', '9', 'TEAM/hammer', {}, false],
    ['that is not there', '9', 'TEAM/gone', {}, false],
    ['that the account may not see', '3', 'TEAM/tongs', password, false],
  ])('%s', async (_what, externalId, name, config, isFound) => {
    expect((await find({ externalId, cloneUrl: at(name) }, config))?.externalId).toBe(isFound ? externalId : undefined);
  });

  it('is known by its ssh address too', async () => {
    const cloneUrl = 'ssh://git@bitbucket.internal.example:7999/team/hammer.git';
    expect((await find({ externalId: '2', cloneUrl }, { gitURLType: 'ssh' }))?.cloneUrl).toBe(cloneUrl);
  });

  it('is not taken for gone where a credential has become nobody’s on the way (row 15)', async () => {
    server.stripsCredentials = true;
    // The server lists what is public, with status 200.
    expect(await namesAtHost()).toEqual(['BEN/bellows']);
    expect(await failureOf(find({ externalId: '2', cloneUrl: at('TEAM/hammer') }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_REFUSED' });
  });
});

it('waits where the server was asked too often, which does not say for how long', async () => {
  const clients = testHostClients();
  const { clock } = clients.services;
  await using busy = await FakeBitbucketServer.start(REPOSITORIES);
  busy.window = new RequestWindow(2, () => clock.now().getTime(), 50_000);
  const began = clock.monotonic();
  expect(await listed({ url: busy.url }, bitbucketServerKind(clients))).toHaveLength(5);
  expect(busy.window.refused).toBe(1);
  expect(clock.monotonic() - began).toBeGreaterThanOrEqual(60_000);
});

describe('what git is given', () => {
  it.each<[string, object, string, string]>([
    ['the token with its user', { username: 'admin' }, 'admin', 'fake-bitbucket-token'],
    ['the token of a project with the user that such tokens have', {}, 'x-token-auth', 'fake-bitbucket-token'],
    ['the password', { token: undefined, username: 'ana', password: 'secret:word' }, 'ana', 'secret:word'],
  ])('is %s', async (_what, config, username, password) => {
    const { url, credentials } = await cloneSource(`${server.url}/scm/team/hammer.git`, config);
    expect([url, credentials?.username, credentials?.password.reveal()]).toEqual([`${server.url}/scm/team/hammer.git`, username, password]);
  });

  it('is a key by ssh, and nothing for another server (row 20)', async () => {
    const ssh = 'ssh://git@bitbucket.internal.example:7999/team/hammer.git';
    expect((await cloneSource(ssh, { gitSSHKey: 'a key' })).sshKey?.reveal()).toBe('a key');
    expect(await cloneSource('https://evil.example.com/scm/team/hammer.git')).toEqual({
      url: 'https://evil.example.com/scm/team/hammer.git',
    });
  });
});

describe('a check', () => {
  it('names the permission that the credential lacks', async () => {
    server.callers.set('Bearer narrow', { user: 'ben', permissions: [] });
    expect(await failureOf(check({ token: 'narrow', projectKeys: ['TEAM'] }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: expect.stringContaining('"Project read" and "Repository read"'),
    });
  });

  it('says of a wrong credential that it is wrong', async () => {
    expect(await failureOf(check({ token: 'wrong' }))).toMatchObject({ why: 'The credential is wrong, has expired or was revoked.' });
  });

  it.each([
    ['no credential', { token: undefined }],
    ['a user without a password', { token: undefined, username: 'ana' }],
    ['a password in the address', { url: 'https://bob:secret@git.example.com' }],
    ['a path in the place of a project', { projectKeys: ['../admin'] }],
    ['a path in the place of a repository', { repos: ['TEAM/..'] }],
    ['a query that pages', { repositoryQuery: ['?start=7'] }],
    ['a query that is a path', { repositoryQuery: ['../admin'] }],
    ['a pattern without the project', { repositoryPathPattern: '{host}/{repositorySlug}' }],
  ])('is not needed for %s, which the configuration refuses', (_what, config) => {
    expect(bitbucketServerConfig.safeParse({ url: 'https://git.example.com', token: 'x', ...config }).success).toBe(false);
  });
});

describe('a delivery', () => {
  const { webhooks } = bitbucketServerKind(testHostClients());
  const repository = { id: 5, slug: 'forge', project: { key: 'TEAM' } };
  const reviewed = { pullRequest: { id: 3, fromRef: { repository: { id: 6 } }, toRef: { repository } } };
  it.each<[string, object, unknown]>([
    ['repo:refs_changed', { repository, changes: [] }, [{ type: 'push', repository: '5' }]],
    ['mirror:repo_synchronized', { repository }, [{ type: 'push', repository: '5' }]],
    ['repo:modified', { old: { id: 5 }, new: repository }, [{ type: 'repository', repository: '5' }]],
    ['repo:forked', { repository }, [{ type: 'repository', repository: '5' }]],
    ['project:modified', { old: { key: 'A' }, new: { key: 'B' } }, [{ type: 'repository' }]],
    ['pr:opened', reviewed, [{ type: 'pull-request', repository: '5', number: 3 }]],
    ['pr:reviewer:approved', reviewed, [{ type: 'pull-request', repository: '5', number: 3 }]],
    ['diagnostics:ping', { test: true }, []],
    ['constructor', {}, []],
  ])('of %s is understood', (event, body, events) => {
    expect(webhooks?.events({ event, body })).toEqual(events);
  });

  it('with another body throws', () => {
    expect(() => webhooks?.events({ event: 'repo:refs_changed', body: { repository: { id: '../5' } } })).toThrow();
  });
});

describe('who may read', () => {
  it('a repository, groups included, is told to its administrators', async () => {
    expect((await usersOf({ externalId: '5' })).map(({ id, username }) => `${id} ${username}`)).toEqual(['1 admin', '2 ana', '3 ben']);
    expect((await usersOf({ externalId: '1' })).map(({ username }) => username)).toEqual(['admin', 'ana']);
    await failureOf(usersOf({ externalId: '5' }, { token: undefined, username: 'ana', password: 'secret:word' }));
  });

  it('is told to an account of itself, without what everybody may read', async () => {
    server.callers.set('Bearer bens', { user: 'ben', permissions: ['PROJECT_READ', 'REPO_READ'] });
    expect(await repositoriesOf({ id: '3', username: 'ben', credential: new Secret('bens') })).toEqual(['5']);
    expect(await failureOf(repositoriesOf({ id: '3', username: 'ben' }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_BITBUCKET_SERVER_CREDENTIAL',
    });
  });

  it.each(['forbidden', 'broken', 'login-page', 'hang'] as const)(
    'is not known by %s: it throws, and tells nobody (row 15)',
    async (fault) => {
      server.faults.next(fault);
      await failureOf(usersOf({ externalId: '5' }));
    },
  );
});

describeWhoDecides(enforced, {
  said: [
    [{}, undefined],
    [{ authorization: {} }, { by: 'sign-in' }],
    [{ authorization: { oauth2: true } }, { by: 'sign-in' }],
    [{ authorization: { identityProvider: { type: 'username' } } }, { by: 'username' }],
    [{ authorization: { identityProvider: { type: 'username' }, oauth2: true } }, { by: 'sign-in' }],
  ],
  refused: [
    { authorization: { identityProvider: { type: 'ldap' } } },
    { authorization: { oauth2: 'yes' } },
    { authorization: { groupsCacheTTL: 72 } },
  ],
});
