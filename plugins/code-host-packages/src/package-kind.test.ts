import { codeHostKindContract, failureOf, kindOnHost, testHostClients } from '@sextant/plugin-code-host/testing';
import { RepoName } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { goConfig, goDialect } from './go/go-dialect.js';
import { npmConfig, npmDialect } from './npm/npm-dialect.js';
import { packageKind } from './package-kind.js';
import { makerInput } from './package-versions.js';
import { FakeGoProxy, FakeNpm } from './testing/fake-registry.js';
import { FakeSumDatabase } from './testing/fake-sum-database.js';

const TOKEN = 'hunter2-canary';
const { key: OWN_KEY } = new FakeSumDatabase([]);
const version = (day: number) => ({ archive: Buffer.from(`archive ${day}`), time: `2024-01-0${day}T00:00:00.000Z` });
const ANVIL = { '1.0.0': version(1), '1.1.0': version(2), '2.0.0-rc.1': version(3), '2.0.0': version(4), '2.1.0-beta': version(5) };

let npm: FakeNpm;
let go: FakeGoProxy;
let closed: string;
beforeAll(async () => {
  npm = await FakeNpm.start([
    { id: 1, name: 'anvil', versions: ANVIL, tags: { latest: '2.0.0', next: '2.1.0-beta' } },
    { id: 2, name: '@forge/hammer', versions: { '0.1.0': version(1) } },
    { id: 3, name: 'tongs', versions: {}, tags: {} },
  ]);
  go = await FakeGoProxy.start([
    { id: 1, name: 'example.com/Forge/anvil', versions: { 'v1.0.0': version(1), 'v1.2.0': version(2), 'v2.0.0+incompatible': version(3) } },
    { id: 2, name: 'example.com/hammer', versions: { 'v0.0.0-20240101000000-abcdefabcdef': version(1) } },
  ]);
  npm.token = TOKEN;
  go.token = TOKEN;
  await using gone = await FakeNpm.start([]);
  closed = gone.url;
});
afterAll(async () => {
  await npm[Symbol.asyncDispose]();
  await go[Symbol.asyncDispose]();
});
beforeEach(() => {
  npm.restore();
  go.restore();
});

const npmKind = () => packageKind(testHostClients({ faults: npm.faults }), npmDialect);
const goKind = () => packageKind(testHostClients({ faults: go.faults }), goDialect);
const npmGood = () => ({ registry: npm.url, credentials: TOKEN, dependencies: ['anvil', '@forge/hammer'] });
const goGood = () => ({ registry: go.url, credentials: TOKEN, dependencies: ['example.com/Forge/anvil', 'example.com/hammer'] });
const onNpm = kindOnHost(npmKind, npmGood);
const onGo = kindOnHost(goKind, goGood);

describeContract(
  codeHostKindContract(() => ({
    good: npmGood(),
    refused: { ...npmGood(), credentials: 'wrong' },
    unreachable: { ...npmGood(), registry: closed },
    faults: npm.faults,
    answers: ['absent', 'gone'],
    elsewhere: (url) => ({ ...npmGood(), registry: url }),
  })),
  'npm',
  npmKind,
);
describeContract(
  codeHostKindContract(() => ({
    good: goGood(),
    refused: { ...goGood(), credentials: 'wrong' },
    unreachable: { ...goGood(), registry: closed },
    faults: go.faults,
    answers: ['absent', 'gone'],
    elsewhere: (url) => ({ ...goGood(), registry: url }),
  })),
  'Go modules',
  goKind,
);

/** What a mirror is to hold. */
const inputOf = async (source: ReturnType<typeof onNpm.cloneSource>) => makerInput.parse(JSON.parse((await source).maker?.input ?? ''));

describe('what is listed', () => {
  it('are the packages of the connection, each once, by names that revisions do not begin in', async () => {
    const found = await onNpm.listed({ dependencies: ['anvil@1.0.0', 'anvil@^2', '@forge/hammer'] });
    expect(found.map(({ name, externalId }) => [name, externalId])).toEqual([
      ['npm/anvil', 'anvil'],
      ['npm/forge/hammer', '@forge/hammer'],
    ]);
    expect(found[0]?.description).toBe('About anvil');
    expect((await onGo.listed()).map(({ name, cloneUrl }) => [name, cloneUrl])).toEqual([
      ['go/example.com/Forge/anvil', `${go.url}/example.com/!forge/anvil`],
      ['go/example.com/hammer', `${go.url}/example.com/hammer`],
    ]);
    expect([...found, ...(await onGo.listed())].filter(({ name }) => !RepoName.is(name))).toEqual([]);
  });

  it('is without a package that the registry does not have', async () => {
    expect(await onNpm.namesAtHost({ dependencies: ['gone', 'anvil'] })).toEqual(['anvil']);
    expect(await onGo.namesAtHost({ dependencies: ['example.com/gone', 'example.com/hammer'] })).toEqual(['example.com/hammer']);
  });
});

describe('a package that was taken back', () => {
  const lists: readonly [
    string,
    'status' | 'unpublished',
    Pick<typeof onNpm, 'namesAtHost' | 'find' | 'check'>,
    () => FakeNpm | FakeGoProxy,
    string,
  ][] = [
    ['npm, by status 410', 'status', onNpm, () => npm, 'anvil'],
    ['npm, by a document that says so', 'unpublished', onNpm, () => npm, 'anvil'],
    ['a Go proxy, by status 410', 'status', onGo, () => go, 'example.com/Forge/anvil'],
  ];
  it.each(lists)('of %s is gone, and the others are listed', async (_what, gone, kind, registry, name) => {
    const all = registry().repositories;
    const others = all.filter((one) => one.name !== name).map((one) => one.name);
    registry().repositories = all.map((one) => (one.name === name ? { ...one, gone } : one));
    expect(await kind.namesAtHost({ dependencies: [name, ...others] })).toEqual(others);
    expect(await kind.find({ externalId: name, cloneUrl: `${registry().url}/x` }, { dependencies: [name] })).toBeUndefined();
    expect(await failureOf(kind.check({ dependencies: [name] }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ABSENT' });
  });
});

it('a check names the package that the registry does not have', async () => {
  expect(await failureOf(onNpm.check({ dependencies: ['anvil', 'gone'] }))).toMatchObject({ what: expect.stringContaining('"gone"') });
});

describe('the versions that a mirror is to hold', () => {
  const source = (config: object) =>
    npmKind().cloneSource(onNpm.connection(config), { name: 'x', externalId: 'anvil', cloneUrl: `${npm.url}/anvil` });
  const chosen = async (config: object) => (await inputOf(source(config))).versions.map(({ tag }) => tag);

  it.each<[string, object, readonly string[]]>([
    ['all, where there are few', {}, ['v1.0.0', 'v1.1.0', 'v2.0.0-rc.1', 'v2.0.0', 'v2.1.0-beta']],
    ['the newest', { versions: 2 }, ['v2.0.0', 'v2.1.0-beta']],
    ['every one', { versions: 'all' }, ['v1.0.0', 'v1.1.0', 'v2.0.0-rc.1', 'v2.0.0', 'v2.1.0-beta']],
    ['one', { dependencies: ['anvil@1.1.0'] }, ['v1.1.0']],
    ['a range', { dependencies: ['anvil@^1'] }, ['v1.0.0', 'v1.1.0']],
    ['several of them', { dependencies: ['anvil@1.0.0', 'anvil@2.0.0'] }, ['v1.0.0', 'v2.0.0']],
  ])('are %s', async (_what, config, expected) => {
    expect(await chosen(config)).toEqual(expected);
  });

  it('have the checksum, the time and the address that the registry tells, and the branch is where its tag is', async () => {
    const { versions, latest } = await inputOf(source({}));
    expect(latest[0]).toBe('v2.0.0');
    expect(versions[0]).toEqual({
      tag: 'v1.0.0',
      message: 'anvil 1.0.0\n',
      date: Date.parse('2024-01-01'),
      archive: `${npm.url}/anvil/-/anvil-1.0.0.tgz`,
      format: 'tarball',
      integrity: [expect.stringMatching(/^sha512-/)],
    });
  });

  it('of a module are in its list, or the one that is made of its last commit', async () => {
    const of = async (name: string) => {
      const cloneUrl = `${go.url}/${name}`;
      return await inputOf(goKind().cloneSource(onGo.connection(), { name: 'x', externalId: name, cloneUrl }));
    };
    const { versions, latest } = await of('example.com/Forge/anvil');
    expect(versions.map(({ tag }) => tag)).toEqual(['v1.0.0', 'v1.2.0', 'v2.0.0+incompatible']);
    expect(versions[0]).toEqual({
      tag: 'v1.0.0',
      message: 'example.com/Forge/anvil v1.0.0\n',
      info: `${go.url}/example.com/!forge/anvil/@v/v1.0.0.info`,
      archive: `${go.url}/example.com/!forge/anvil/@v/v1.0.0.zip`,
      format: 'zip',
      root: 'example.com/Forge/anvil@v1.0.0/',
      module: { path: 'example.com/Forge/anvil', version: 'v1.0.0' },
    });
    expect(latest[0]).toBe('v2.0.0+incompatible');
    expect((await of('example.com/hammer')).versions.map(({ tag }) => tag)).toEqual(['v0.0.0-20240101000000-abcdefabcdef']);
  });

  it.each<[string, object, object | undefined]>([
    [
      'the public database, which the proxy may pass on',
      {},
      {
        key: expect.stringMatching(/^sum\.golang\.org\+/),
        url: 'https://sum.golang.org/',
        proxy: expect.stringMatching(/\/sumdb\/sum\.golang\.org\/$/),
      },
    ],
    ['one of their own', { sumdb: { key: OWN_KEY, url: 'https://sums.example.com' } }, { key: OWN_KEY, url: 'https://sums.example.com/' }],
    ['none where it is off', { sumdb: 'off' }, undefined],
    ['none where they are private', { noSumCheck: ['example.com/F*'] }, undefined],
    ['none where all of a host are private', { noSumCheck: ['*.org', '*.com'] }, undefined],
    [
      'the database where others are private',
      { noSumCheck: ['example.com/Forge/anvil/v2', 'example.co', 'xample.com'] },
      expect.anything(),
    ],
  ])('of a module are held to %s', async (_what, config, sums) => {
    const asked = { name: 'x', externalId: 'example.com/Forge/anvil', cloneUrl: `${go.url}/x` };
    expect((await inputOf(goKind().cloneSource(onGo.connection(config), asked))).sums).toEqual(sums);
  });

  it('are none, and no credential goes along, for an address of another registry (row 20)', async () => {
    expect(await onNpm.cloneSource('https://evil.example.com/anvil')).toEqual({ url: 'https://evil.example.com/anvil' });
  });

  it('are not known when the registry fails: it throws', async () => {
    npm.faults.next('login-page');
    expect(await failureOf(source({}))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ANSWER' });
  });
});

describe('the configuration', () => {
  it.each([{ key: 'sum.golang.org' }, { key: OWN_KEY.replace('+', '+0') }, 'on', { key: OWN_KEY, url: 'ftp://x' }])(
    'of Go refuses %j for a database',
    (sumdb) => {
      expect(goConfig.safeParse({ registry: 'https://r.example.com', dependencies: [], sumdb }).success).toBe(false);
    },
  );

  it.each(['../x', 'a/b', '@a', '@a/b/c', 'a b', '', 'a@not a range', '-x', 'a?b', '.hidden'])('of npm refuses %j', (dependency) => {
    expect(npmConfig.safeParse({ registry: 'https://r.example.com', dependencies: [dependency] }).success).toBe(false);
  });

  it.each(['hammer', '../x', 'example.com/../x', 'example.com//x', 'example.com/a b', 'example.com/-x', 'example.com/x@latest', ''])(
    'of Go refuses %j',
    (dependency) => {
      expect(goConfig.safeParse({ registry: 'https://r.example.com', dependencies: [dependency] }).success).toBe(false);
    },
  );
});
