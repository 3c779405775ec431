import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import codeHostLocal from '@sextant/plugin-code-host-local';
import codeHostOther from '@sextant/plugin-code-host-other';
import { core, definePart, definePlugin, encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissionSources } from '../../api.js';
import manifest from '../../manifest.js';
import { syncConnection } from '../../sync/jobs.js';
import { aUser, FakePermissions } from '../../testing/fakes.js';
import { type LeakSurface, leakMatrix, leaksIn, lossesIn, type MatrixRepository } from '../../testing/leak-matrix.js';

const SECRET = 'hunter2-canary';
const folder = mkdtempSync(join(tmpdir(), 'sextant-code-host-'));
const permissions = new FakePermissions();
let withPermissions: TestKernel;

/** People by token, and what they were granted. */
const people = definePlugin({
  id: 'test-people',
  version: '1.0.0',
  title: 'People',
  summary: 'x',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps: {},
        register(r) {
          r.contribute(permissionSources, () => permissions);
          r.contribute(core.authenticators, () => ({
            name: 'test-people',
            hasCredentials: async () => true,
            authenticate: async ({ headers, localMode }) => {
              const id = /^token (\d+)$/.exec(headers['authorization'] ?? '')?.[1];
              if (id !== undefined) return aUser(Number(id), { siteAdmin: id === '1' });
              return localMode ? aUser(1, { siteAdmin: true }) : undefined;
            },
          }));
        },
      }),
    }),
  },
});

const REPOSITORY_FIELDS =
  'fragment RepositoryFields on Repository { id name url description createdAt updatedAt externalRepository { id serviceType serviceID } viewerCanAdminister keyValuePairs { key value } }';
const ask = async (query: string, variables: object = {}, token?: string) => {
  const { data, errors } = await withPermissions.graphql(query, variables as Record<string, unknown>, token === undefined ? {} : { token });
  return { data, codes: errors.map((error) => error.extensions['code']), errors };
};
const idOf = async (name: string): Promise<string> =>
  textAt((await ask('query($name: String!) { repository(name: $name) { id } }', { name })).data, 'repository.id');

beforeAll(async () => {
  for (const name of ['team/first', 'team/second', 'other/third']) {
    mkdirSync(join(folder, name), { recursive: true });
    execFileSync('git', ['init', '-q', join(folder, name)]);
  }
  withPermissions = await startTestKernel({
    plugins: [manifest, codeHostLocal, codeHostOther, people],
    config: { plugins: { 'code-host': { localPaths: [folder] } } },
  });
  await withPermissions.jobs.waitFor(syncConnection, 'completed');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the operations of the field’s command line (src-cli §3)', () => {
  it('repos list', async () => {
    const { data, codes } = await ask(
      `query Repositories($first: Int, $query: String, $cloned: Boolean, $notCloned: Boolean, $indexed: Boolean, $notIndexed: Boolean, $orderBy: RepositoryOrderBy, $descending: Boolean) {
        repositories(first: $first, query: $query, cloned: $cloned, notCloned: $notCloned, indexed: $indexed, notIndexed: $notIndexed, orderBy: $orderBy, descending: $descending) { nodes { ...RepositoryFields } }
      } ${REPOSITORY_FIELDS}`,
      {
        first: 1000,
        query: '',
        cloned: true,
        notCloned: true,
        indexed: true,
        notIndexed: true,
        orderBy: 'REPOSITORY_NAME',
        descending: false,
      },
    );
    expect(codes).toEqual([]);
    expect(at(data, 'repositories.nodes.*.name')).toEqual(['other/third', 'team/first', 'team/second']);
    expect(at(data, 'repositories.nodes.0')).toMatchObject({
      url: '/other/third',
      description: '',
      createdAt: expect.stringMatching(/Z$/),
      externalRepository: { serviceType: 'local', serviceID: 'file:///' },
      viewerCanAdminister: true,
    });
  });

  it('repos get, and a name that nobody has', async () => {
    const get = `query Repository($name: String!) { repository(name: $name) { ...RepositoryFields } } ${REPOSITORY_FIELDS}`;
    expect(at((await ask(get, { name: 'team/first' })).data, 'repository')).toMatchObject({ name: 'team/first' });
    expect(await ask(get, { name: 'team/none' })).toMatchObject({ data: { repository: null }, codes: [] });
  });

  it.each([
    ['KeyValuePair', 'addRepoKeyValuePair', 'updateRepoKeyValuePair', 'deleteRepoKeyValuePair'],
    ['Metadata', 'addRepoMetadata', 'updateRepoMetadata', 'deleteRepoMetadata'],
  ])('repos add-, update-, delete- %s', async (_name, add, update, remove) => {
    const repo = await idOf('team/first');
    const write = (field: string, value?: string) =>
      ask(
        `mutation($repo: ID!, $key: String!${value === undefined ? '' : ', $value: String'}) { ${field}(repo: $repo, key: $key${value === undefined ? '' : ', value: $value'}) { alwaysNil } }`,
        { repo, key: 'team', value },
      );
    const pairs = async () =>
      at((await ask('{ repository(name: "team/first") { keyValuePairs { key value } metadata { key value } } }')).data, 'repository');
    expect(await write(add, 'x')).toMatchObject({ data: { [add]: { alwaysNil: null } }, codes: [] });
    expect((await write(add, 'x')).codes).toEqual(['SEXTANT_CODE_HOST_METADATA_EXISTS']);
    await write(update, 'y');
    expect(await pairs()).toEqual({ keyValuePairs: [{ key: 'team', value: 'y' }], metadata: [{ key: 'team', value: 'y' }] });
    await write(remove);
    expect(await pairs()).toEqual({ keyValuePairs: [], metadata: [] });
  });

  it('extsvc list, add and edit: comments and secrets stay, and no secret is shown (row 22)', async () => {
    const config = `{\n  // where it is\n  "url": "https://bob:${SECRET}@git.example.com",\n  "repos": ["a", "b"]\n}`;
    const added = await ask(
      'mutation AddExternalService($input: AddExternalServiceInput!) { addExternalService(input: $input) { id warning } }',
      { input: { kind: 'OTHER', displayName: 'Other', config } },
    );
    expect(added).toMatchObject({ data: { addExternalService: { id: expect.any(String), warning: null } }, codes: [] });
    const id = textAt(added.data, 'addExternalService.id');
    const list = async (): Promise<unknown> => {
      const { data } = await ask(
        'query($first: Int!) { externalServices(first: $first) { nodes { id kind displayName config createdAt updatedAt } totalCount pageInfo { hasNextPage } } }',
        // As src of before 7.0 asks.
        { first: 9_999_999 },
      );
      return at(data, 'externalServices');
    };
    const shownConfig = async (): Promise<string> => {
      const services = await list();
      return textAt(services, `nodes.${(at(services, 'nodes.*.id') as unknown[]).indexOf(id)}.config`);
    };
    const shown = await shownConfig();
    expect(shown).toBe(config.replace(`bob:${SECRET}`, 'REDACTED'));
    const edit = await ask('mutation($input: UpdateExternalServiceInput!) { updateExternalService(input: $input) { id } }', {
      input: { id, displayName: 'Other', config: shown.replace('"b"]', '"b"], "exclude": [{ "name": "git.example.com/b" }]') },
    });
    expect(edit.codes).toEqual([]);
    expect(await shownConfig()).toContain('// where it is');
    const stolen = await ask('mutation($input: UpdateExternalServiceInput!) { updateExternalService(input: $input) { id } }', {
      input: { id, config: '{ "url": "https://REDACTED@evil.example.com", "repos": ["a"] }' },
    });
    expect(stolen.codes).toEqual(['SEXTANT_CODE_HOST_SECRET_MISSING']);
    const answer = JSON.stringify([added, await list(), edit, stolen]);
    expect(answer).not.toContain(SECRET);
    expect(at(await list(), 'totalCount')).toBe(2);
    await withPermissions.jobs.drain();
    const one = await ask(
      'query($id: ID!) { node(id: $id) { ... on ExternalService { kind url repoCount lastSyncError lastSyncAt nextSyncAt isDeclared viewerCanAdminister supportsRepoExclusion syncJobs(first: 100) { totalCount nodes { id state startedAt finishedAt failureMessage reposSynced reposAdded reposDeleted } pageInfo { hasNextPage } } repositories(first: 1) { totalCount nodes { name } pageInfo { hasNextPage } } } } }',
      { id },
    );
    expect(one.codes).toEqual([]);
    expect(at(one.data, 'node')).toMatchObject({
      kind: 'OTHER',
      url: 'https://git.example.com/',
      repoCount: 1,
      lastSyncError: null,
      isDeclared: false,
      viewerCanAdminister: true,
      supportsRepoExclusion: true,
    });
    expect(at(one.data, 'node.syncJobs.nodes.0')).toMatchObject({ state: 'COMPLETED', failureMessage: null });
    expect(await ask('mutation($id: ID!) { deleteExternalService(externalService: $id) { alwaysNil } }', { id })).toMatchObject({
      data: { deleteExternalService: { alwaysNil: null } },
      codes: [],
    });
    expect(at((await ask('{ repositories(names: ["git.example.com/a"]) { totalCount } }')).data, 'repositories.totalCount')).toBe(0);
  });

  it('has the configuration of each connection sealed anew when the key is rotated', async () => {
    const configs = async () =>
      at((await ask('{ externalServices(first: 1000) { nodes { config } } }')).data, 'externalServices.nodes') as readonly {
        readonly config: string;
      }[];
    const before = await configs();
    const admin = withPermissions.kernel.secrets();
    const rotation = await admin.rotate({ signal: new AbortController().signal, progress: () => undefined });
    expect(rotation).toMatchObject({ resealed: before.length, unreadable: 0 });
    expect((await admin.status()).columns).toEqual([
      expect.objectContaining({ column: 'sealed_config', values: before.length, unsealed: 0 }),
      expect.objectContaining({ table: 'webhooks', column: 'sealed_secret', values: 0, unsealed: 0 }),
    ]);
    expect(await configs()).toEqual(before);
  });

  it('repos delete, and the next sync brings it back', async () => {
    const repository = await idOf('team/second');
    expect(
      (await ask('mutation($repository: ID!) { deleteRepository(repository: $repository) { alwaysNil } }', { repository })).codes,
    ).toEqual([]);
    expect(at((await ask('{ repository(name: "team/second") { id } }')).data, 'repository')).toBeNull();
    const { data } = await ask('{ externalServices { nodes { id isDeclared } } }');
    const connection = textAt(data, 'externalServices.nodes.0.id');
    expect(at(data, 'externalServices.nodes.0.isDeclared')).toBe(true);
    await ask('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id: connection });
    await withPermissions.jobs.drain();
    expect(await idOf('team/second')).toBe(repository);
    expect(
      (await ask('mutation($id: ID!) { deleteExternalService(externalService: $id) { alwaysNil } }', { id: connection })).codes,
    ).toEqual(['SEXTANT_CODE_HOST_CONNECTION_DECLARED']);
  });
});

describe('bad input (rows 1, 18, 25)', () => {
  it.each(['--upload-pack=touch x', '../etc', 'a//b', 'x/.git', 'a\0b', ''])('refuses the name %j before any look-up', async (name) => {
    expect(await ask('query($name: String!) { repository(name: $name) { id } }', { name })).toMatchObject({
      codes: ['SEXTANT_VALUE_REPOSITORY_NAME'],
    });
  });

  it('refuses a page without bound, and cursors of other lists', async () => {
    for (const args of ['first: 1000000000', 'first: -1', 'after: "bm90IG91cnM"'])
      expect((await ask(`{ repositories(${args}) { nodes { id } } }`)).codes).toHaveLength(1);
  });

  it.each([
    'Repository:999999',
    'Repository:0',
    'Repository:-1',
    'Repository:1e0',
    'Repository:01',
    'Repository: 1',
    'Repository:99999999999999999999',
    'Repository:',
    'ExternalService:999999',
  ])('has no node %s', async (text) => {
    expect(await ask('query($id: ID!) { node(id: $id) { id } }', { id: Buffer.from(text).toString('base64') })).toMatchObject({
      data: { node: null },
      codes: [],
    });
  });
});

describe('a repository that is not there', () => {
  it.each(['deleteRepository(repository: $id)', 'addRepoMetadata(repo: $id, key: "k")'])('cannot be changed by %s', async (field) => {
    expect((await ask(`mutation($id: ID!) { ${field} { alwaysNil } }`, { id: encodeNodeId('Repository', 999_999) })).codes).toEqual([
      'SEXTANT_CODE_HOST_REPOSITORY_NOT_FOUND',
    ]);
  });
});

describe('what only site admins may', () => {
  const connectionId = encodeNodeId('ExternalService', 1);
  it.each([
    ['{ externalServices { totalCount } }'],
    [`mutation { deleteExternalService(externalService: "${connectionId}") { alwaysNil } }`],
    [`mutation { syncExternalService(id: "${connectionId}") { alwaysNil } }`],
    ['mutation { addExternalService(input: { kind: OTHER, displayName: "x", config: "{}" }) { id } }'],
    [`mutation { deleteRepository(repository: "${encodeNodeId('Repository', 1)}") { alwaysNil } }`],
    [`mutation { addRepoMetadata(repo: "${encodeNodeId('Repository', 1)}", key: "k") { alwaysNil } }`],
  ])('%s is refused to others', async (query) => {
    expect((await ask(query, {}, '11')).codes).toHaveLength(1);
  });

  it('finds no connection for others by its id', async () => {
    expect(at((await ask('query($id: ID!) { node(id: $id) { id } }', { id: connectionId }, '11')).data, 'node')).toBeNull();
  });
});

describe('the leak matrix over GraphQL (rows 16, 18)', () => {
  const users = [aUser(11), aUser(12), aUser(1, { siteAdmin: true })];
  const names = ['team/first', 'team/second', 'other/third'];
  const granted: Readonly<Record<number, readonly string[]>> = { 11: ['team/first', 'team/second'], 12: ['team/second'] };
  const ghost: MatrixRepository = { id: 888_888, name: 'ghost/never', marks: [encodeNodeId('Repository', 888_888)] };
  const graph =
    (query: string): LeakSurface<TestKernel>['ask'] =>
    (kernel, actor, repository) =>
      kernel.graphql(
        query,
        { name: repository.name, names: [repository.name], id: encodeNodeId('Repository', repository.id) },
        { token: String(actor.userId) },
      );
  const counted = (answer: unknown): boolean => JSON.stringify(answer).includes('"totalCount":1');
  const surfaces: readonly LeakSurface<TestKernel>[] = [
    {
      name: 'repository(name)',
      ask: graph('query($name: String!) { repository(name: $name) { id name description keyValuePairs { key value } } }'),
    },
    {
      name: 'repositoryFreshness(name)',
      ask: graph(
        'query($name: String!) { repositoryFreshness(name: $name) { verdict repository { id } steps { name state code cause detail } } }',
      ),
    },
    { name: 'node(id)', ask: graph('query($id: ID!) { node(id: $id) { id ... on Repository { name metadata { key value } } } }') },
    {
      name: 'repositories',
      ask: graph('{ repositories(first: 100) { nodes { id name } totalCount pageInfo { hasNextPage endCursor } } }'),
    },
    { name: 'repositories(names)', ask: graph('query($names: [String!]) { repositories(names: $names) { nodes { name } totalCount } }') },
    {
      name: 'repositories(query)',
      ask: graph('query($name: String) { repositories(query: $name, orderBy: REPO_CREATED_AT) { nodes { name } totalCount } }'),
    },
    {
      name: 'the total of repositories(names)',
      ask: graph('query($names: [String!]) { repositories(names: $names) { totalCount } }'),
      reveals: counted,
    },
    {
      name: 'the total of repositories(query)',
      ask: graph('query($name: String) { repositories(query: $name) { totalCount } }'),
      reveals: counted,
    },
  ];
  let repositories: readonly MatrixRepository[];
  beforeAll(async () => {
    repositories = await Promise.all(
      names.map(async (name) => {
        const nodeId = await idOf(name);
        return { id: Number(Buffer.from(nodeId, 'base64').toString().split(':')[1]), name, marks: [nodeId] };
      }),
    );
    for (const [user, list] of Object.entries(granted))
      permissions.granted.set(Number(user), new Set(repositories.filter((r) => list.includes(r.name)).map((r) => r.id)));
  });

  it.each(surfaces.map((surface) => [surface.name, surface] as const))('%s', async (_name, surface) => {
    const may = (actor: { siteAdmin: boolean; userId?: number }, repository: MatrixRepository): boolean =>
      actor.siteAdmin || (granted[actor.userId ?? 0] ?? []).includes(repository.name);
    const cells = await leakMatrix({ world: withPermissions, surfaces: [surface], actors: users, repositories, ghost, may });
    expect(leaksIn(cells)).toEqual([]);
    expect(lossesIn(cells)).toEqual([]);
    // The same questions, should everybody see everything: a surface that is not red then asks nothing of the wall.
    const before = new Map(permissions.granted);
    for (const user of [11, 12]) permissions.granted.set(user, new Set(repositories.map((r) => r.id)));
    permissions.epoch++;
    const open = await leakMatrix({ world: withPermissions, surfaces: [surface], actors: users, repositories, ghost, may });
    for (const [user, ids] of before) permissions.granted.set(user, ids);
    permissions.epoch++;
    expect(leaksIn(open).length).toBeGreaterThan(0);
  });
});
