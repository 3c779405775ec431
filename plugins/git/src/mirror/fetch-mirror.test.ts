import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { RepoName, RevSpec } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FetchEvent } from '../api.js';
import { allOf } from '../reads/all-of.js';
import { aGit, type TestGit } from '../testing/a-git.js';
import { aFolder, aRepository } from '../testing/a-repository.js';
import { lockMirror } from './mirror-lock.js';

let test: TestGit;
beforeAll(async () => {
  test = await aGit();
});
afterAll(() => test.close());
const done = (events: readonly FetchEvent[]) => events.at(-1) as Extract<FetchEvent, { type: 'done' }>;
const resolve = (name: string, rev = 'HEAD') => test.git.resolve({ repository: RepoName.parse(name), revision: RevSpec.parse(rev) });
const below = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name));

describe('cloning and fetching', () => {
  it('clones, tells progress, then reports only what changed', async () => {
    const source = aRepository({ commits: [{ files: { a: '1' } }], tags: { v1: ':1' } });
    const from = { url: source.path, localFolder: true };
    const first = await test.fetch('clone', from);
    expect(done(first)).toMatchObject({ changed: true, cloned: true, head: 'main' });
    expect(done(first).sizeBytes).toBeGreaterThan(1000);
    expect(done(await test.fetch('clone', from))).toMatchObject({ changed: false, cloned: false });
    const oid = source.commit({ files: { a: '2' } });
    expect(done(await test.fetch('clone', from))).toMatchObject({ changed: true, cloned: false });
    expect(await resolve('clone')).toBe(oid);
    expect(await test.git.mirror({ repository: RepoName.parse('clone') })).toMatchObject({
      head: 'main',
      lastFetched: '2026-01-02T03:04:05.000Z',
      corrupt: null,
    });
  });

  it('keeps mirrors and the folders above them from other users, also those an earlier version left open', async () => {
    const source = aRepository({ commits: [{ files: { a: '1' } }] });
    await test.fetch('host/team/private', { url: source.path, localFolder: true });
    const folders = ['host', 'host/team', 'host/team/private.git', '.locks', '.temp'].map((path) => join(test.files.root, path));
    const modes = () => folders.map((path) => (statSync(path).mode & 0o777).toString(8));
    expect(modes()).toEqual(folders.map(() => '700'));
    for (const path of folders) chmodSync(path, 0o755);
    expect(await test.files.close()).toBe(folders.length);
    expect(modes()).toEqual(folders.map(() => '700'));
    expect(await test.files.close()).toBe(0);
  });

  it('follows what HEAD names, forced moves and removed branches', async () => {
    const source = aRepository({
      commits: [{ files: { a: '1' } }, { files: { a: '2' } }, { branch: 'next', files: { b: '1' } }, { branch: 'gone', files: { c: '1' } }],
    });
    const from = { url: source.path, localFolder: true };
    await test.fetch('head', from);
    source.git('update-ref', 'refs/heads/main', 'main~1');
    source.git('branch', '-D', 'gone');
    source.git('symbolic-ref', 'HEAD', 'refs/heads/next');
    expect(done(await test.fetch('head', from))).toMatchObject({ changed: true, head: 'next' });
    expect(await test.git.defaultBranch({ repository: RepoName.parse('head') })).toMatchObject({ name: 'next' });
    expect(await resolve('head', 'main')).toBe(source.git('rev-parse', 'main'));
    await expect(resolve('head', 'gone')).rejects.toMatchObject({ code: 'SEXTANT_GIT_REVISION_NOT_FOUND' });
  });

  it('takes a folder of branches where a branch was', async () => {
    const source = aRepository({ commits: [{ files: { a: '1' } }], branches: { x: ':1' } });
    await test.fetch('folder', { url: source.path, localFolder: true });
    source.git('branch', '-D', 'x');
    source.git('branch', 'x/y', 'main');
    expect(done(await test.fetch('folder', { url: source.path, localFolder: true }))).toMatchObject({ changed: true });
    expect(await resolve('folder', 'x/y')).toBe(await resolve('folder'));
  });

  it('mirrors a working copy whose HEAD is detached', async () => {
    const source = aRepository({ bare: false, commits: [{ files: { a: '1' } }, { files: { a: '2' } }] });
    source.git('checkout', '--quiet', '--detach', 'main~1');
    const from = { url: source.path, localFolder: true };
    await test.fetch('detached', from);
    expect(await resolve('detached')).toBe(source.git('rev-parse', 'main~1'));
    expect(await test.git.defaultBranch({ repository: RepoName.parse('detached') })).toMatchObject({ name: 'HEAD' });
    source.git('checkout', '--quiet', '--detach', 'main');
    await test.fetch('detached', from);
    expect(await test.git.defaultBranch({ repository: RepoName.parse('detached') })).toMatchObject({ name: 'main' });
  });

  it('mirrors a shallow clone as far as it reaches, and the rest once it is there', async () => {
    const whole = aRepository({ commits: ['1', '2', '3', '4'].map((a) => ({ files: { a } })) });
    const shallow = aRepository({ commits: [] });
    shallow.git('fetch', '--quiet', '--depth=1', `file://${whole.path}`, '+main:refs/heads/main');
    const from = { url: shallow.path, localFolder: true };
    const commits = async () =>
      (await allOf(test.git.log({ repository: RepoName.parse('shallow'), from: [await resolve('shallow')], limit: 9 }))).length;
    expect(done(await test.fetch('shallow', from))).toMatchObject({ cloned: true, head: 'main' });
    expect(await resolve('shallow')).toBe(whole.git('rev-parse', 'main'));
    expect(await commits()).toBe(1);
    shallow.git('fetch', '--quiet', '--depth=2', `file://${whole.path}`, 'main');
    await test.fetch('shallow', from);
    expect(await commits()).toBe(2);
    shallow.git('fetch', '--quiet', '--unshallow', `file://${whole.path}`, 'main');
    await test.fetch('shallow', from);
    expect(await commits()).toBe(4);
  });

  it('mirrors a folder that belongs to another user', async () => {
    const program = join(aFolder('git'), 'git');
    writeFileSync(program, '#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n', { mode: 0o700 });
    const strict = await aGit({ program });
    const source = aRepository({ bare: false, commits: [{ files: { a: '1' } }] });
    expect(done(await strict.fetch('theirs', { url: source.path, localFolder: true }))).toMatchObject({ cloned: true, head: 'main' });
    await strict.close();
  });

  it('keeps nothing of the source in the mirror: no remote, no hook, no URL', async () => {
    const source = aRepository();
    await test.fetch('plain', { url: source.path, localFolder: true });
    for (const file of below(test.files.pathOf(RepoName.parse('plain'))))
      expect(readFileSync(file, 'latin1'), file).not.toContain(source.path);
  });

  it('lets one write a mirror at a time', async () => {
    const source = aRepository();
    const path = test.files.pathOf(RepoName.parse('busy'));
    {
      await using _lock = await lockMirror(test.root, path);
      await expect(test.fetch('busy', { url: source.path, localFolder: true })).rejects.toMatchObject({ code: 'SEXTANT_GIT_BUSY' });
    }
    expect(done(await test.fetch('busy', { url: source.path, localFolder: true }))).toMatchObject({ cloned: true });
  });

  it('removes a mirror while it is fetched: the fetch ends, and leaves nothing', async () => {
    let asked!: () => void;
    const hangs = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = createServer(() => asked());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
      const fetched = test.fetch('removed', { url }).catch((error: unknown) => error);
      await hangs;
      await test.git.remove({ repository: RepoName.parse('removed') });
      expect(await fetched).toMatchObject({ code: 'SEXTANT_GIT_MIRROR_REMOVED' });
      expect(await test.git.mirror({ repository: RepoName.parse('removed') })).toBeNull();
    } finally {
      server.closeAllConnections();
      server.close();
    }
    // And nothing stays that would end the next.
    expect(done(await test.fetch('removed', { url: aRepository().path, localFolder: true }))).toMatchObject({ cloned: true });
  });

  it('moves and removes mirrors, and leaves no empty folders', async () => {
    const repo = await test.mirror('old/place/x');
    await test.git.rename({ repository: repo.name, to: RepoName.parse('new/place/x') });
    expect(await resolve('new/place/x')).toBe(repo.head);
    await expect(resolve('old/place/x')).rejects.toMatchObject({ code: 'SEXTANT_GIT_NOT_CLONED' });
    expect(existsSync(join(test.root, 'old'))).toBe(false);
    await test.git.remove({ repository: RepoName.parse('new/place/x') });
    expect(await test.git.mirror({ repository: RepoName.parse('new/place/x') })).toBeNull();
    expect(existsSync(join(test.root, 'new'))).toBe(false);
    await test.git.remove({ repository: RepoName.parse('new/place/x') });
  });

  it('says in a code what is wrong with the source, and keeps no half clone', async () => {
    await expect(test.fetch('nowhere', { url: '/nonexistent/repo', localFolder: true })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_REMOTE_NOT_FOUND',
    });
    await expect(test.fetch('nowhere', { url: 'http://127.0.0.1:1/x' })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_UNREACHABLE',
      why: expect.stringMatching(/[.!?]$/),
    });
    await expect(test.fetch('nowhere', { url: 'ext::sh -c id' })).rejects.toMatchObject({ code: 'SEXTANT_GIT_URL_REFUSED' });
    expect(await test.git.mirror({ repository: RepoName.parse('nowhere') })).toBeNull();
    expect(readdirSync(join(test.root, '.temp'))).toEqual([]);
  });
});

describe('damage', () => {
  const damaged = async (name: string) => {
    const repo = await test.mirror(name, { commits: [{ files: { a: 'x'.repeat(5_000) } }, { files: { b: 'y' } }] });
    const path = test.files.pathOf(repo.name);
    const packs = below(join(path, 'objects')).filter((f) => /\.pack$|\/[0-9a-f]{38}$/.test(f));
    test.close();
    for (const file of packs) {
      chmodSync(file, 0o600);
      truncateSync(file, 20);
    }
    return repo;
  };

  it('is noticed when read, marked, and mended by the next fetch', async () => {
    const repo = await damaged('damaged');
    await expect(allOf(test.git.tree({ repository: repo.name, oid: repo.head, path: '' as never }))).rejects.toThrow();
    await expect(allOf(test.git.log({ repository: repo.name, from: [repo.head], limit: 5 }))).rejects.toMatchObject({
      code: 'SEXTANT_GIT_CORRUPT',
    });
    expect((await test.git.mirror({ repository: repo.name }))!.corrupt).toBeTruthy();
    expect(done(await test.fetch('damaged', { url: repo.source.path, localFolder: true }))).toMatchObject({ cloned: true });
    expect(await test.git.mirror({ repository: repo.name })).toMatchObject({ corrupt: null });
    expect(await allOf(test.git.log({ repository: repo.name, from: [repo.head], limit: 5 }))).toHaveLength(2);
  });

  it('is noticed by a fetch, which clones again beside the old one', async () => {
    const repo = await damaged('damaged-fetch');
    repo.source.commit({ files: { c: 'z' } });
    const events = await test.fetch('damaged-fetch', { url: repo.source.path, localFolder: true });
    expect(done(events)).toMatchObject({ cloned: true });
    expect(await resolve('damaged-fetch')).toBe(repo.source.git('rev-parse', 'main'));
  });
});

describe('row 13: killed in the middle', () => {
  it('sweeps what a dead process left, and keeps what a living one is doing', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    const pid = dead.pid!;
    await new Promise((ended) => dead.once('exit', ended));
    const left = join(test.root, '.temp', `${pid}-1.rest`, 'mirror', 'objects');
    mkdirSync(left, { recursive: true });
    const own = await test.files.temporary();
    expect(await test.files.sweep()).toBe(1);
    expect(existsSync(left)).toBe(false);
    expect(existsSync(own)).toBe(true);
    await test.files.discard(own);
  });

  it('takes over the lock of a dead process', async () => {
    const path = test.files.pathOf(RepoName.parse('stale'));
    const lock = await lockMirror(test.root, path);
    const file = readdirSync(join(test.root, '.locks')).map((name) => join(test.root, '.locks', name))[0]!;
    writeFileSync(file, '999999999-1 x');
    await using _second = await lockMirror(test.root, path);
    await lock[Symbol.asyncDispose](); // the late first owner does not release what is another's
    await expect(lockMirror(test.root, path)).rejects.toMatchObject({ code: 'SEXTANT_GIT_BUSY' });
  });

  it('sweeps the claim of a lock that its writer had no time to sign', async () => {
    const locks = join(test.root, '.locks');
    mkdirSync(locks, { recursive: true });
    for (const name of ['a.unsigned-old', 'a.unsigned-new']) writeFileSync(join(locks, name), '');
    utimesSync(join(locks, 'a.unsigned-old'), 1, 1);
    await test.files.sweep();
    expect(readdirSync(locks).filter((name) => name.startsWith('a.'))).toEqual(['a.unsigned-new']);
    rmSync(join(locks, 'a.unsigned-new'));
  });

  it('clones as if nothing had been after kill -9 in a clone, and serves no half of it', async () => {
    const source = aRepository({ commits: [{ files: { a: '1' } }] });
    const folder = aFolder('hanging');
    const [program, reached] = [join(folder, 'git'), join(folder, 'reached')];
    // Does the whole transfer, then hangs before it ends: everything is on disk and nothing is in place.
    writeFileSync(
      program,
      `#!/bin/sh\ncase "$1" in fetch) git "$@"; echo $$ > ${reached}.new; mv ${reached}.new ${reached}; exec sleep 600;; esac\nexec git "$@"\n`,
      { mode: 0o700 },
    );
    const script = join(import.meta.dirname, '..', 'testing', 'clone-in-process.mjs');
    const child = spawn(process.execPath, [script, dirname(test.root), program, 'cut', source.path], { stdio: 'ignore' });
    const gone = new Promise((ended) => child.once('exit', ended));
    await new Promise<void>((found, failed) => {
      const watcher = watch(folder, () => existsSync(reached) && found());
      gone.then(() => failed(new Error('the cloning process ended by itself')));
      gone.finally(() => watcher.close());
    });
    child.kill('SIGKILL');
    await gone;
    process.kill(Number(readFileSync(reached, 'utf8')), 'SIGKILL');
    expect(await test.git.mirror({ repository: RepoName.parse('cut') })).toBeNull();
    expect(await test.files.sweep()).toBe(1);
    expect(done(await test.fetch('cut', { url: source.path, localFolder: true }))).toMatchObject({ cloned: true });
    expect(readdirSync(join(test.root, '.temp'))).toEqual([]);
  });

  it('leaves nothing behind when a clone is aborted', async () => {
    const source = aRepository();
    const abort = new AbortController();
    const events = test.git.fetch({
      repository: RepoName.parse('aborted'),
      source: { url: source.path, localFolder: true },
      signal: abort.signal,
    });
    const rest = allOf(events);
    abort.abort(new Error('enough'));
    await expect(rest).rejects.toThrow('enough');
    expect(await test.git.mirror({ repository: RepoName.parse('aborted') })).toBeNull();
    expect(readdirSync(join(test.root, '.temp')).filter((name) => name.startsWith(`${process.pid}-`))).toEqual([]);
  });

  it('fetches in spite of lock files and half packs that a killed git left', async () => {
    const repo = await test.mirror('leftovers');
    const path = test.files.pathOf(repo.name);
    mkdirSync(join(path, 'refs', 'heads'), { recursive: true });
    for (const name of [
      'sextant-mirror.json.0b5f',
      'packed-refs.lock',
      'HEAD.lock',
      'refs/heads/main.lock',
      'objects/pack/tmp_pack_x1',
      'config.lock',
    ])
      writeFileSync(join(path, name), 'half');
    const oid = repo.source.commit({ files: { new: '1' } });
    expect(done(await test.fetch('leftovers', { url: repo.source.path, localFolder: true }))).toMatchObject({
      changed: true,
      cloned: false,
    });
    expect(await resolve('leftovers')).toBe(oid);
    expect(below(path).filter((f) => /\.lock$|tmp_pack|mirror\.json\./.test(f))).toEqual([]);
  });
});

describe('row 14: a full disk', () => {
  it('ends a fetch that fills the disk, and keeps nothing of it (row 14)', async () => {
    const filling = await aGit({ minFreeBytes: 1, diskInterval: 5 });
    let free = 1;
    filling.files.freeBytes = async () => free;
    const server = createServer((_request, response) => {
      response.write('never ends');
      free = 0;
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    await expect(filling.fetch('filling', { url })).rejects.toMatchObject({ code: 'SEXTANT_GIT_DISK_FULL' });
    expect(below(filling.root)).toEqual([]);
    server.closeAllConnections();
    server.close();
    await filling.close();
  });

  it('stops fetching with a clear reason and goes on reading', async () => {
    const full = await aGit({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const repo = await test.mirror('readable');
    const path = full.files.pathOf(repo.name);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(test.files.pathOf(repo.name), path);
    await expect(full.fetch('readable', { url: repo.source.path, localFolder: true })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_DISK_FULL',
    });
    expect(await full.git.resolve({ repository: repo.name, revision: RevSpec.HEAD })).toBe(repo.head);
    await full.close();
  });

  it('says so when git itself finds no space', async () => {
    const folder = aFolder('git');
    const program = join(folder, 'git');
    writeFileSync(program, '#!/bin/sh\necho "fatal: write error: No space left on device" >&2\nexit 128\n', { mode: 0o700 });
    const full = await aGit({ program });
    await expect(full.fetch('x', { url: 'https://127.0.0.1:1/x' })).rejects.toMatchObject({ code: 'SEXTANT_GIT_DISK_FULL', status: 507 });
  });
});
