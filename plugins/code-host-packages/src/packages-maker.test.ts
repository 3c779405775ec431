import { gzipSync } from 'node:zlib';
import { failureOf } from '@sextant/plugin-code-host/testing';
import type { MadeFile } from '@sextant/plugin-git/api';
import { inMemoryServices } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readZip } from './archive/read-zip.js';
import { zipChecksum } from './go/zip-checksum.js';
import type { MakerInput, PackageVersion } from './package-versions.js';
import { packagesMaker } from './packages-maker.js';
import { aTarball, aZip, integrityOf, type TarEntry } from './testing/archives.js';
import { FakeGoProxy, FakeNpm, type FakeVersion } from './testing/fake-registry.js';
import { type FakeRecord, FakeSumDatabase } from './testing/fake-sum-database.js';

const signal = new AbortController().signal;
const LIMITS = { maxArchive: 1024 ** 2, maxUnpacked: 200_000, maxFile: 100_000, maxFiles: 20 };
const time = '2024-01-01T00:00:00Z';
const file = (name: string, content = 'x'): TarEntry => ({ name: `package/${name}`, content });

let npm: FakeNpm;
let go: FakeGoProxy;
beforeAll(async () => {
  npm = await FakeNpm.start([]);
  go = await FakeGoProxy.start([]);
});
afterAll(async () => {
  await npm[Symbol.asyncDispose]();
  await go[Symbol.asyncDispose]();
});

const maker = () => {
  const { http } = inMemoryServices();
  // Nobody waits here for a registry to come back.
  return packagesMaker({ http, sleep: async () => undefined, limits: () => LIMITS });
};
const told = (archive: Buffer, change: Partial<PackageVersion> = {}): PackageVersion => ({
  tag: 'v1.0.0',
  message: 'anvil 1.0.0\n',
  date: 0,
  archive: `${npm.url}/anvil/-/anvil-1.0.0.tgz`,
  format: 'tarball',
  integrity: [integrityOf(archive)],
  ...change,
});
/** The files of one version, as the maker gives them to git. */
async function filesOf(
  version: PackageVersion,
  of = maker(),
  password?: string,
  registry = new URL(version.archive).origin,
  sums?: MakerInput['sums'],
): Promise<readonly MadeFile[]> {
  const input: MakerInput = { registry: 'fake', versions: [version], latest: ['v1.0.0'], sums };
  const made = await of.make(
    { url: `${registry}/anvil`, input: JSON.stringify(input), ...(password === undefined ? {} : { password }) },
    { signal },
  );
  const { files } = await made.versions[0]!.content(signal);
  return await Array.fromAsync(files);
}
const serve = (archive: Buffer): Buffer => {
  const versions: Record<string, FakeVersion> = { '1.0.0': { archive, time } };
  npm.repositories = [{ id: 1, name: 'anvil', versions }];
  return archive;
};
const texts = (files: readonly MadeFile[]) => files.map(({ path, mode, content }) => [path, mode, Buffer.from(content).toString()]);

describe('an archive of npm', () => {
  it('gives its files without the folder that they are in, with who may run them and links inside', async () => {
    const archive = serve(
      await aTarball([
        { name: 'package', type: 'directory' },
        file('package.json', '{}'),
        { ...file('bin/run', '#!/bin/sh'), mode: 0o755 },
        { name: 'package/lib/link', type: 'symlink', linkname: '../package.json' },
        { name: 'package/./a', content: 'a' },
      ]),
    );
    expect(texts(await filesOf(told(archive)))).toEqual([
      ['package.json', '100644', '{}'],
      ['bin/run', '100755', '#!/bin/sh'],
      ['lib/link', '120000', '../package.json'],
      ['a', '100644', 'a'],
    ]);
  });

  const long = 'x'.repeat(60_000);
  it.each<[string, readonly TarEntry[], string]>([
    ['a path that leads out', [file('a'), file('../../etc/cron.d/x')], 'ARCHIVE'],
    ['an absolute path', [{ name: '/etc/passwd', content: 'x' }], 'ARCHIVE'],
    ['a path of Windows', [file('..\\x')], 'ARCHIVE'],
    ['a file in git’s own folder', [file('.git/hooks/post-checkout')], 'ARCHIVE'],
    ['the same in capitals, deeper', [file('a/.GIT/config')], 'ARCHIVE'],
    ['a link that leads out', [{ name: 'package/x', type: 'symlink', linkname: '../../etc/passwd' }], 'ARCHIVE'],
    ['a link to an absolute path', [{ name: 'package/x', type: 'symlink', linkname: '/etc/passwd' }], 'ARCHIVE'],
    ['a hard link', [{ name: 'package/x', type: 'link', linkname: 'package/a' }], 'ARCHIVE'],
    ['a device', [{ name: 'package/x', type: 'character-device' }], 'ARCHIVE'],
    ['too many files', Array.from({ length: 21 }, (_, at) => file(`f${at}`)), 'TOO_LARGE'],
    ['too large a file', [file('a', 'x'.repeat(100_001))], 'TOO_LARGE'],
    ['too much in all', [file('a', long), file('b', long), file('c', long), file('d', long)], 'TOO_LARGE'],
    [
      'too much beside its files',
      Array.from({ length: 600 }, (_, at) => ({ name: `package/${'d'.repeat(600)}${at}/`, type: 'directory' as const })),
      'TOO_LARGE',
    ],
  ])('with %s is left out', async (_what, entries, code) => {
    const archive = serve(await aTarball(entries));
    expect(await failureOf(filesOf(told(archive)))).toMatchObject({ code: `SEXTANT_PACKAGES_${code}`, details: { refused: true } });
  });

  it.each<[string, (archive: Buffer) => Partial<PackageVersion>, string]>([
    ['another archive than its checksum is of', () => ({ integrity: [integrityOf(Buffer.from('other'))] }), 'INTEGRITY'],
    ['no checksum', () => ({ integrity: [] }), 'INTEGRITY'],
    ['a right weak checksum and a wrong strong one', () => ({ integrity: ['sha1-xxxx', integrityOf(Buffer.from('other'))] }), 'INTEGRITY'],
    ['an archive that the registry does not give', () => ({ archive: `${npm.url}/anvil/-/anvil-9.9.9.tgz` }), 'ARCHIVE'],
  ])('is left out for %s', async (_what, change, code) => {
    const archive = serve(await aTarball([file('a')]));
    expect(await failureOf(filesOf(told(archive, change(archive))))).toMatchObject({
      code: `SEXTANT_PACKAGES_${code}`,
      details: { refused: true },
    });
  });

  it.each(['no archive', 'half of one', 'a bomb of one byte again and again', 'more than is fetched'])(
    'is left out where there is %s',
    async (what) => {
      const whole = await aTarball([file('a', 'x'.repeat(90_000)), file('b', 'y'.repeat(90_000))]);
      const archives: Readonly<Record<string, Buffer>> = {
        'no archive': Buffer.from('<html>'),
        'half of one': whole.subarray(0, whole.length / 2),
        'a bomb of one byte again and again': gzipSync(Buffer.alloc(50 * 1024 ** 2)),
        'more than is fetched': Buffer.alloc(1024 ** 2 + 1),
      };
      const archive = serve(archives[what]!);
      expect(await failureOf(filesOf(told(archive)))).toMatchObject({ details: { refused: true } });
    },
  );

  it('is not fetched again once it was left out', async () => {
    const archive = serve(await aTarball([file('../../x')]));
    const one = maker();
    await failureOf(filesOf(told(archive), one));
    npm.asked.length = 0;
    expect(await failureOf(filesOf(told(archive), one))).toMatchObject({ code: 'SEXTANT_PACKAGES_ARCHIVE' });
    expect(npm.asked).toEqual([]);
  });

  it.each(['broken', 'unavailable', 'reset', 'limited'] as const)('ends the fetch by %s, and is not left out for it', async (fault) => {
    const archive = serve(await aTarball([file('a')]));
    npm.faults.next(fault);
    expect((await failureOf(filesOf(told(archive)))).details['refused']).toBeUndefined();
    npm.faults.next('broken', { times: 1 });
    expect(await filesOf(told(archive))).toHaveLength(1);
    npm.faults.clear();
  });

  it('is asked for with the credential at the registry, and without it elsewhere (row 20)', async () => {
    const archive = serve(await aTarball([file('a')]));
    npm.token = 'hunter2-canary';
    expect(await filesOf(told(archive), maker(), 'hunter2-canary')).toHaveLength(1);
    await using other = await FakeNpm.start([{ id: 1, name: 'anvil', versions: { '1.0.0': { archive, time } } }]);
    other.token = 'hunter2-canary';
    // Asked without the credential, and in a person's name: what a registry tells may lead into no network of ours.
    const error = await failureOf(
      filesOf(told(archive, { archive: `${other.url}/anvil/-/anvil-1.0.0.tgz` }), maker(), 'hunter2-canary', npm.url),
    );
    expect(error.code).toBe('SEXTANT_OUTBOUND_ADDRESS');
    expect(other.asked).toEqual([]);
    npm.token = undefined;
  });
});

describe('an archive of a Go module', () => {
  const root = 'example.com/anvil@v1.0.0/';
  const zipped = async (files: Readonly<Record<string, string>>, options = {}): Promise<PackageVersion> => {
    const archive = await aZip(files, options);
    go.repositories = [{ id: 1, name: 'example.com/anvil', versions: { 'v1.0.0': { archive, time } } }];
    const at = `${go.url}/example.com/anvil/@v/v1.0.0`;
    return { tag: 'v1.0.0', message: 'm', info: `${at}.info`, archive: `${at}.zip`, format: 'zip', root };
  };

  it('gives its files below the folder of the version', async () => {
    expect(
      texts(await filesOf(await zipped({ [`${root}go.mod`]: 'module example.com/anvil\n', [`${root}a/b.go`]: 'package a\n' }))),
    ).toEqual([
      ['go.mod', '100644', 'module example.com/anvil\n'],
      ['a/b.go', '100644', 'package a\n'],
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['a file beside that folder', { 'example.com/other@v1.0.0/a': 'x' }, {}],
    ['a file in git’s own folder', { [`${root}.git/config`]: 'x' }, {}],
    ['a link', { [`${root}a`]: '/etc/passwd' }, { mode: 0o120777 }],
    ['too many files', Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`${root}${at}`, 'x'])), {}],
    ['too large a file', { [`${root}a`]: 'x'.repeat(100_001) }, {}],
  ])('with %s is left out', async (_what, files, options) => {
    expect(await failureOf(filesOf(await zipped(files, options)))).toMatchObject({ details: { refused: true } });
  });

  it('with a path that leads out is left out', async () => {
    const honest = await zipped({ [`${root}aa/bb`]: 'x' });
    const versions = go.repositories[0]!.versions['v1.0.0']!;
    const hostile = Buffer.from(versions.archive.toString('latin1').replaceAll('aa/bb', '../..'), 'latin1');
    go.repositories = [{ id: 1, name: 'example.com/anvil', versions: { 'v1.0.0': { archive: hostile, time } } }];
    expect(await failureOf(filesOf(honest))).toMatchObject({ code: 'SEXTANT_PACKAGES_ARCHIVE' });
  });

  it('ends the fetch where its time is not told', async () => {
    const version = await zipped({ [`${root}a`]: 'x' });
    go.repositories = [{ ...go.repositories[0]!, versions: { 'v1.0.0': { ...go.repositories[0]!.versions['v1.0.0']!, time: 'never' } } }];
    expect(await failureOf(filesOf(version))).toMatchObject({ code: 'SEXTANT_PACKAGES_FETCH' });
  });

  describe('that is held to a checksum database', () => {
    const content = { [`${root}go.mod`]: 'module example.com/anvil\n' };
    const SUM = 'h1:VRhLH0kK';
    const held = async (records: readonly FakeRecord[], passedOn = true) => {
      const sums = new FakeSumDatabase(records, 300);
      go.sums = passedOn ? sums : undefined;
      const version = { ...(await zipped(content)), module: { path: 'example.com/anvil', version: 'v1.0.0' } };
      const proxy = `${go.url}/sumdb/${sums.name}/`;
      return { version, sums, address: { key: sums.key, url: `${go.url}/elsewhere/`, proxy } };
    };
    const record = (sum: string): FakeRecord => ({ path: 'example.com/anvil', version: 'v1.0.0', sum });
    const right = async () => zipChecksum(readZip(await aZip(content), root, LIMITS), root);

    it('is taken when its files have the checksum', async () => {
      const { version, address } = await held([record(await right())]);
      expect(texts(await filesOf(version, maker(), undefined, go.url, address))).toEqual([
        ['go.mod', '100644', 'module example.com/anvil\n'],
      ]);
    });

    it('is left out when they have another, and is not fetched again', async () => {
      const { version, address } = await held([record(SUM)]);
      const one = maker();
      expect(await failureOf(filesOf(version, one, undefined, go.url, address))).toMatchObject({
        code: 'SEXTANT_PACKAGES_INTEGRITY',
        why: expect.stringContaining(SUM),
        details: { refused: true },
      });
      go.asked.length = 0;
      await failureOf(filesOf(version, one, undefined, go.url, address));
      expect(go.asked).toEqual([]);
    });

    it('is left out when the database does not know it, until it does', async () => {
      const { version, address } = await held([]);
      const one = maker();
      expect(await failureOf(filesOf(version, one, undefined, go.url, address))).toMatchObject({
        code: 'SEXTANT_PACKAGES_INTEGRITY',
        fix: expect.stringContaining('noSumCheck'),
        details: { refused: true },
      });
      const later = await held([record(await right())]);
      expect(await filesOf(version, one, undefined, go.url, later.address)).toHaveLength(1);
    });

    it('ends the fetch, and is not left out, when the database proves nothing or does not answer', async () => {
      const { version, sums, address } = await held([record(await right())]);
      sums.tamper = (path, answer) => (path.startsWith('lookup') ? String(answer).replace('example.com', 'example.org') : answer);
      const lies = await failureOf(filesOf(version, maker(), undefined, go.url, address));
      expect([lies.code, lies.details['refused']]).toEqual(['SEXTANT_PACKAGES_SUMDB', undefined]);
      await using closed = await FakeGoProxy.start([]);
      const away = { key: sums.key, url: `${closed.url}/` };
      await closed[Symbol.asyncDispose]();
      const silence = await failureOf(filesOf(version, maker(), undefined, go.url, away));
      expect([silence.code, silence.fix, silence.details['refused']]).toEqual([
        'SEXTANT_PACKAGES_FETCH',
        expect.stringContaining('"sumdb"'),
        undefined,
      ]);
    });

    it('asks the database itself where the proxy does not pass it on, without the credential', async () => {
      const { version, sums, address } = await held([record(await right())], false);
      await using database = await FakeGoProxy.start([]);
      database.sums = sums;
      const url = `${database.url}/sumdb/${sums.name}/`;
      expect(await filesOf(version, maker(), 'hunter2-canary', go.url, { ...address, url })).toHaveLength(1);
      expect(database.asked.length).toBeGreaterThan(0);
      expect(database.credentials).toEqual([]);
    });
  });
});
