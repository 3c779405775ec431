import {
  codeHostKindContract,
  describeWhoDecides,
  failureOf,
  kindOnHost,
  RequestWindow,
  testHostClients,
} from '@sextant/plugin-code-host/testing';
import { RepoName, Secret, type z } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import type { TeamProjectReference } from 'azure-devops-node-api/interfaces/CoreInterfaces.js';
import type { GitRepository } from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { azureProject, azureRepository } from './azure-devops-api.js';
import { azureDevopsConfig } from './azure-devops-config.js';
import { azureDevopsKind } from './azure-devops-kind.js';
import { FakeAzureDevops, type FakeAzureRepository, guidOf } from './testing/fake-azure-devops.js';

const REPOSITORIES: readonly FakeAzureRepository[] = [
  { id: 1, name: 'acme/Forge/anvil' },
  { id: 2, name: 'acme/Forge/hammer', readers: ['ana'] },
  { id: 3, name: 'acme/Old Tools/long tongs', fork: true, disabled: true },
  { id: 4, name: 'ben/Bellows/bellows', public: true },
  { id: 5, name: 'acme/Forge/vice', readers: ['ana'] },
];
const FORGE = ['acme/Forge/anvil', 'acme/Forge/hammer', 'acme/Forge/vice'];
const ACME = ['acme/Forge/anvil', 'acme/Forge/hammer', 'acme/Old Tools/long tongs', 'acme/Forge/vice'];

let azure: FakeAzureDevops;
let parts: FakeAzureDevops;
let closed: string;
beforeAll(async () => {
  azure = await FakeAzureDevops.start(REPOSITORIES);
  parts = await FakeAzureDevops.start(REPOSITORIES);
  parts.partSize = 2;
  await using gone = await FakeAzureDevops.start([]);
  closed = gone.url;
});
afterAll(async () => {
  await azure[Symbol.asyncDispose]();
  await parts[Symbol.asyncDispose]();
});
beforeEach(() => azure.restore());

const kindOf = (host: () => FakeAzureDevops) => () => azureDevopsKind(testHostClients({ faults: host().faults }));
const at = (url: string) => ({ url, token: azure.token, orgs: ['acme'] });
const { listed, namesAtHost, find, cloneSource, check, usersOf, repositoriesOf, enforced } = kindOnHost(
  kindOf(() => azure),
  () => at(azure.url),
);
const windows = { token: undefined, username: 'CORP\\ana', windowsPassword: 'secret:word' };

describeContract(
  codeHostKindContract(() => ({
    good: at(parts.url),
    refused: { ...at(parts.url), token: 'wrong' },
    unreachable: at(closed),
    faults: parts.faults,
    elsewhere: at,
  })),
  'Azure DevOps',
  kindOf(() => parts),
);

describe('what is listed', () => {
  it.each<[string, object, readonly string[]]>([
    ['an organization', {}, ACME],
    ['several organizations', { orgs: ['ben', 'acme'] }, ['ben/Bellows/bellows', ...ACME]],
    ['a project', { orgs: [], projects: ['acme/forge'] }, FORGE],
    ['a project whose name has a blank', { orgs: [], projects: ['acme/Old Tools'] }, ['acme/Old Tools/long tongs']],
    ['a project without repositories: nothing', { orgs: [], projects: ['acme/Empty'] }, []],
    ['each once, however often it is chosen', { projects: ['acme/Forge'] }, [...FORGE, 'acme/Old Tools/long tongs']],
    ['what an account of a server may see, by its Windows password', windows, ['acme/Forge/hammer', 'acme/Forge/vice']],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('is asked for whole, in one request, and in parts where the host gives parts', async () => {
    await listed();
    expect(azure.asked).toEqual(['GET acme/_apis/git/repositories']);
    azure.partSize = 1;
    expect(await namesAtHost()).toEqual(ACME);
  });

  it('has all that the host says of it', async () => {
    const [, hammer, tongs] = await listed();
    expect(hammer).toEqual({
      externalId: guidOf(2),
      name: `${new URL(azure.url).host.replace(':', '-')}/acme/Forge/hammer`,
      nameAtHost: 'acme/Forge/hammer',
      fork: false,
      archived: false,
      private: true,
      size: 24_000,
      webUrl: 'https://azure.internal.example/acme/Forge/_git/hammer',
      cloneUrl: `${azure.url}/acme/Forge/_git/hammer`,
    });
    expect(tongs).toMatchObject({ fork: true, archived: true, cloneUrl: `${azure.url}/acme/Old%20Tools/_git/long%20tongs` });
    expect(RepoName.is(tongs?.name ?? '')).toBe(true);
    expect((await listed({ orgs: ['ben'] }))[0]?.private).toBe(false);
  });

  it('is named by the pattern of the connection', async () => {
    const [found] = await listed({ repositoryPathPattern: 'forge/{org}/{project}/{repository}' });
    expect(found?.name).toBe('forge/acme/Forge/anvil');
  });

  it('keeps its id through a rename and a transfer', async () => {
    azure.rename(2, 'acme/Old Tools/mallet');
    expect((await listed()).map(({ externalId, nameAtHost }) => `${externalId} ${nameAtHost}`)).toContain(
      `${guidOf(2)} acme/Old Tools/mallet`,
    );
  });

  it('is not given when an organization or a project is gone', async () => {
    for (const config of [{ orgs: ['gone'] }, { orgs: [], projects: ['acme/Gone'] }])
      expect(await failureOf(listed(config))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });
});

describe('a repository that is asked for by itself', () => {
  const address = (path: string): string => `${azure.url}/${path}`;

  it.each<[string, number, string, object, boolean]>([
    ['of a chosen organization', 2, 'acme/Forge/_git/hammer', { orgs: ['Acme'] }, true],
    ['of a chosen project', 3, 'acme/Old%20Tools/_git/long%20tongs', { orgs: [], projects: ['acme/old tools'] }, true],
    ['of another project', 2, 'acme/Forge/_git/hammer', { orgs: [], projects: ['acme/Old Tools'] }, false],
    ['of a project that is called as another organization', 2, 'acme/Forge/_git/hammer', { orgs: ['forge', 'acme'] }, true],
    ['of an organization that the connection has no more', 4, 'ben/Bellows/_git/bellows', {}, false],
    ['that is not there', 9, 'acme/Forge/_git/gone', {}, false],
    ['that the account may not see', 1, 'acme/Forge/_git/anvil', windows, false],
  ])('%s', async (_what, id, path, config, isFound) => {
    expect((await find({ externalId: guidOf(id), cloneUrl: address(path) }, config))?.externalId).toBe(isFound ? guidOf(id) : undefined);
  });

  it('is found under its new name', async () => {
    azure.rename(2, 'acme/Forge/mallet');
    expect((await find({ externalId: guidOf(2), cloneUrl: address('acme/Forge/_git/hammer') }))?.nameAtHost).toBe('acme/Forge/mallet');
  });

  it.each(['ssh://git@ssh.dev.azure.com/v3/acme/Forge/hammer', 'ssh://server.example:22/tfs/acme/Forge/_git/hammer'])(
    'is known by %s too',
    async (cloneUrl) => {
      expect((await find({ externalId: guidOf(2), cloneUrl }))?.externalId).toBe(guidOf(2));
    },
  );
});

describe('the limits of the host', () => {
  it('are kept to where it tells of them, and it is not asked again before its time', async () => {
    const clients = testHostClients();
    const { clock } = clients.services;
    await using busy = await FakeAzureDevops.start(REPOSITORIES);
    busy.partSize = 1;
    busy.window = new RequestWindow(3, () => clock.now().getTime(), 300_000);
    const began = clock.monotonic();
    expect(await listed(at(busy.url), azureDevopsKind(clients))).toHaveLength(4);
    expect(busy.window.refused).toBe(0);
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(299_000);
  });
});

describe('what git is given', () => {
  it.each<[string, object, string, string]>([
    ['the token, with any user', {}, 'token', 'fake-azure-token'],
    ['the Windows password with its user', windows, 'CORP\\ana', 'secret:word'],
  ])('is %s', async (_what, config, username, secret) => {
    const { url, credentials } = await cloneSource(`${azure.url}/acme/Forge/_git/hammer`, config);
    expect([url, credentials?.username, credentials?.password.reveal()]).toEqual([`${azure.url}/acme/Forge/_git/hammer`, username, secret]);
  });

  it('is a key by ssh', async () => {
    const config = { gitURLType: 'ssh', gitSSHKey: 'a key' };
    const [found] = await listed(config);
    expect(found?.cloneUrl).toBe('ssh://git@ssh.azure.internal.example/v3/acme/Forge/anvil');
    expect((await cloneSource(found?.cloneUrl ?? '', config)).sshKey?.reveal()).toBe('a key');
  });
});

describe('a check', () => {
  const token = (text: string) => `Basic ${Buffer.from(`:${text}`).toString('base64')}`;

  it('names the scope that the token lacks', async () => {
    azure.callers.set(token('narrow'), { user: 'owner', scopes: ['vso.project'] });
    expect(await failureOf(check({ token: 'narrow' }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: expect.stringContaining('Code (Read)'),
      fix: expect.stringContaining('Code (Read)'),
    });
  });

  it('says of a token that has expired that it has', async () => {
    azure.expired.add(token('old'));
    expect(await failureOf(check({ token: 'old' }))).toMatchObject({ why: 'The token is wrong, has expired or was revoked.' });
  });

  it.each([
    ['no credential', { token: undefined }],
    ['a user without a password', { token: undefined, username: 'ana' }],
    ['neither organizations nor projects', { orgs: [] }],
    ['a password in the address', { url: 'https://bob:secret@dev.azure.com' }],
    ['a path in the place of an organization', { orgs: ['..'] }],
    ['an escaped path in the place of an organization', { orgs: ['%2e%2e'] }],
    ['a path in the place of a project', { projects: ['acme/..'] }],
    ['a project without its organization', { projects: ['Forge'] }],
    ['a pattern without the project', { repositoryPathPattern: '{host}/{org}/{repository}' }],
  ])('is not needed for %s, which the configuration refuses', (_what, config) => {
    expect(azureDevopsConfig.safeParse({ token: 'x', orgs: ['acme'], ...config }).success).toBe(false);
  });
});

describe('a delivery', () => {
  const { webhooks } = azureDevopsKind(testHostClients());
  const repository = { id: guidOf(5), name: 'vice' };
  const reviewed = { repository, pullRequestId: 3 };
  it.each<[string, object, unknown]>([
    ['git.push', { repository, refUpdates: [] }, [{ type: 'push', repository: guidOf(5) }]],
    ['git.repo.created', { repository }, [{ type: 'repository' }]],
    ['git.repo.renamed', { oldName: 'a', newName: 'b', repository }, [{ type: 'repository' }]],
    ['git.repo.deleted', { repositoryId: guidOf(5) }, [{ type: 'repository' }]],
    ['git.pullrequest.created', reviewed, [{ type: 'pull-request', repository: guidOf(5), number: 3 }]],
    ['git.pullrequest.merged', reviewed, [{ type: 'pull-request', repository: guidOf(5), number: 3 }]],
    [
      'ms.vss-code.git-pullrequest-comment-event',
      { comment: { id: 1 }, pullRequest: reviewed },
      [{ type: 'pull-request', repository: guidOf(5), number: 3 }],
    ],
    ['workitem.created', { id: 1 }, []],
    ['', {}, []],
  ])('of %s is understood', (event, resource, events) => {
    expect(webhooks?.events({ event, body: { eventType: event, resource } })).toEqual(events);
  });

  it('with another body throws', () => {
    expect(() => webhooks?.events({ event: 'git.push', body: { resource: { repository: { id: '../5' } } } })).toThrow();
  });
});

describe('who may read', () => {
  const ana = { id: guidOf(201), username: 'ana' };
  const signedIn = { ...ana, credential: new Secret('anas-sign-in') };

  it('is told to an account of itself, in the organizations of the connection', async () => {
    expect(await repositoriesOf(signedIn, { orgs: ['ben', 'acme'] })).toEqual([guidOf(2), guidOf(5)]);
  });

  it('is told to nobody else, and of a repository not at all', async () => {
    const code = 'SEXTANT_CODE_HOST_AZURE_DEVOPS_CREDENTIAL';
    expect(await failureOf(repositoriesOf(ana))).toMatchObject({ code });
    expect(await failureOf(usersOf({ externalId: guidOf(2) }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_AZURE_DEVOPS_READERS' });
  });

  it.each(['forbidden', 'broken', 'login-page', 'hang'] as const)(
    'is not known by %s: it throws, and tells nobody (row 15)',
    async (fault) => {
      azure.faults.next(fault);
      await failureOf(repositoriesOf(signedIn));
    },
  );
});

it('the API as azure-devops-node-api has it confirms every field that is read', () => {
  expectTypeOf<Exclude<keyof z.input<typeof azureRepository>, keyof GitRepository>>().toBeNever();
  expectTypeOf<Exclude<keyof z.input<typeof azureProject>, keyof TeamProjectReference>>().toBeNever();
  expectTypeOf<Exclude<'no_such_field', keyof GitRepository>>().toEqualTypeOf<'no_such_field'>();
});

describeWhoDecides(enforced, {
  said: [
    [{}, undefined],
    [{ enforcePermissions: false }, undefined],
    [{ enforcePermissions: true }, { by: 'sign-in' }],
  ],
  refused: [{ enforcePermissions: 'yes' }],
});
