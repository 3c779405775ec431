import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Connection, FoundRepository } from '@sextant/plugin-code-host/api';
import type { DataFolders, Logger } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalConfig, localConfig } from './local-config.js';
import { localKind } from './local-kind.js';

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const signal = new AbortController().signal;
const progress = (): void => undefined;
/** As the kernel knows them: by a marker. */
const isMarked = (at: string): boolean => existsSync(join(at, '.sextant-data-folder'));
const dataFolders: DataFolders = {
  isDataFolder: async (at) => isMarked(at),
  around: async (path) => {
    for (let at = path; at !== dirname(at); at = dirname(at)) if (isMarked(at)) return at;
    return undefined;
  },
};
const kind = localKind({ log, signal, dataFolders, maxWatched: 10, pollInterval: 20, searchInterval: 20 });

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sextant-local-')));
  root = join(folder, 'root');
  await mkdir(root);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const git = (cwd: string, ...args: string[]): string => {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  return execFileSync('git', args, { cwd, env, stdio: 'pipe', encoding: 'utf8' });
};
const aRepository = async (path: string, options: { readonly bare?: boolean } = {}): Promise<string> => {
  const at = join(root, path);
  await mkdir(at, { recursive: true });
  git(at, 'init', '-q', '-b', 'main', ...(options.bare ? ['--bare'] : []));
  return at;
};
const commit = (at: string): string => git(at, 'commit', '-q', '--allow-empty', '-m', 'x');
const connection = (config: object): Connection<LocalConfig> => ({
  id: 1,
  kind: 'LOCAL',
  displayName: 'x',
  config: localConfig.parse({ roots: [root], ...config }),
});
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const found = (config: object = {}): Promise<FoundRepository[]> => collect(kind.list(connection(config), { signal, progress }));
const names = async (config: object = {}): Promise<string[]> => (await found(config)).map((repository) => repository.name);

describe('finding repositories', () => {
  it('finds work trees, bare ones and linked work trees, named by their path below the root', async () => {
    await aRepository('a');
    await aRepository('team/b.git', { bare: true });
    const main = await aRepository('main');
    commit(main);
    git(main, 'worktree', 'add', '-q', join(root, 'linked'));
    expect(await names()).toEqual(['a', 'linked', 'main', 'team/b']);
  });

  it('takes a root that is a repository, by its own name', async () => {
    const at = await aRepository('a');
    expect(await names({ roots: [at] })).toEqual(['a']);
  });

  it('does not enter repositories, hidden folders, node_modules, excluded folders, or deeper than it may', async () => {
    await aRepository('a');
    await aRepository('a/nested');
    await aRepository('.hidden/b');
    await aRepository('node_modules/c');
    await aRepository('skip/d');
    await aRepository('1/2/3/e');
    expect(await names({ exclude: ['skip'], depth: 3 })).toEqual(['a']);
  });

  it('keeps to what is included', async () => {
    await aRepository('team/a');
    await aRepository('other/b');
    expect(await names({ include: ['team/*'] })).toEqual(['team/a']);
  });

  it('names what clashes apart, and keeps the names when folders are added', async () => {
    await aRepository('x/a');
    await aRepository('y/a');
    const one = await found({ roots: [join(root, 'x')] });
    const both = await found({ roots: [join(root, 'x'), join(root, 'y')] });
    expect(both.map((repository) => repository.name)).toEqual(['a', 'y/a']);
    expect(both[0]).toEqual(one[0]);
  });

  it('warns once of a folder that holds none, and says what to give', async () => {
    const warned: unknown[] = [];
    await aRepository('some/a');
    await mkdir(join(root, 'none'));
    const warning = localKind({
      log: { ...log, warn: (...said) => warned.push(said) },
      dataFolders,
      signal,
      maxWatched: 1,
      pollInterval: 20,
      searchInterval: 20,
    });
    const list = () => collect(warning.list(connection({ roots: [join(root, 'some'), join(root, 'none')] }), { signal, progress }));
    await list();
    await list();
    expect(warned).toEqual([
      [expect.stringContaining('no git repository'), { folders: [join(root, 'none')], fix: expect.stringContaining('Give a repository') }],
    ]);
  });

  it('finds a repository once though its roots lie in one another', async () => {
    await aRepository('x/a');
    expect(await names({ roots: [join(root, 'x'), root] })).toEqual(['a']);
  });
});

describe('a folder in which a Sextant stores its data', () => {
  const marked = async (path: string): Promise<string> => {
    const at = join(root, path);
    await mkdir(at, { recursive: true });
    await writeFile(join(at, '.sextant-data-folder'), '');
    return at;
  };
  const warnings: unknown[][] = [];
  const warning = localKind({
    log: { ...log, warn: (...said) => warnings.push(said) },
    dataFolders,
    signal,
    maxWatched: 1,
    pollInterval: 20,
    searchInterval: 20,
  });
  const list = (config: object = {}) => collect(warning.list(connection(config), { signal, progress }));
  beforeEach(() => void warnings.splice(0));

  it('is not searched below a root, and named in a warning, once', async () => {
    await aRepository('a');
    const data = await marked('team/data');
    await aRepository('team/data/repos/local/a.git', { bare: true });
    for (let times = 0; times < 2; times++) expect((await list()).map(({ name }) => name)).toEqual(['a']);
    expect(warnings).toEqual([[expect.stringContaining('stores its data'), { folders: [data], fix: expect.any(String) }]]);
    expect(await kind.check(connection({}), signal)).toEqual({ ok: true });
  });

  it('as a root, or with a root in it, gives nothing, without an error: what was added from it is removed', async () => {
    const data = await marked('data');
    await aRepository('data/repos/a.git', { bare: true });
    for (const at of [data, join(data, 'repos'), join(data, 'repos/a.git')]) {
      expect(await list({ roots: [at] })).toEqual([]);
      expect(await kind.check(connection({ roots: [at] }), signal)).toMatchObject({ ok: false, problem: expect.stringContaining(at) });
    }
    expect(warnings).toHaveLength(1);
  });

  it('gives no work tree of a mirror, and no mirror to clone, though it was listed before', async () => {
    const origin = join(folder, 'origin');
    await mkdir(origin);
    git(origin, 'init', '-q', '-b', 'main');
    commit(origin);
    const mirror = join(root, 'data/repos/a.git');
    git(folder, 'clone', '-q', '--bare', origin, mirror);
    const tree = join(root, 'tree');
    git(mirror, 'worktree', 'add', '-q', tree);
    const ask = (cloneUrl: string) => kind.cloneSource(connection({}), { name: 'a', externalId: 'x', cloneUrl });
    expect(await names()).toEqual(['data/repos/a', 'tree']);
    await expect(ask(mirror)).resolves.toMatchObject({ localFolder: true });
    await marked('data');
    expect(await names()).toEqual([]);
    for (const at of [mirror, tree])
      await expect(ask(at)).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_LOCAL_DATA_FOLDER', why: expect.stringContaining('data') });
  });
});

describe('nothing outside of the roots is read', () => {
  const outside = async (): Promise<string> => {
    const at = join(folder, 'outside');
    await mkdir(at);
    git(at, 'init', '-q', '-b', 'main');
    commit(at);
    return at;
  };

  it('through a link to a folder', async () => {
    await symlink(await outside(), join(root, 'link'));
    expect(await names()).toEqual([]);
  });

  it('through a .git that is a link or names another folder', async () => {
    const at = await outside();
    await mkdir(join(root, 'a'));
    await symlink(join(at, '.git'), join(root, 'a', '.git'));
    await mkdir(join(root, 'b'));
    await writeFile(join(root, 'b', '.git'), `gitdir: ${join(at, '.git')}\n`);
    expect(await names()).toEqual([]);
  });

  it('through a description', async () => {
    const described = async () => (await found()).map(({ description }) => description);
    const file = join(await aRepository('a'), '.git', 'description');
    await writeFile(file, 'What it is\n');
    expect(await described()).toEqual(['What it is']);
    await writeFile(join(folder, 'secret'), 'password');
    for (const target of [join(folder, 'secret'), '/dev/zero']) {
      await rm(file);
      await symlink(target, file);
      expect(await described()).toEqual([undefined]);
    }
    await rm(file);
    execFileSync('mkfifo', [file]);
    expect(await described()).toEqual([undefined]);
  });

  it('through a link to a single object, when git is to read it', async () => {
    const victim = await outside();
    const at = await aRepository('a');
    const head = git(victim, 'rev-parse', 'HEAD').trim();
    await mkdir(join(at, '.git', 'objects', head.slice(0, 2)), { recursive: true });
    const object = join('.git', 'objects', head.slice(0, 2), head.slice(2));
    await rm(join(at, object), { force: true });
    await symlink(join(victim, object), join(at, object));
    await expect(kind.cloneSource(connection({}), { name: 'a', externalId: 'x', cloneUrl: at })).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_LOCAL_OUTSIDE',
    });
  });

  it('through a shared object store', async () => {
    const at = await outside();
    const inside = await aRepository('a');
    await mkdir(join(inside, '.git', 'objects', 'info'), { recursive: true });
    await writeFile(join(inside, '.git', 'objects', 'info', 'alternates'), `${join(at, '.git', 'objects')}\n`);
    expect(await names()).toEqual([]);
  });

  it('when a link takes the place of a repository after it was listed', async () => {
    const at = await aRepository('a');
    const ask = (): Promise<unknown> => kind.cloneSource(connection({}), { name: 'a', externalId: 'x', cloneUrl: at });
    expect(await ask()).toEqual({ url: at, localFolder: true });
    await rm(at, { recursive: true });
    await symlink(await outside(), at);
    await expect(ask()).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_LOCAL_OUTSIDE' });
  });

  it('by asking to clone another folder (row 2)', async () => {
    for (const cloneUrl of [await outside(), '/etc', `${root}-other`, join(root, '..', 'outside')]) {
      await expect(kind.cloneSource(connection({}), { name: 'a', externalId: 'x', cloneUrl })).rejects.toMatchObject({
        code: expect.stringMatching(/OUTSIDE|UNREADABLE/),
      });
    }
  });
});

describe('a folder that cannot be seen', () => {
  it('is not taken for empty: what is there is listed, and then it throws, so nothing is deleted (row 15)', async () => {
    await aRepository('a');
    const seen: string[] = [];
    const list = async (): Promise<void> => {
      for await (const repository of kind.list(connection({ roots: [root, join(folder, 'gone')] }), { signal, progress }))
        seen.push(repository.name);
    };
    await expect(list()).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_LOCAL_UNREADABLE' });
    expect(seen).toEqual(['a']);
    expect(await kind.check(connection({ roots: [join(folder, 'gone')] }), signal)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('gone'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('is said when a folder inside may not be read', async () => {
    await aRepository('locked/a');
    await chmod(join(root, 'locked'), 0o000);
    await expect(found()).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_LOCAL_UNREADABLE' });
    await chmod(join(root, 'locked'), 0o755);
  });
});

describe('watching', () => {
  /** Resolves with the first call-back that `when` accepts. */
  const watching = (config: { maxWatched: number }) => {
    const calls: (readonly string[])[] = [];
    const waiting = new Set<() => void>();
    const watched = localKind({ log, signal, dataFolders, pollInterval: 20, searchInterval: 20, ...config }).watch?.(
      connection({}),
      (ids) => {
        calls.push(ids);
        for (const wake of waiting) wake();
      },
    );
    const until = async (when: (ids: readonly string[]) => boolean): Promise<void> => {
      while (!calls.some(when)) await new Promise<void>((resolve) => waiting.add(resolve));
    };
    return { until, calls, stop: async () => watched?.[Symbol.asyncDispose]() };
  };

  it.each([
    ['by file events', 10],
    ['by looking', 0],
  ])('notices a commit %s', async (_how, maxWatched) => {
    const at = await aRepository('a');
    commit(at);
    const [repository] = await found();
    const watch = watching({ maxWatched });
    // Whatever happened before it watched.
    await watch.until((ids) => ids.includes(repository?.externalId ?? ''));
    watch.calls.length = 0;
    let committing = true;
    const seen = watch
      .until((ids) => ids.includes(repository?.externalId ?? ''))
      .then(() => {
        committing = false;
      });
    while (committing) {
      commit(at);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await seen;
    await watch.stop();
  });

  it('tells what looks the same after a restart by the same stamp, and what was changed meanwhile by another', async () => {
    const at = await aRepository('a');
    commit(at);
    const b = await aRepository('b');
    commit(b);
    const stamps = () =>
      new Promise<ReadonlyMap<string, string>>((resolve) => {
        const watched = localKind({ log, signal, dataFolders, pollInterval: 60_000, searchInterval: 60_000, maxWatched: 1 }).watch?.(
          connection({}),
          (ids, told = new Map()) => {
            expect([...told.keys()]).toEqual(ids);
            void watched?.[Symbol.asyncDispose]().then(() => resolve(told));
          },
        );
      });
    const before = await stamps();
    expect(await stamps()).toEqual(before);
    commit(at);
    const after = await stamps();
    expect([...after].filter(([id, stamp]) => before.get(id) !== stamp)).toHaveLength(1);
  });

  it('ends when the plugin does, though nobody ended the watch (row 26)', async () => {
    const at = await aRepository('a');
    const plugin = new AbortController();
    const calls: (readonly string[])[] = [];
    const first = new Promise<void>((resolve) => {
      const ending = localKind({ log, dataFolders, signal: plugin.signal, maxWatched: 0, pollInterval: 5, searchInterval: 5 });
      ending.watch?.(connection({}), (ids) => {
        calls.push(ids);
        resolve();
      });
    });
    await first;
    plugin.abort();
    // Another watch of the same folder sees both changes, so the one that ended would have seen them too.
    const watch = watching({ maxWatched: 0 });
    await watch.until((ids) => ids.length === 1);
    await rm(at, { recursive: true });
    await watch.until((ids) => ids.length === 0);
    await watch.stop();
    expect(calls).toHaveLength(1);
  });

  it('notices that a repository went', async () => {
    const at = await aRepository('a');
    await aRepository('b');
    const watch = watching({ maxWatched: 10 });
    await watch.until((ids) => ids.length === 2);
    await rename(at, join(folder, 'moved'));
    await watch.until((ids) => ids.length === 0);
    await watch.stop();
  });
});
