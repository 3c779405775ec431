import type { AccountInfo, ProjectInfo } from '@gerritcodereview/typescript-api/rest-api.js';
import {
  BY_IDENTITY_PROVIDER,
  codeHostKindContract,
  describeWhoDecides,
  failureOf,
  kindOnHost,
  testHostClients,
} from '@sextant/plugin-code-host/testing';
import { Secret, type z } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { gerritAccount, gerritProject } from './gerrit-api.js';
import { gerritConfig } from './gerrit-config.js';
import { gerritKind } from './gerrit-kind.js';
import { FakeGerrit, type FakeProject } from './testing/fake-gerrit.js';

const PROJECTS: readonly FakeProject[] = [
  { id: 1, name: 'tools/hammer' },
  { id: 2, name: 'anvil', readers: ['5057f3cb'], denied: ['ben'] },
  { id: 3, name: 'attic/tongs', state: 'READ_ONLY' },
  { id: 4, name: 'cellar', state: 'HIDDEN' },
  { id: 5, name: 'tools/c++' },
  { id: 6, name: 'forge' },
  { id: 7, name: 'aaa/rights', permissionsOnly: true },
  { id: 8, name: 'aaa/more', permissionsOnly: true },
];

let gerrit: FakeGerrit;
let closed: string;
beforeAll(async () => {
  gerrit = await FakeGerrit.start(PROJECTS);
  await using gone = await FakeGerrit.start([]);
  closed = gone.url;
});
afterAll(() => gerrit[Symbol.asyncDispose]());
beforeEach(() => {
  gerrit.restore();
  gerrit.capabilities = ['viewAccess', 'runAs'];
  gerrit.configVisible = true;
  gerrit.hiddenGroups = [];
});

const kind = () => gerritKind(testHostClients({ faults: gerrit.faults }));
const good = () => ({ url: gerrit.url, username: gerrit.username, password: gerrit.password });
const { listed, namesAtHost, find, cloneSource, check, usersOf, repositoriesOf, enforced } = kindOnHost(kind, good);

describeContract(
  codeHostKindContract(() => ({
    good: good(),
    refused: { ...good(), password: 'wrong' },
    unreachable: { ...good(), url: closed },
    faults: gerrit.faults,
    elsewhere: (url) => ({ ...good(), url }),
  })),
  'Gerrit',
  kind,
);

describe('what is listed', () => {
  it.each<[string, object, readonly string[]]>([
    [
      'all that the account may read, without what is hidden or holds no code',
      {},
      ['anvil', 'attic/tongs', 'forge', 'tools/c++', 'tools/hammer'],
    ],
    ['projects by name', { projects: ['tools/hammer', 'anvil'] }, ['tools/hammer', 'anvil']],
    ['no hidden project, though it is named', { projects: ['cellar', 'forge'] }, ['forge']],
    ['each once', { projects: ['forge', 'forge'] }, ['forge']],
    ['nothing, where nothing is named', { projects: [] }, []],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('has all that the server says of it', async () => {
    const [found] = await listed({ projects: ['attic/tongs'] });
    expect(found).toEqual({
      externalId: 'attic/tongs',
      name: `${new URL(gerrit.url).host.replace(':', '-')}/attic/tongs`,
      nameAtHost: 'attic/tongs',
      description: 'About attic/tongs',
      archived: true,
      private: true,
      webUrl: `${gerrit.url}/admin/repos/attic/tongs`,
      cloneUrl: `${gerrit.url}/a/attic/tongs`,
    });
  });

  it('is without a project that is gone, and whole however many pages it takes', async () => {
    gerrit.repositories = [...PROJECTS.slice(1), ...Array.from({ length: 9 }, (_, at) => ({ id: 10 + at, name: `many/${at}` }))];
    expect(await namesAtHost()).toHaveLength(4 + 9);
    expect(await namesAtHost({ projects: ['tools/hammer', 'forge'] })).toEqual(['forge']);
  });

  it('is found by itself by its id, and not once it is hidden', async () => {
    expect((await find({ externalId: 'tools/c++', cloneUrl: 'x' }))?.nameAtHost).toBe('tools/c++');
    expect(await find({ externalId: 'cellar', cloneUrl: 'x' })).toBeUndefined();
    expect(await find({ externalId: '%zz', cloneUrl: 'x' })).toBeUndefined();
  });

  it('is asked for as somebody who signs in, never as anybody', async () => {
    await listed();
    expect(gerrit.asked).not.toEqual([]);
    expect(await failureOf(listed({ password: 'wrong' }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: 'The user name or the HTTP password is wrong.',
    });
  });
});

describe('what git is given', () => {
  it('is the password for its server, apart from the URL, and none for another (row 20)', async () => {
    const { url, credentials } = await cloneSource(`${gerrit.url}/a/anvil`);
    expect([url, credentials?.username, credentials?.password.reveal()]).toEqual([`${gerrit.url}/a/anvil`, 'bot', gerrit.password]);
    expect(await cloneSource('https://evil.example.com/a/anvil')).toEqual({ url: 'https://evil.example.com/a/anvil' });
  });

  it('is a key by ssh, at the port that the server listens on', async () => {
    const config = { gitURLType: 'ssh', gitSSHKey: 'a key', projects: ['tools/c++'] };
    const [found] = await listed(config);
    const { url, sshKey, credentials } = await cloneSource(found?.cloneUrl ?? '', config);
    expect([url, sshKey?.reveal(), credentials]).toEqual(['ssh://bot@127.0.0.1:29418/tools/c%2B%2B', 'a key', undefined]);
  });
});

describe('the configuration', () => {
  it.each([
    ['a password in the address', { url: 'https://bob:secret@gerrit.example.com' }],
    ['a user name that would end where the password begins', { username: 'a:b' }],
    ['a path in the place of a project', { projects: ['../config'] }],
    ['a project with a query', { projects: ['a?b'] }],
    ['a pattern without the name', { repositoryPathPattern: '{host}' }],
    ['a port that is none', { sshPort: 0 }],
  ])('refuses %s', (_what, config) => {
    expect(gerritConfig.safeParse({ url: 'https://gerrit.example.com', username: 'bot', password: 'x', ...config }).success).toBe(false);
  });
});

describe('a delivery', () => {
  const { webhooks } = gerritKind(testHostClients());
  const refUpdate = (refName: string) => ({ type: 'ref-updated', refUpdate: { oldRev: '0', newRev: '1', refName, project: 'tools/c++' } });
  const rights = [
    { type: 'repository', repository: 'tools/c++' },
    { type: 'membership', repository: 'tools/c++' },
  ];
  it.each<[object, unknown]>([
    [refUpdate('refs/heads/main'), [{ type: 'push', repository: 'tools/c++' }]],
    [refUpdate('v1.0'), [{ type: 'push', repository: 'tools/c++' }]],
    [refUpdate('refs/changes/01/1/1'), []],
    [refUpdate('refs/meta/config'), rights],
    [
      {
        type: 'batch-ref-updated',
        refUpdates: [
          refUpdate('refs/heads/a').refUpdate,
          refUpdate('refs/heads/b').refUpdate,
          refUpdate('refs/changes/01/1/meta').refUpdate,
        ],
      },
      [{ type: 'push', repository: 'tools/c++' }],
    ],
    [{ type: 'project-created', projectName: 'anvil' }, [{ type: 'repository', repository: 'anvil' }]],
    [{ type: 'patchset-created', change: { project: 'anvil', number: 7 } }, [{ type: 'pull-request', repository: 'anvil', number: 7 }]],
    [{ type: 'change-merged', change: { project: 'anvil', number: 7 } }, [{ type: 'pull-request', repository: 'anvil', number: 7 }]],
    [{ type: 'dropped-output' }, []],
    [{ type: 'constructor' }, []],
  ])('%j is understood', (body, events) => {
    expect(webhooks?.events({ event: String((body as { type: string }).type), body })).toEqual(events);
  });

  it('with another body throws', () => {
    expect(() => webhooks?.events({ event: 'ref-updated', body: { refUpdate: { project: 5 } } })).toThrow();
  });
});

describe('who may read', () => {
  it('a project: whoever is in a group that a rule lets in, here or above, and whom the server does not refuse', async () => {
    // ben is in the group, and denied; cleo is let in by All-Projects.
    expect((await usersOf({ externalId: 'anvil' })).map(({ username }) => username)).toEqual(['ana', 'cleo']);
    expect((await usersOf({ externalId: 'forge' })).map(({ username }) => username)).toEqual(['bot', 'ana', 'ben', 'cleo']);
  });

  it('is asked for in the name of an account, or with its own password', async () => {
    expect(await repositoriesOf({ id: '1000002', username: 'ben' })).toEqual(['attic/tongs', 'forge', 'tools/c++', 'tools/hammer']);
    expect(await repositoriesOf({ id: '1000001', username: 'ana', credential: new Secret('ana-password') })).toContain('anvil');
  });

  it('is not told without the capabilities, which are named', async () => {
    gerrit.hiddenGroups = ['5057f3cb'];
    expect(await failureOf(usersOf({ externalId: 'anvil' }))).toMatchObject({ fix: expect.stringContaining('visible to all') });
    gerrit.configVisible = false;
    expect(await failureOf(usersOf({ externalId: 'anvil' }))).toMatchObject({ fix: expect.stringContaining('refs/meta/config') });
    gerrit.capabilities = [];
    expect(await failureOf(usersOf({ externalId: 'anvil' }))).toMatchObject({ fix: expect.stringContaining('View Access') });
    expect(await failureOf(repositoriesOf({ id: '1000002', username: 'ben' }))).toMatchObject({ fix: expect.stringContaining('Run As') });
    expect(await check()).toEqual({ ok: true });
  });

  it.each(['forbidden', 'broken', 'login-page', 'hang'] as const)(
    'is not known by %s: it throws, and tells nobody (row 15)',
    async (fault) => {
      gerrit.faults.next(fault);
      await failureOf(usersOf({ externalId: 'anvil' }));
    },
  );
});

it('an answer without the prefix of the API is none of it', async () => {
  gerrit.faults.next('empty-object');
  expect(await failureOf(listed())).toMatchObject({ code: 'SEXTANT_CODE_HOST_ANSWER' });
});

it('the published API confirms every field that is read of projects, accounts and groups', () => {
  expectTypeOf<Exclude<keyof z.input<typeof gerritProject>, keyof ProjectInfo>>().toBeNever();
  // The one that only lists have, which the types know as `_more_accounts` of an account.
  expectTypeOf<Exclude<keyof z.input<typeof gerritAccount>, keyof AccountInfo>>().toBeNever();
  expectTypeOf<Exclude<'no_such_field', keyof ProjectInfo>>().toEqualTypeOf<'no_such_field'>();
});

describeWhoDecides(enforced, {
  ...BY_IDENTITY_PROVIDER,
  refused: [...BY_IDENTITY_PROVIDER.refused, { authorization: { groupsCacheTTL: 72 } }],
});
