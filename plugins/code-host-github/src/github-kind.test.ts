import { generateKeyPairSync } from 'node:crypto';
import {
  BY_IDENTITY_PROVIDER,
  codeHostKindContract,
  describeWhoDecides,
  failureOf,
  kindOnHost,
  testHostClients,
} from '@sextant/plugin-code-host/testing';
import { Secret } from '@sextant/sdk';
import { describeContract, TestClock } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, githubConfig } from './github-config.js';
import { githubKind } from './github-kind.js';
import { FakeGithub, type FakeRepository } from './testing/fake-github.js';

const signal = new AbortController().signal;
const REPOSITORIES: readonly FakeRepository[] = [
  { id: 1, name: 'ana/anvil', created: '2019-03-01' },
  { id: 2, name: 'team/hammer', private: true, created: '2020-03-01', collaborators: ['ana', 'ben'] },
  { id: 3, name: 'team/tongs', fork: true, archived: true, created: '2021-03-01' },
  { id: 4, name: 'ben/bellows', created: '2022-03-01' },
  { id: 5, name: 'team/forge', created: '2023-03-01' },
];

let github: FakeGithub;
let closed: string;
beforeAll(async () => {
  github = await FakeGithub.start(REPOSITORIES);
  await using gone = await FakeGithub.start([]);
  closed = gone.url;
});
afterAll(() => github[Symbol.asyncDispose]());
beforeEach(() => {
  github.restore();
  github.mostFound = 1_000;
  github.window.limit = 1_000_000;
});

const kind = () => {
  const clients = testHostClients({ faults: github.faults });
  return githubKind(clients, clients.services.clock);
};
const { connection, listed, namesAtHost, enforced } = kindOnHost(kind, () => ({ url: github.url, token: github.token }));

describeContract(
  codeHostKindContract(() => ({
    good: { url: github.url, token: github.token, orgs: ['team'] },
    refused: { url: github.url, token: 'wrong', orgs: ['team'] },
    unreachable: { url: closed, token: github.token, orgs: ['team'] },
    faults: github.faults,
    elsewhere: (url) => ({ url, token: github.token, orgs: ['team'] }),
  })),
  'GitHub',
  kind,
);

describe('what is listed', () => {
  const all = REPOSITORIES.map(({ name }) => name);
  it.each<[string, object, readonly string[]]>([
    ['what the token’s user is affiliated with, where nothing is chosen', {}, all],
    ['an organization', { orgs: ['team'] }, ['team/hammer', 'team/tongs', 'team/forge']],
    ['an organization, as a query', { repositoryQuery: ['org:team'] }, ['team/hammer', 'team/tongs', 'team/forge']],
    ['repositories', { repos: ['ben/bellows', 'ana/anvil'] }, ['ben/bellows', 'ana/anvil']],
    ['all public ones of a server', { repositoryQuery: ['public'] }, all.filter((name) => name !== 'team/hammer')],
    ['a search', { repositoryQuery: ['team/'] }, ['team/hammer', 'team/tongs', 'team/forge']],
    ['each once, however often it is chosen', { repos: ['team/forge'], orgs: ['team'] }, ['team/forge', 'team/hammer', 'team/tongs']],
    ['nothing, where that is asked for', { repositoryQuery: ['none'] }, []],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('is expected to be complete when the last request of it is done, as soon as that is known', async () => {
    const clients = testHostClients();
    const requests: number[] = [];
    const counting: typeof clients = {
      ...clients,
      client: (options) => {
        const client = clients.client(options);
        const completion = (count: number): Promise<Date> => Promise.resolve(new Date(requests.push(count)));
        return Object.assign(client, { completion });
      },
    };
    let ask: (() => Promise<Date | undefined>) | undefined;
    const list = githubKind(counting, clients.services.clock).list(connection({ repos: ['ben/bellows'], orgs: ['team'] }), {
      signal,
      progress: () => undefined,
      expected: (completion) => void (ask = completion),
    });
    const known: boolean[] = [];
    for await (const _repository of list) known.push((await ask?.()) !== undefined);
    expect(known).toEqual([false, true, true, true]);
    expect(requests).toEqual([1, 1, 0]);
  });

  it('has all that GitHub says of it', async () => {
    const [found] = await listed({ repos: ['team/tongs'] });
    expect(found).toMatchObject({
      externalId: 'R_3',
      name: `${new URL(github.url).host.replace(':', '-')}/team/tongs`,
      description: '',
      fork: true,
      archived: true,
      private: false,
      stars: 3,
      size: 24 * 1024,
      cloneUrl: `${github.url}/team/tongs.git`,
    });
  });

  it('is found by a search that finds more than GitHub gives, in parts', async () => {
    github.mostFound = 1_000;
    github.repositories = Array.from({ length: 2_500 }, (_, at) => ({
      id: at + 1,
      name: `mass/r${at}`,
      created: `20${10 + (at % 10)}-01-0${1 + (at % 9)}`,
    }));
    expect(new Set(await namesAtHost({ repositoryQuery: ['mass/'] })).size).toBe(2_500);
  }, 60_000);

  it('is refused where a search has too many of one day, or public ones of github.com are asked for', async () => {
    github.repositories = Array.from({ length: 1_200 }, (_, at) => ({ id: at + 1, name: `mass/r${at}`, created: '2020-01-01' }));
    expect(await failureOf(listed({ repositoryQuery: ['mass/'] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_GITHUB_QUERY' });
    expect(await failureOf(listed({ url: 'https://github.com', repositoryQuery: ['public'] }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_GITHUB_QUERY',
    });
  });

  it('keeps its id through a rename, by its former name too', async () => {
    github.rename(1, 'team/anvil');
    expect((await listed({ repos: ['ana/anvil'] })).map(({ externalId, nameAtHost }) => [externalId, nameAtHost])).toEqual([
      ['R_1', 'team/anvil'],
    ]);
  });

  it('is without a repository that is gone, and is not given when an organization is', async () => {
    github.repositories = github.repositories.filter(({ id }) => id !== 4);
    expect(await namesAtHost({ repos: ['ben/bellows', 'ana/anvil'] })).toEqual(['ana/anvil']);
    expect(await failureOf(listed({ orgs: ['gone'] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });
});

describe('a repository that is asked for by itself', () => {
  const find = (id: string, name: string, config: object) =>
    kind().find?.(connection(config), { externalId: id, name: 'x', cloneUrl: `${github.url}/${name}.git` }, { signal });

  it.each<[string, string, string, object, boolean]>([
    ['of a chosen organization', 'R_2', 'team/hammer', { orgs: ['Team'] }, true],
    ['of another owner', 'R_4', 'ben/bellows', { orgs: ['team'] }, false],
    ['that is private, where the affiliated are listed', 'R_2', 'team/hammer', {}, true],
    ['that is public, where the affiliated are listed: only the list tells', 'R_1', 'ana/anvil', {}, false],
    ['whose name another has by now', 'R_9', 'team/hammer', { orgs: ['team'] }, false],
    ['that is not there', 'R_9', 'team/gone', { orgs: ['team'] }, false],
  ])('%s', async (_what, id, name, config, isFound) => {
    expect((await find(id, name, config))?.externalId).toBe(isFound ? id : undefined);
  });

  it('is found under its new name', async () => {
    github.rename(2, 'team/mallet');
    expect((await find('R_2', 'team/hammer', { orgs: ['team'] }))?.nameAtHost).toBe('team/mallet');
  });
});

describe('the limits of GitHub', () => {
  it('are kept to: no request is refused, and the list goes on in the next hour', async () => {
    const clients = testHostClients();
    const { clock } = clients.services;
    await using small = await FakeGithub.start(
      Array.from({ length: 60 }, (_, at) => ({ id: at + 1, name: `team/r${at}` })),
      () => clock.now().getTime(),
    );
    small.window.limit = 10;
    const began = clock.monotonic();
    const found = await listed({ url: small.url, token: small.token }, githubKind(clients, clock));
    expect([found.length, small.window.refused]).toEqual([60, 0]);
    // 30 pages by 9 an hour: the tenth is left to people.
    expect((clock.monotonic() - began) / 3_600_000).toBeGreaterThan(2.5);
  });

  it('are not spent on what has not changed', async () => {
    const clients = testHostClients();
    const { clock } = clients.services;
    const of = githubKind(clients, clock);
    await using small = await FakeGithub.start(REPOSITORIES, () => clock.now().getTime());
    const left = async () => (await clients.limits.state({ host: small.url, credential: new Secret(small.token) })).remaining ?? 0;
    await listed({ url: small.url, token: small.token }, of);
    const before = await left();
    await listed({ url: small.url, token: small.token }, of);
    // The last of the three pages is asked for whole.
    expect(before - (await left())).toBe(1);
  });
});

describe('a GitHub App', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const app = (privateKeyText = pem) => ({
    token: undefined,
    gitHubAppDetails: { appID: 12, installationID: '34', privateKey: privateKeyText },
  });
  beforeEach(() => void github.apps.set('12', publicKey.export({ type: 'spki', format: 'pem' }).toString()));

  it('lists what its installation may read, and clones by its token, which it asks for once', async () => {
    const of = kind();
    github.asked.length = 0;
    expect(await listed(app(), of)).toHaveLength(5);
    const { credentials } = await of.cloneSource(connection(app()), {
      name: 'x',
      externalId: 'R_1',
      cloneUrl: `${github.url}/ana/anvil.git`,
    });
    expect([credentials?.username, credentials?.password.reveal()]).toEqual(['x-access-token', expect.stringMatching(/^ghs-34-/)]);
    expect(github.asked.filter((asked) => asked.startsWith('POST'))).toHaveLength(1);
  });

  it('takes its key in base64 too', async () => {
    expect(await listed(app(Buffer.from(pem).toString('base64')))).toHaveLength(5);
  });

  it('asks for a new token before the one it has ends', async () => {
    const clock = new TestClock(new Date());
    const of = githubKind(testHostClients(), clock);
    await using server = await FakeGithub.start(REPOSITORIES, () => clock.now().getTime());
    server.apps.set('12', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const source = () =>
      of.cloneSource(connection({ ...app(), url: server.url }), { name: 'x', externalId: 'R_1', cloneUrl: `${server.url}/ana/anvil.git` });
    const first = (await source()).credentials?.password.reveal();
    await clock.advance(45 * 60_000);
    expect((await source()).credentials?.password.reveal()).toBe(first);
    await clock.advance(6 * 60_000);
    expect((await source()).credentials?.password.reveal()).not.toBe(first);
  });

  it('says what is wrong with its key', async () => {
    expect(await failureOf(listed(app('no key')))).toMatchObject({ code: 'SEXTANT_CODE_HOST_GITHUB_CREDENTIAL' });
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const error = await failureOf(listed(app(other)));
    expect(error).toMatchObject({ code: 'SEXTANT_CODE_HOST_REFUSED', fix: expect.stringContaining('privateKey') });
    expect(error.message).not.toContain('PRIVATE KEY');
  });
});

describe('a check', () => {
  it('names the scope that the token lacks', async () => {
    github.tokens.set('narrow', ['gist']);
    const error = await failureOf(kind().check(connection({ token: 'narrow', orgs: ['team'] }), signal));
    expect(error).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: 'The token lacks the scope read:org or repo.',
      fix: expect.stringContaining('read:org'),
    });
  });

  it('says that a connection has no credential', async () => {
    const config = githubConfig.parse({ url: github.url });
    expect(await failureOf(kind().check({ ...connection(), config }, signal))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_GITHUB_CREDENTIAL',
    });
  });
});

it.each([
  ['https://github.com/', 'https://api.github.com/'],
  ['https://acme.ghe.com/', 'https://api.acme.ghe.com/'],
  ['https://github.corp.example/', 'https://github.corp.example/api/v3/'],
])('the API of %s is %s', (url, api) => {
  expect(apiOf(url)).toBe(api);
});

describe('a delivery', () => {
  const { webhooks } = githubKind(testHostClients(), new TestClock(new Date()));
  const repository = { node_id: 'R_5', full_name: 'team/forge' };
  it.each<[string, object, unknown]>([
    ['push', { ref: 'refs/heads/main', repository }, [{ type: 'push', repository: 'R_5' }]],
    ['delete', { ref: 'old', repository }, [{ type: 'push', repository: 'R_5' }]],
    ['repository', { action: 'renamed', repository }, [{ type: 'repository', repository: 'R_5' }]],
    [
      'repository',
      { action: 'privatized', repository },
      [
        { type: 'repository', repository: 'R_5' },
        { type: 'membership', repository: 'R_5', accounts: [] },
      ],
    ],
    [
      'installation_repositories',
      { repositories_added: [repository], repositories_removed: [] },
      [{ type: 'repository', repository: 'R_5' }],
    ],
    [
      'pull_request',
      { action: 'opened', pull_request: { number: 3 }, repository },
      [{ type: 'pull-request', repository: 'R_5', number: 3 }],
    ],
    ['member', { action: 'removed', member: { id: 7 }, repository }, [{ type: 'membership', repository: 'R_5', accounts: ['7'] }]],
    [
      'membership',
      { action: 'added', member: { id: 7 }, team: { id: 71 } },
      [{ type: 'membership', accounts: ['7'], groups: ['team:71'] }],
    ],
    [
      'organization',
      { action: 'member_removed', membership: { user: { id: 7 } }, organization: { id: 9 } },
      [{ type: 'membership', accounts: ['7'], groups: ['organization:9', 'organization:9:internal'] }],
    ],
    [
      'team',
      { action: 'removed_from_repository', team: { id: 71 }, repository },
      [{ type: 'membership', repository: 'R_5', accounts: [], groups: ['team:71'] }],
    ],
    ['ping', { zen: 'x' }, []],
    ['constructor', {}, []],
  ])('of %s with %j is understood', (event, body, events) => {
    expect(webhooks?.events({ event, body })).toEqual(events);
  });
});

describe('who may read', () => {
  it('a repository is told by its collaborators, and what an account may read by the account alone', async () => {
    const { permissions } = kind();
    const repository = { externalId: 'R_2', name: 'x', cloneUrl: `${github.url}/team/hammer.git` };
    expect(
      (await Array.fromAsync(permissions?.usersOf(connection(), repository, { signal }) ?? [])).map(({ username }) => username),
    ).toEqual(['ana', 'ben']);
    const account = { id: '1', username: 'ana' };
    expect(await failureOf(Array.fromAsync(permissions?.repositoriesOf(connection(), account, { signal }) ?? []))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_GITHUB_CREDENTIAL',
    });
    const signedIn = { ...account, credential: new Secret(github.token) };
    expect(await Array.fromAsync(permissions?.repositoriesOf(connection(), signedIn, { signal }) ?? [])).toEqual(['R_2']);
  });
});

describeWhoDecides(enforced, {
  said: [...BY_IDENTITY_PROVIDER.said, [{ authorization: { groupsCacheTTL: -1 } }, { by: 'sign-in' }]],
  refused: [...BY_IDENTITY_PROVIDER.refused, { authorization: { groupsCacheTTL: true } }],
});
