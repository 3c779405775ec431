import codeHost from '@sextant/plugin-code-host';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { at, LeakWatch, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readZip } from './archive/read-zip.js';
import { zipChecksum } from './go/zip-checksum.js';
import manifest from './manifest.js';
import { aTarball, aZip, integrityOf } from './testing/archives.js';
import { FakeGoProxy, FakeNpm, type FakeVersion } from './testing/fake-registry.js';
import { FakeSumDatabase } from './testing/fake-sum-database.js';

const TOKEN = 'hunter2-canary';
const eventually = { timeout: 30_000, interval: 100 };
let npm: FakeNpm;
let go: FakeGoProxy;
let kernel: TestKernel;
let watch: LeakWatch;

const npmVersion = async (day: number, content: string): Promise<FakeVersion> => ({
  archive: await aTarball([{ name: 'package/index.js', content }]),
  time: `2024-01-0${day}T00:00:00.000Z`,
});
const matches = async (query: string): Promise<unknown> =>
  at(
    (await kernel.graphql('query($q: String!) { search(query: $q) { results { matchCount } } }', { q: query })).data,
    'search.results.matchCount',
  );
const repository = async (name: string, fields: string): Promise<unknown> =>
  at((await kernel.graphql(`query($name: String!) { repository(name: $name) { ${fields} } }`, { name })).data, 'repository');
const tags = async (name: string): Promise<unknown> =>
  at(await repository(name, 'tags(first: 50) { nodes { displayName } }'), 'tags.nodes.*.displayName');
const refresh = async (name: string): Promise<void> => {
  const id = at(await repository(name, 'id'), 'id');
  await kernel.graphql('mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id });
};
const connect = async (kind: string, config: object): Promise<string> => {
  const { data, errors } = await kernel.graphql(
    `mutation($config: String!) { addExternalService(input: { kind: ${kind}, displayName: "Registry", config: $config }) { id config } }`,
    { config: JSON.stringify(config) },
  );
  expect(errors).toEqual([]);
  expect(textAt(data, 'addExternalService.config')).not.toContain(TOKEN);
  return textAt(data, 'addExternalService.id');
};

beforeAll(async () => {
  const hostile = await aTarball([{ name: 'package/../../x', content: 'x' }]);
  const versions = {
    '1.0.0': await npmVersion(1, 'needleone\n'),
    '1.1.0': { ...(await npmVersion(2, 'needletwo\n')), dist: { integrity: integrityOf(Buffer.from('another archive')) } },
    '1.2.0': { archive: hostile, time: '2024-01-03T00:00:00.000Z' },
    '2.0.0': await npmVersion(4, 'needlethree\n'),
  };
  npm = await FakeNpm.start([{ id: 1, name: '@forge/anvil', versions, tags: { latest: '2.0.0' } }]);
  const zip = await aZip({ 'example.com/Hammer@v1.0.0/main.go': 'package needlefour\n' });
  const changed = await aZip({ 'example.com/Hammer@v1.1.0/main.go': 'package needlechanged\n' });
  const time = '2024-01-01T00:00:00Z';
  go = await FakeGoProxy.start([
    { id: 1, name: 'example.com/Hammer', versions: { 'v1.0.0': { archive: zip, time }, 'v1.1.0': { archive: changed, time } } },
  ]);
  const folder = 'example.com/Hammer@v1.0.0/';
  const limits = { maxUnpacked: 1_000, maxFile: 1_000, maxFiles: 10 };
  go.sums = new FakeSumDatabase([
    { path: 'example.com/Hammer', version: 'v1.0.0', sum: await zipChecksum(readZip(zip, folder, limits), folder) },
    { path: 'example.com/Hammer', version: 'v1.1.0', sum: 'h1:another=' },
  ]);
  npm.token = TOKEN;
  watch = await LeakWatch.start([TOKEN]);
  npm.whileGitWaits = watch.look;
  kernel = await startTestKernel({
    plugins: [identity, codeHost, manifest, git, highlight, search],
    config: { tracing: watch.tracing },
  });
}, 60_000);
afterAll(async () => {
  for (const one of [npm, go, watch]) await one?.[Symbol.asyncDispose]();
});

it('a package is searched at its latest version and browsed at its tags, without the versions that cannot be taken', {
  timeout: 60_000,
}, async () => {
  await connect('NPMPACKAGES', { registry: npm.url, credentials: TOKEN, dependencies: ['@forge/anvil'] });
  await expect.poll(() => matches('repo:npm/forge/anvil needlethree'), eventually).toBe(1);
  expect(await matches('needleone')).toBe(0);
  expect(await matches('repo:npm/forge/anvil@v1.0.0 needleone')).toBe(1);
  expect(await tags('npm/forge/anvil')).toEqual(expect.arrayContaining(['v1.0.0', 'v2.0.0']));
  expect(await tags('npm/forge/anvil')).toHaveLength(2);
  expect(kernel.log.text).toContain('SEXTANT_PACKAGES_INTEGRITY');
  expect(kernel.log.text).toContain('SEXTANT_PACKAGES_ARCHIVE');
  expect(await repository('npm/forge/anvil', 'mirrorInfo { lastError } externalRepository { serviceType }')).toEqual({
    mirrorInfo: { lastError: null },
    externalRepository: { serviceType: 'npmPackages' },
  });
});

it('a version that is published is found, and one that is taken back is gone', { timeout: 60_000 }, async () => {
  const [anvil] = npm.repositories;
  const { '1.0.0': _gone, ...versions } = anvil!.versions;
  npm.repositories = [{ ...anvil!, versions: { ...versions, '2.1.0': await npmVersion(5, 'needlefive\n') }, tags: { latest: '2.1.0' } }];
  await refresh('npm/forge/anvil');
  await expect.poll(() => matches('needlefive'), eventually).toBe(1);
  expect(await tags('npm/forge/anvil')).toHaveLength(2);
  expect(await tags('npm/forge/anvil')).toEqual(expect.arrayContaining(['v2.0.0', 'v2.1.0']));
});

it('a module of Go is searched too, without the version that the checksum database has another checksum of', {
  timeout: 60_000,
}, async () => {
  await connect('GOMODULES', { registry: go.url, dependencies: ['example.com/Hammer'], sumdb: { key: go.sums!.key } });
  await expect.poll(() => matches('repo:go/example.com/Hammer needlefour'), eventually).toBe(1);
  expect(await tags('go/example.com/Hammer')).toEqual(['v1.0.0']);
  expect(kernel.log.text).toContain('the checksum database has h1:another=');
});

it('leaves the token in no file, table, answer, log, trace or process (row 22)', async () => {
  const { data } = await kernel.graphql(
    '{ externalServices { nodes { config lastSyncError } } outboundRequests { nodes { url requestHeaders { name values } errorMessage } } }',
  );
  expect(await watch.leaks(kernel, data)).toEqual([]);
  // It was looked while git wrote what came from the registry.
  if (process.platform === 'linux') expect([...watch.programs]).toContain('git');
});
