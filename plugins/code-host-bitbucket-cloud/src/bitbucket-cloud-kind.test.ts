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
import { apiOf, bitbucketCloudConfig } from './bitbucket-cloud-config.js';
import { bitbucketCloudKind } from './bitbucket-cloud-kind.js';
import { FakeBitbucketCloud, type FakeCloudRepository, uuidOf } from './testing/fake-bitbucket-cloud.js';

const REPOSITORIES: readonly FakeCloudRepository[] = [
  { id: 1, name: 'team/anvil' },
  { id: 2, name: 'team/hammer', readers: { ana: 'read', ben: 'none' } },
  { id: 3, name: 'team/tongs', fork: true },
  { id: 4, name: 'ben/bellows', public: true },
  { id: 5, name: 'team/forge', readers: { ana: 'admin', ben: 'write' } },
];
const TEAM = ['team/anvil', 'team/hammer', 'team/tongs', 'team/forge'];

let host: FakeBitbucketCloud;
let closed: string;
beforeAll(async () => {
  host = await FakeBitbucketCloud.start(REPOSITORIES);
  await using gone = await FakeBitbucketCloud.start([]);
  closed = gone.url;
});
afterAll(() => host[Symbol.asyncDispose]());
beforeEach(() => host.restore());

const kind = () => bitbucketCloudKind(testHostClients({ faults: host.faults }));
const at = (url: string) => ({ url, apiURL: url, accessToken: host.token, teams: ['team'] });
const { listed, namesAtHost, find, cloneSource, check, usersOf, repositoriesOf, enforced } = kindOnHost(kind, () => at(host.url));
const password = { accessToken: undefined, username: 'ana@example.com', appPassword: 'secret:word' };

describeContract(
  codeHostKindContract(() => ({
    good: at(host.url),
    refused: { ...at(host.url), accessToken: 'wrong' },
    unreachable: at(closed),
    faults: host.faults,
    elsewhere: at,
  })),
  'Bitbucket Cloud',
  kind,
);

describe('what is listed', () => {
  it.each<[string, object, readonly string[]]>([
    ['a workspace', {}, TEAM],
    ['several workspaces', { teams: ['ben', 'Team'] }, ['ben/bellows', ...TEAM]],
    ['repositories', { teams: [], repos: ['ben/bellows', 'team/anvil'] }, ['ben/bellows', 'team/anvil']],
    ['each once, however often it is chosen', { repos: ['team/forge'] }, ['team/forge', ...TEAM.slice(0, 3)]],
    ['what an account may see, for its API token', password, ['team/hammer', 'team/forge']],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('has all that the host says of it', async () => {
    const [, hammer, tongs] = await listed();
    expect(hammer).toEqual({
      externalId: uuidOf(2),
      name: `${new URL(host.url).host.replace(':', '-')}/team/hammer`,
      nameAtHost: 'team/hammer',
      description: 'About team/hammer',
      fork: false,
      archived: false,
      private: true,
      size: 24_000,
      webUrl: 'https://bitbucket.internal.example/team/hammer',
      cloneUrl: `${host.url}/team/hammer.git`,
    });
    expect(tongs?.fork).toBe(true);
    expect(RepoName.is(hammer?.name ?? '')).toBe(true);
    expect((await listed({ teams: ['ben'] }))[0]?.private).toBe(false);
  });

  it('is named by the pattern of the connection', async () => {
    const [found] = await listed({ repositoryPathPattern: 'forge/{nameWithOwner}' });
    expect(found?.name).toBe('forge/team/anvil');
  });

  it('keeps its id through a rename and a transfer', async () => {
    host.rename(2, 'ben/mallet');
    const found = await listed({ teams: ['team', 'ben'] });
    expect(found.map(({ externalId, nameAtHost }) => `${externalId} ${nameAtHost}`)).toContain(`${uuidOf(2)} ben/mallet`);
  });

  it('is without a repository that is gone, and is not given when a workspace is', async () => {
    host.repositories = host.repositories.filter(({ name }) => name !== 'team/forge');
    expect(await namesAtHost({ teams: [], repos: ['team/forge', 'team/hammer'] })).toEqual(['team/hammer']);
    expect(await failureOf(listed({ teams: ['gone'] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });

  it('comes from the address of the connection, whatever address the host gives for its next page (row 20)', async () => {
    // The fake's pages name a host that there is not.
    expect(await listed()).toHaveLength(4);
    expect(host.asked).toEqual(['GET repositories/team', 'GET repositories/team']);
  });
});

describe('a repository that is asked for by itself', () => {
  const address = (name: string): string => `${host.url}/${name}.git`;

  it.each<[string, number, string, object, boolean]>([
    ['of a chosen workspace', 2, 'team/hammer', { teams: ['Team'] }, true],
    ['of another workspace', 4, 'ben/bellows', {}, false],
    ['that is not there', 9, 'team/hammer', {}, false],
    ['that the account may not see', 3, 'team/tongs', password, false],
  ])('%s', async (_what, id, name, config, isFound) => {
    expect((await find({ externalId: uuidOf(id), cloneUrl: address(name) }, config))?.externalId).toBe(isFound ? uuidOf(id) : undefined);
  });

  it('is found under its new name', async () => {
    host.rename(2, 'team/mallet');
    expect((await find({ externalId: uuidOf(2), cloneUrl: address('team/hammer') }))?.nameAtHost).toBe('team/mallet');
  });

  it('is known by its ssh address too', async () => {
    const cloneUrl = 'ssh://git@bitbucket.internal.example/team/hammer.git';
    expect((await find({ externalId: uuidOf(2), cloneUrl }, { gitURLType: 'ssh' }))?.cloneUrl).toBe(cloneUrl);
  });
});

it('keeps to the limit that the host has, and waits where others have spent it', async () => {
  const clients = testHostClients();
  const { clock } = clients.services;
  await using busy = await FakeBitbucketCloud.start(REPOSITORIES);
  busy.window = new RequestWindow(1, () => clock.now().getTime(), 50_000);
  const began = clock.monotonic();
  expect(await listed(at(busy.url), bitbucketCloudKind(clients))).toHaveLength(4);
  expect(busy.window.refused).toBe(1);
  expect(clock.monotonic() - began).toBeGreaterThanOrEqual(60_000);
});

describe('what git is given', () => {
  it.each<[string, object, string, string]>([
    ['the access token with the user of such tokens', {}, 'x-token-auth', 'fake-bitbucket-token'],
    ['the API token with the user of such tokens', password, 'x-bitbucket-api-token-auth', 'secret:word'],
    ['the app password with its user', { ...password, username: 'ana' }, 'ana', 'secret:word'],
  ])('is %s', async (_what, config, username, secret) => {
    const { url, credentials } = await cloneSource(`${host.url}/team/hammer.git`, config);
    expect([url, credentials?.username, credentials?.password.reveal()]).toEqual([`${host.url}/team/hammer.git`, username, secret]);
  });

  it('is a key by ssh', async () => {
    expect((await cloneSource('ssh://git@bitbucket.org/team/hammer.git', { gitSSHKey: 'a key' })).sshKey?.reveal()).toBe('a key');
  });
});

describe('a check', () => {
  it('names the scope that the credential lacks', async () => {
    host.callers.set('Bearer narrow', { user: undefined, scopes: ['account'] });
    expect(await failureOf(check({ accessToken: 'narrow' }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: 'The credential lacks the scope repository.',
      fix: expect.stringContaining('repository'),
    });
  });

  it.each([
    ['no credential', { accessToken: undefined }],
    ['a user without a password', { accessToken: undefined, username: 'ana' }],
    ['neither workspaces nor repositories', { teams: [] }],
    ['a password in the address', { url: 'https://bob:secret@bitbucket.org' }],
    ['a path in the place of a workspace', { teams: ['../user'] }],
    ['a path in the place of a repository', { repos: ['team/..'] }],
    ['a pattern without the name', { repositoryPathPattern: '{host}' }],
  ])('is not needed for %s, which the configuration refuses', (_what, config) => {
    expect(bitbucketCloudConfig.safeParse({ accessToken: 'x', teams: ['team'], ...config }).success).toBe(false);
  });

  it('asks the API of the host, or the one that is given', () => {
    const config = { accessToken: 'x', teams: ['team'] };
    expect(apiOf(bitbucketCloudConfig.parse(config))).toBe('https://api.bitbucket.org/2.0/');
    expect(apiOf(bitbucketCloudConfig.parse({ ...config, apiURL: 'https://proxy.example.com/bb' }))).toBe(
      'https://proxy.example.com/bb/2.0/',
    );
  });
});

describe('a delivery', () => {
  const { webhooks } = bitbucketCloudKind(testHostClients());
  const uuid = uuidOf(5);
  const repository = { uuid, full_name: 'team/forge' };
  it.each<[string, object, unknown]>([
    ['repo:push', { repository, push: { changes: [] } }, [{ type: 'push', repository: uuid }]],
    ['repo:updated', { repository, changes: {} }, [{ type: 'repository', repository: uuid }]],
    ['repo:deleted', { repository }, [{ type: 'repository', repository: uuid }]],
    ['repo:fork', { repository: { uuid: uuidOf(6) }, fork: repository }, [{ type: 'repository', repository: uuid }]],
    [
      'repo:transfer',
      { repository },
      [
        { type: 'repository', repository: uuid },
        { type: 'membership', repository: uuid, accounts: [] },
      ],
    ],
    ['pullrequest:created', { repository, pullrequest: { id: 3 } }, [{ type: 'pull-request', repository: uuid, number: 3 }]],
    ['pullrequest:fulfilled', { repository, pullrequest: { id: 3 } }, [{ type: 'pull-request', repository: uuid, number: 3 }]],
    ['issue:created', { repository }, []],
    ['constructor', {}, []],
  ])('of %s is understood', (event, body, events) => {
    expect(webhooks?.events({ event, body })).toEqual(events);
  });

  it('with another body throws', () => {
    expect(() => webhooks?.events({ event: 'repo:push', body: { repository: { uuid: '../5' } } })).toThrow();
  });
});

describe('who may read', () => {
  it('a repository is told to its administrators, groups included', async () => {
    const of = (id: number, name: string) => usersOf({ externalId: uuidOf(id), cloneUrl: `${host.url}/${name}.git` });
    expect((await of(5, 'team/forge')).map(({ username }) => username)).toEqual(['ana', 'ben']);
    expect((await of(2, 'team/hammer')).map(({ username }) => username)).toEqual(['ana']);
  });

  it('names the scope that the credential lacks for it', async () => {
    const asked = usersOf({ externalId: uuidOf(5), cloneUrl: `${host.url}/team/forge.git` }, password);
    expect(await failureOf(asked)).toMatchObject({ why: 'The credential lacks the scope account.' });
  });

  it('is told to an account of itself, in the workspaces of the connection', async () => {
    host.callers.set('Bearer bens', { user: 'ben', scopes: ['repository'] });
    const ben = { id: uuidOf(502), username: 'ben' };
    expect(await repositoriesOf({ ...ben, credential: new Secret('bens') }, { teams: ['team', 'ben', 'gone'] })).toEqual([uuidOf(5)]);
    expect(await failureOf(repositoriesOf(ben))).toMatchObject({ code: 'SEXTANT_CODE_HOST_BITBUCKET_CLOUD_CREDENTIAL' });
  });

  it.each(['forbidden', 'broken', 'login-page', 'hang'] as const)(
    'is not known by %s: it throws, and tells nobody (row 15)',
    async (fault) => {
      host.faults.next(fault);
      await failureOf(usersOf({ externalId: uuidOf(5), cloneUrl: `${host.url}/team/forge.git` }));
    },
  );
});

describeWhoDecides(enforced, {
  said: [
    [{}, undefined],
    [{ authorization: {} }, { by: 'sign-in' }],
    [{ authorization: { identityProvider: { type: 'oauth' } } }, { by: 'sign-in' }],
  ],
  refused: [{ authorization: { identityProvider: { type: 'username' } } }, { authorization: { groupsCacheTTL: 72 } }],
});
