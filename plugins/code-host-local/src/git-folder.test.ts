import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitFolderAt } from './git-folder.js';

describe('a repository whose parts lie elsewhere (hostile row 4)', () => {
  let base: string;
  let root: string;
  let outside: string;

  const store = (gitDir: string): void => {
    for (const folder of ['objects/info', 'objects/pack', 'refs']) mkdirSync(join(gitDir, folder), { recursive: true });
    writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  };

  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'git-folder-')));
    root = join(base, 'root');
    outside = join(base, 'outside');
    store(join(root, 'a/.git'));
    store(outside);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const found = () => gitFolderAt(join(root, 'a'), [root]);

  it('is taken when all of it is inside', async () => {
    expect(await found()).toMatchObject({ gitDir: join(root, 'a/.git'), commonDir: join(root, 'a/.git') });
  });

  it('is refused when commondir leads out of the roots', async () => {
    writeFileSync(join(root, 'a/.git/commondir'), `${outside}\n`);
    expect(await found()).toBeUndefined();
  });

  it('is refused when a bare folder has such a commondir', async () => {
    store(join(root, 'bare'));
    writeFileSync(join(root, 'bare/commondir'), outside);
    expect(await gitFolderAt(join(root, 'bare'), [root])).toBeUndefined();
  });

  it.each(['objects/pack', 'refs'])('is refused when %s is a link that leads out', async (folder) => {
    rmSync(join(root, 'a/.git', folder), { recursive: true });
    symlinkSync(join(outside, folder), join(root, 'a/.git', folder));
    expect(await found()).toBeUndefined();
  });

  it.each(['HEAD', 'config', 'packed-refs', 'shallow', 'info/grafts'])(
    'is refused when %s is a link that leads out: git quotes what it cannot read',
    async (file) => {
      writeFileSync(join(outside, 'secret'), 'root:x:0:0\n');
      mkdirSync(join(root, 'a/.git/info'));
      rmSync(join(root, 'a/.git', file), { force: true });
      symlinkSync(join(outside, 'secret'), join(root, 'a/.git', file));
      expect(await found()).toBeUndefined();
    },
  );

  it.each(['objects/ab', 'objects/ab/cdef', 'objects/info/commit-graphs', 'refs/heads/x'])(
    'is refused before it is cloned when %s is a link that leads out',
    async (part) => {
      mkdirSync(dirname(join(root, 'a/.git', part)), { recursive: true });
      symlinkSync(outside, join(root, 'a/.git', part));
      expect(await gitFolderAt(join(root, 'a'), [root], { thorough: true })).toBeUndefined();
    },
  );

  it('is refused when a part cannot be listed, behind which anything may lie', async () => {
    rmSync(join(root, 'a/.git/objects/pack'), { recursive: true });
    symlinkSync('pack', join(root, 'a/.git/objects/pack'));
    expect(await found()).toBeUndefined();
  });

  it.each(['commondir', 'objects/info/alternates', 'HEAD', 'packed-refs'])(
    'is refused, and not waited for, when %s is a pipe',
    async (file) => {
      rmSync(join(root, 'a/.git', file), { force: true });
      execFileSync('mkfifo', [join(root, 'a/.git', file)]);
      expect(await found()).toBeUndefined();
    },
  );

  it.skipIf(process.platform === 'win32')('is refused when commondir is a device that never ends', async () => {
    symlinkSync('/dev/zero', join(root, 'a/.git/commondir'));
    expect(await found()).toBeUndefined();
  });

  it('is taken though hooks and logs are linked elsewhere, which no clone reads', async () => {
    for (const name of ['hooks', 'logs']) symlinkSync(outside, join(root, 'a/.git', name));
    expect(await gitFolderAt(join(root, 'a'), [root], { thorough: true })).toBeDefined();
  });

  it('is refused when a store that it borrows from borrows outside', async () => {
    store(join(root, 'b'));
    writeFileSync(join(root, 'a/.git/objects/info/alternates'), `${join(root, 'b/objects')}\n`);
    writeFileSync(join(root, 'b/objects/info/alternates'), `${join(outside, 'objects')}\n`);
    expect(await found()).toBeUndefined();
  });

  it('is refused when the borrowed store is quoted', async () => {
    writeFileSync(join(root, 'a/.git/objects/info/alternates'), `"${join(outside, 'objects')}"\n`);
    expect(await found()).toBeUndefined();
  });

  it('is taken when stores borrow from each other inside', async () => {
    store(join(root, 'b'));
    writeFileSync(join(root, 'a/.git/objects/info/alternates'), `${join(root, 'b/objects')}\n`);
    writeFileSync(join(root, 'b/objects/info/alternates'), `${join(root, 'a/.git/objects')}\n`);
    expect(await found()).toBeDefined();
  });
});
