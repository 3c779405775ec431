import {
  BY_IDENTITY_PROVIDER,
  codeHostKindContract,
  describeWhoDecides,
  failureOf,
  kindOnHost,
  testHostClients,
} from '@sextant/plugin-code-host/testing';
import { RepoName, Secret } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { giteaConfig } from './gitea-config.js';
import { giteaKind } from './gitea-kind.js';
import { FakeGitea } from './testing/fake-gitea.js';

const signal = new AbortController().signal;
const REPOSITORIES = [
  { id: 1, name: 'ana/anvil', stars: 3, topics: ['tools'] },
  { id: 2, name: 'team/hammer', private: true },
  { id: 3, name: 'team/tongs', fork: true, archived: true, collaborators: ['ana'] },
  { id: 4, name: 'ben/bellows' },
  { id: 5, name: 'team/forge' },
];

let gitea: FakeGitea;
let closed: string;
beforeAll(async () => {
  gitea = await FakeGitea.start(REPOSITORIES);
  await using gone = await FakeGitea.start([]);
  closed = gone.url;
});
afterAll(() => gitea[Symbol.asyncDispose]());
beforeEach(() => gitea.restore());

const kind = () => giteaKind(testHostClients({ faults: gitea.faults }));
const { connection, listed, namesAtHost, cloneSource, check, enforced } = kindOnHost(kind, () => ({ url: gitea.url, token: gitea.token }));

describeContract(
  codeHostKindContract(() => ({
    good: { url: gitea.url, token: gitea.token },
    refused: { url: gitea.url, token: 'wrong' },
    unreachable: { url: closed, token: gitea.token },
    faults: gitea.faults,
    elsewhere: (url) => ({ url, token: gitea.token }),
  })),
  'Gitea',
  kind,
);

describe('what is listed', () => {
  it.each<[string, object, readonly string[]]>([
    ['everything, where nothing is chosen', {}, ['ana/anvil', 'team/hammer', 'team/tongs', 'ben/bellows', 'team/forge']],
    ['an organization', { orgs: ['team'] }, ['team/hammer', 'team/tongs', 'team/forge']],
    ['a user', { users: ['ana'] }, ['ana/anvil']],
    ['repositories', { repos: ['ben/bellows', 'ana/anvil'] }, ['ben/bellows', 'ana/anvil']],
    ['a search', { repositoryQuery: ['tongs'] }, ['team/tongs']],
    [
      'each once, however often it is chosen',
      { repos: ['team/forge'], orgs: ['team'], repositoryQuery: ['forge'] },
      ['team/forge', 'team/hammer', 'team/tongs'],
    ],
    ['nothing, where that is asked for', { repositoryQuery: ['none'] }, []],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('has all that the server says of it', async () => {
    const [anvil, hammer, tongs] = await listed();
    const host = new URL(gitea.url).host.replace(':', '-');
    expect(anvil).toEqual({
      externalId: '1',
      name: `${host}/ana/anvil`,
      nameAtHost: 'ana/anvil',
      description: 'About anvil',
      fork: false,
      archived: false,
      private: false,
      stars: 3,
      size: 24 * 1024,
      topics: ['tools'],
      webUrl: 'https://gitea.internal.example/ana/anvil',
      cloneUrl: `${gitea.url}/ana/anvil.git`,
    });
    expect([hammer?.private, tongs?.fork, tongs?.archived]).toEqual([true, true, true]);
    expect(RepoName.is(anvil?.name ?? '')).toBe(true);
  });

  it('is named by the pattern of the connection', async () => {
    const [found] = await listed({ repos: ['ana/anvil'], repositoryPathPattern: 'forge/{nameWithOwner}' });
    expect(found?.name).toBe('forge/ana/anvil');
  });

  it('keeps its id through a rename, by its former name too', async () => {
    gitea.rename(1, 'team/anvil');
    expect((await listed({ repos: ['ana/anvil'] })).map(({ externalId, nameAtHost }) => [externalId, nameAtHost])).toEqual([
      ['1', 'team/anvil'],
    ]);
  });

  it('is without a repository that is gone, and is not given when an organization is', async () => {
    gitea.repositories = gitea.repositories.filter(({ id }) => id !== 4);
    expect(await namesAtHost({ repos: ['ben/bellows', 'ana/anvil'] })).toEqual(['ana/anvil']);
    expect(await failureOf(listed({ orgs: ['gone'] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });
});

describe('what git is given', () => {
  it('is the token for its server, apart from the URL', async () => {
    const { url, credentials } = await cloneSource(`${gitea.url}/ana/anvil.git`);
    expect([url, credentials?.password.reveal()]).toEqual([`${gitea.url}/ana/anvil.git`, gitea.token]);
  });

  it('is no token for another server (row 20)', async () => {
    expect(await cloneSource('https://evil.example.com/ana/anvil.git')).toEqual({ url: 'https://evil.example.com/ana/anvil.git' });
  });

  it('is a key by ssh', async () => {
    const config = { gitURLType: 'ssh', gitSSHKey: 'a key' };
    const [found] = await listed({ ...config, repos: ['ana/anvil'] });
    const { url, sshKey, credentials } = await cloneSource(found?.cloneUrl ?? '', config);
    expect([url, sshKey?.reveal(), credentials]).toEqual(['ssh://git@gitea.internal.example/ana/anvil.git', 'a key', undefined]);
  });
});

describe('a check', () => {
  it.each<[string, readonly ('repository' | 'organization' | 'user')[], object, string]>([
    ['for everything', ['user'], {}, 'read:repository'],
    ['for an organization', ['repository'], { orgs: ['team'] }, 'read:organization'],
    ['for a user', ['repository'], { users: ['ana'] }, 'read:user'],
  ])('%s names the scope that the token lacks', async (_what, scopes, config, scope) => {
    gitea.tokens.set('narrow', scopes);
    const error = await failureOf(check({ ...config, token: 'narrow' }));
    expect(error).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: `The token lacks the scope ${scope}.`,
      fix: expect.stringContaining(scope),
    });
  });

  it('takes the least that is needed for everything', async () => {
    gitea.tokens.set('least', ['repository']);
    expect(await check({ token: 'least' })).toEqual({ ok: true });
  });

  it.each([
    ['a password in the address', { url: 'https://bob:secret@git.example.com' }],
    ['another scheme', { url: 'ftp://git.example.com' }],
    ['a path in the place of an organization', { orgs: ['../admin'] }],
    ['a repository without owner', { repos: ['anvil'] }],
    ['a pattern without the name', { repositoryPathPattern: '{host}' }],
  ])('is not needed for %s, which the configuration refuses', (_what, config) => {
    expect(giteaConfig.safeParse({ url: 'https://git.example.com', token: 'x', ...config }).success).toBe(false);
  });
});

describe('a delivery', () => {
  const { webhooks } = giteaKind(testHostClients());
  const repository = { id: 5, full_name: 'team/forge' };
  it.each<[string, object, unknown]>([
    ['push', { ref: 'refs/heads/main', repository }, [{ type: 'push', repository: '5' }]],
    ['create', { ref: 'v1', ref_type: 'tag', repository }, [{ type: 'push', repository: '5' }]],
    ['repository', { action: 'deleted', repository }, [{ type: 'repository', repository: '5' }]],
    ['pull_request', { action: 'opened', number: 3, repository }, [{ type: 'pull-request', repository: '5', number: 3 }]],
    ['pull_request_approved', { action: 'reviewed', number: 3, repository }, [{ type: 'pull-request', repository: '5', number: 3 }]],
    ['issues', { action: 'opened', repository }, []],
  ])('of %s is understood', (event, body, events) => {
    expect(webhooks?.events({ event, body })).toEqual(events);
  });

  it('with another body throws', () => {
    expect(() => webhooks?.events({ event: 'push', body: { repository: { id: '../5' } } })).toThrow();
  });
});

describe('who may read', () => {
  const permissions = () => kind().permissions;
  const usersOf = (externalId: string) =>
    Array.fromAsync(permissions()?.usersOf(connection(), { externalId, name: 'x', cloneUrl: 'x' }, { signal }) ?? []);

  it('a repository: its owner, collaborators and the members of its teams', async () => {
    expect((await usersOf('3')).map(({ username }) => username)).toEqual(['team', 'ana', 'ben']);
    expect((await usersOf('1')).map(({ username }) => username)).toEqual(['ana']);
  });

  it('is asked for with an account’s own credential, where there is one', async () => {
    gitea.tokens.set('bens-token', ['user', 'repository']);
    gitea.accounts.set('bens-token', 'ben');
    const ben = { id: '3', username: 'somebody', credential: new Secret('bens-token') };
    expect(await Array.fromAsync(permissions()?.repositoriesOf(connection(), ben, { signal }) ?? [])).toEqual(['2', '3', '4', '5']);
  });

  it('a repository is told by its teams too, in the place of their members', async () => {
    const { groups } = permissions() ?? {};
    const kept = connection({ authorization: { groupsCacheTTL: 1 } });
    const told = await Array.fromAsync(
      groups?.ofRepositories?.besidesGroups(kept, { externalId: '3', name: 'x', cloneUrl: 'x' }, { signal }) ?? [],
    );
    expect(told.map((one) => ('group' in one ? one.group : one.username))).toEqual(['team', 'ana', { id: '1', name: 'team/Owners' }]);
    const members = await Array.fromAsync(groups?.ofRepositories?.ofGroup(kept, { id: '1', name: 'team/Owners' }, { signal }) ?? []);
    expect(members.map(({ username }) => username)).toEqual(['ben']);
    expect([groups?.keptFor(kept), groups?.keptFor(connection({ authorization: {} }))]).toEqual([3_600_000, undefined]);
  });

  it('is asked for in the name of an account', async () => {
    const ids = async (username: string) =>
      Array.fromAsync(permissions()?.repositoriesOf(connection(), { id: '1', username }, { signal }) ?? []);
    expect(await ids('ana')).toEqual(['1', '3']);
    expect(await ids('ben')).toEqual(['2', '3', '4', '5']);
  });

  it.each(['forbidden', 'broken', 'login-page', 'hang'] as const)(
    'is not known by %s: it throws, and tells nobody (row 15)',
    async (fault) => {
      gitea.faults.next(fault);
      await failureOf(usersOf('3'));
    },
  );
});

describeWhoDecides(enforced, BY_IDENTITY_PROVIDER);
