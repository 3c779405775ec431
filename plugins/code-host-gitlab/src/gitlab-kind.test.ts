import type { MemberSchema, ProjectSchema } from '@gitbeaker/core';
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
import type { gitlabMember, gitlabProject } from './gitlab-api.js';
import { gitlabConfig } from './gitlab-config.js';
import { gitlabKind } from './gitlab-kind.js';
import { FakeGitlab, type FakeProject } from './testing/fake-gitlab.js';

const signal = new AbortController().signal;
const PROJECTS: readonly FakeProject[] = [
  { id: 1, name: 'ana/anvil' },
  { id: 2, name: 'team/hammer', visibility: 'private', members: { ana: 30, guest: 10 } },
  { id: 3, name: 'team/sub/tongs', fork: true, archived: true, visibility: 'internal' },
  { id: 4, name: 'ben/bellows' },
  { id: 5, name: 'team/forge' },
];

let gitlab: FakeGitlab;
let closed: string;
beforeAll(async () => {
  gitlab = await FakeGitlab.start(PROJECTS);
  await using gone = await FakeGitlab.start([]);
  closed = gone.url;
});
afterAll(() => gitlab[Symbol.asyncDispose]());
beforeEach(() => gitlab.restore());

const kind = () => gitlabKind(testHostClients({ faults: gitlab.faults }));
const { connection, listed, namesAtHost, enforced } = kindOnHost(kind, () => ({ url: gitlab.url, token: gitlab.token }));

const GROUP = { projectQuery: ['groups/team/projects'] };
describeContract(
  codeHostKindContract(() => ({
    good: { url: gitlab.url, token: gitlab.token, ...GROUP },
    refused: { url: gitlab.url, token: 'wrong', ...GROUP },
    unreachable: { url: closed, token: gitlab.token, ...GROUP },
    faults: gitlab.faults,
    elsewhere: (url) => ({ url, token: gitlab.token, ...GROUP }),
  })),
  'GitLab',
  kind,
);

describe('what is listed', () => {
  it.each<[string, object, readonly string[]]>([
    ['what the token’s user is a member of, where nothing is chosen', {}, PROJECTS.map(({ name }) => name)],
    ['a group with its subgroups', GROUP, ['team/hammer', 'team/sub/tongs', 'team/forge']],
    ['a subgroup', { projectQuery: ['groups/team/sub/projects'] }, ['team/sub/tongs']],
    ['a search', { projectQuery: ['?search=forge'] }, ['team/forge']],
    ['projects by path and by id', { projects: [{ name: 'ben/bellows' }, { id: 1 }] }, ['ben/bellows', 'ana/anvil']],
    ['each once, however often it is chosen', { projects: [{ id: 5 }], ...GROUP }, ['team/forge', 'team/hammer', 'team/sub/tongs']],
    ['nothing, where that is asked for', { projectQuery: ['none'] }, []],
  ])('is %s', async (_what, config, names) => {
    expect(await namesAtHost(config)).toEqual(names);
  });

  it('has all that the server says of it', async () => {
    const [found] = await listed({ projects: [{ id: 3 }] });
    expect(found).toMatchObject({
      externalId: '3',
      name: `${new URL(gitlab.url).host.replace(':', '-')}/team/sub/tongs`,
      fork: true,
      archived: true,
      private: true,
      stars: 3,
      cloneUrl: `${gitlab.url}/team/sub/tongs.git`,
    });
  });

  it('is named by pattern and transformations', async () => {
    const config = {
      projects: [{ id: 3 }],
      repositoryPathPattern: 'forge/{pathWithNamespace}',
      nameTransformations: [{ regex: '^team/(\\w+)/', replacement: '$1-' }],
    };
    expect((await listed(config))[0]?.name).toBe('forge/sub-tongs');
  });

  it('keeps its id through a rename, by its former path too', async () => {
    gitlab.rename(1, 'team/anvil');
    expect((await listed({ projects: [{ name: 'ana/anvil' }] })).map(({ externalId, nameAtHost }) => [externalId, nameAtHost])).toEqual([
      ['1', 'team/anvil'],
    ]);
  });

  it('is without a project that is gone, and is not given when a group is', async () => {
    gitlab.repositories = gitlab.repositories.filter(({ id }) => id !== 4);
    expect(await namesAtHost({ projects: [{ name: 'ben/bellows' }, { id: 1 }] })).toEqual(['ana/anvil']);
    expect(await failureOf(listed({ projectQuery: ['groups/gone/projects'] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });

  it.each(['../user', 'groups/../admin/projects', 'https://evil.example.com', 'users', 'projects/1/hooks'])('is never by %s', (query) => {
    expect(gitlabConfig.safeParse({ token: 'x', projectQuery: [query] }).success).toBe(false);
  });
});

it('a check names the scope that the token lacks', async () => {
  gitlab.tokens.set('narrow', ['read_repository']);
  expect(await failureOf(kind().check(connection({ token: 'narrow' }), signal))).toMatchObject({
    code: 'SEXTANT_CODE_HOST_REFUSED',
    why: 'The token lacks the scope api or read_api.',
    fix: expect.stringContaining('read_api'),
  });
});

describe('a delivery', () => {
  const { webhooks } = gitlabKind(testHostClients());
  it.each<[string, object, unknown]>([
    ['Push Hook', { object_kind: 'push', project_id: 5 }, [{ type: 'push', repository: '5' }]],
    ['Tag Push Hook', { object_kind: 'tag_push', project_id: 5 }, [{ type: 'push', repository: '5' }]],
    [
      'Merge Request Hook',
      { object_kind: 'merge_request', project: { id: 5 }, object_attributes: { iid: 3 } },
      [{ type: 'pull-request', repository: '5', number: 3 }],
    ],
    ['System Hook', { event_name: 'repository_update', project_id: 5 }, [{ type: 'push', repository: '5' }]],
    ['System Hook', { event_name: 'project_rename', project_id: 5 }, [{ type: 'repository', repository: '5' }]],
    [
      'System Hook',
      { event_name: 'user_remove_from_team', project_id: 5, user_id: 7 },
      [{ type: 'membership', repository: '5', accounts: ['7'] }],
    ],
    [
      'System Hook',
      { event_name: 'user_add_to_group', group_id: 1, user_id: 7 },
      [{ type: 'membership', accounts: ['7'], groups: ['group:1'] }],
    ],
    ['Issue Hook', { object_kind: 'issue' }, []],
    ['System Hook', { event_name: 'constructor' }, []],
  ])('of %s with %j is understood', (event, body, events) => {
    expect(webhooks?.events({ event, body })).toEqual(events);
  });
});

describe('who may read', () => {
  it('a project are the active members that may read its code, and what an account may read the account says', async () => {
    const { permissions } = kind();
    const project = { externalId: '2', name: 'x', cloneUrl: 'x' };
    expect((await Array.fromAsync(permissions?.usersOf(connection(), project, { signal }) ?? [])).map(({ username }) => username)).toEqual([
      'ana',
    ]);
    const account = { id: '1', username: 'ana' };
    await failureOf(Array.fromAsync(permissions?.repositoriesOf(connection(), account, { signal }) ?? []));
    const signedIn = { ...account, credential: new Secret(gitlab.token) };
    expect(await Array.fromAsync(permissions?.repositoriesOf(connection(), signedIn, { signal }) ?? [])).toHaveLength(5);
  });
});

describe('an identity of another provider', () => {
  const authorization = {
    identityProvider: { type: 'external', authProviderID: 'okta', authProviderType: 'saml', gitlabProvider: 'saml' },
  };
  const at = (token: string) => connection({ authorization, token });
  const identity = (of: string) => kind().permissions?.accountOf?.(at('root'), { accountId: of }, { signal });

  it('leads to the account that has it, for an administrator, and in its name it is asked what it may read', async () => {
    gitlab.tokens.set('root', ['read_api', 'sudo']);
    gitlab.administrators.add('root');
    gitlab.identities.set('zoe', 'saml ana@example.com').set('ana', 'google ana@example.com').set('ben', 'saml ben@example.com');
    expect(kind().permissions?.enforced(at('root'))).toEqual({ by: 'identity', provider: { type: 'saml', id: 'okta' } });
    const ana = await identity('ana@example.com');
    expect(ana).toEqual({ id: '101', username: 'zoe' });
    expect(await identity('nobody@example.com')).toBeUndefined();
    await Array.fromAsync(kind().permissions?.repositoriesOf(at('root'), ana!, { signal }) ?? []);
    expect(new Set(gitlab.sudos)).toEqual(new Set(['zoe']));
  });

  it('is nobody’s where the server tells no identities, and it is said why', async () => {
    gitlab.identities.set('zoe', 'saml ana@example.com');
    const asked = kind().permissions?.accountOf?.(at(gitlab.token), { accountId: 'ana@example.com' }, { signal });
    expect(await failureOf(asked ?? Promise.resolve())).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      why: 'GitLab tells it to administrators alone.',
    });
  });

  it.each([
    [{ type: 'ldap' }],
    [{ type: 'external' }],
    [{ type: 'external', authProviderID: 'okta', authProviderType: 'github', gitlabProvider: 'saml' }],
    [{ ...authorization.identityProvider, more: true }],
    [{ type: 'username', gitlabProvider: 'saml' }],
  ])('is refused as %j', (identityProvider) => {
    expect(gitlabConfig.safeParse({ token: 'x', authorization: { identityProvider } }).success).toBe(false);
  });
});

describe('the members of a group', () => {
  const many = Object.fromEntries(['ana', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus'].map((name) => [name, 30]));
  const readers = async (project: Partial<FakeProject>) => {
    await using server = await FakeGitlab.start([
      { id: 1, name: 'acme/tools/one', visibility: 'private', members: { hal: 20, ivy: 10 }, ...project },
    ]);
    server.groups.set('acme/tools', many);
    const { groups } = kind().permissions ?? {};
    const at = connection({ url: server.url, token: server.token, authorization: { groupsCacheTTL: 2 } });
    const told = await Array.fromAsync(
      groups?.ofRepositories?.besidesGroups(at, { externalId: '1', name: 'x', cloneUrl: 'x' }, { signal }) ?? [],
    );
    const mentioned = told.flatMap((one) => ('group' in one ? [one.group] : []));
    const members = await Promise.all(
      mentioned.map((group) => Array.fromAsync(groups?.ofRepositories?.ofGroup(at, group, { signal }) ?? [])),
    );
    return {
      keptFor: groups?.keptFor(at),
      mentioned,
      named: [
        ...new Set([
          ...told.flatMap((one) => ('username' in one ? [one.username] : [])),
          ...members.flat().map(({ username }) => username),
        ]),
      ].sort(),
    };
  };
  const everybody = [...Object.keys(many), 'hal'];

  it('stand for those of its projects, beside their own', async () => {
    expect(await readers({})).toEqual({
      keptFor: 2 * 3_600_000,
      mentioned: [{ id: 'group:500', name: 'acme/tools' }],
      named: everybody,
    });
  });

  it('do not where others were invited: then all are told', async () => {
    expect(await readers({ invited: true })).toMatchObject({ mentioned: [], named: everybody });
  });

  it('are not kept unless it is said', () => {
    expect(kind().permissions?.groups?.keptFor(connection({ authorization: {} }))).toBeUndefined();
  });
});

/** Without the index signature that lets any field pass. */
type Named<T> = keyof { [K in keyof T as string extends K ? never : K]: true };

it('the published API confirms every field that is read but one', () => {
  // The one that these types leave to their index signature.
  expectTypeOf<Exclude<keyof z.input<typeof gitlabProject>, Named<ProjectSchema>>>().toEqualTypeOf<'forked_from_project'>();
  expectTypeOf<Exclude<keyof z.input<typeof gitlabMember>, Named<MemberSchema>>>().toBeNever();
  expectTypeOf<Exclude<'no_such_field', Named<ProjectSchema>>>().toEqualTypeOf<'no_such_field'>();
  expectTypeOf<MemberSchema['access_level']>().toExtend<number>();
});

describeWhoDecides(enforced, BY_IDENTITY_PROVIDER);
